/**
 * An operation: a value that does nothing until it is driven, then waits or finishes at once.
 *
 * It is its own iterator and its own iterator result, so that `yield* operation` allocates nothing beside it:
 *   first `next()`   `begin`: carry it out at once, or leave it waiting and park the goroutine;
 *   second `next()`  the goroutine was woken: `end` fetches the value or throws.
 * `await operation` calls `then`, which drives the same two halves with a promise in the goroutine's place.
 * `select` drives several, through the part of their behaviour that is made for it; see `sync/select.ts`.
 *
 * Stages: FRESH → DRIVEN → BEGUN. An operation is driven once; driving it again throws.
 *
 * All operations are of this one class, and what they do is in a Behaviour object: with a class for each, their common
 * code saw a dozen shapes, and V8 then spent 300 ns on the fields of every new one (measured: 1,070 ns for a send and a
 * receive in a program that also slept and selected, 180 ns in one that did not; 130 ns now in both).
 */
import { PendingValue } from '../codec/pending.ts';
import { RuntimeStateError } from '../errors.ts';
import { machine, type Waiting } from './machine.ts';
import { schedule } from './schedule.ts';
import type { WaitReason } from './wait-reason.ts';

const FRESH = 0;
const DRIVEN = 1;
const BEGUN = 2;

/** What a kind of operation does. All are made here, so that they have one shape. */
export class Behaviour {
  /** For reports: what a goroutine parked in it waits for. */
  readonly reason: WaitReason;
  /** Carries the operation out at once and returns true, or leaves it waiting on behalf of `waiting` and returns false. */
  readonly begin: (operation: Operation<any>, waiting: Waiting) => boolean;
  /** After a wait: sets `value`, or throws. */
  readonly end: (operation: Operation<any>) => void;
  /**
   * Takes a waiting operation back: nobody will wake for it any more. False when it was carried out already and the
   * wake-up is on its way; then nothing has changed.
   */
  readonly withdraw: (operation: Operation<any>) => boolean;
  /** How `select` drives it; null when it cannot. */
  readonly selection: Selection | null;

  constructor(
    reason: WaitReason,
    begin: Behaviour['begin'],
    end: Behaviour['end'],
    withdraw: Behaviour['withdraw'],
    selection: Selection | null,
  ) {
    this.reason = reason;
    this.begin = begin;
    this.end = end;
    this.withdraw = withdraw;
    this.selection = selection;
  }
}

/** What `select` asks of the operations it drives; see `selectable.ts` for the two ways to answer. */
export interface Selection {
  /** Whether the hit tells by `ok` if a value was received. */
  readonly reportsOk: boolean;
  /** The lock of the object, or 0 for an event of this thread. */
  lockAddress(operation: Operation<any>): number;
  /** Copies what must be copied before anything is locked. May throw. */
  prepare(operation: Operation<any>): void;
  /** Moves what `prepare` has copied into its waiter. */
  fill(operation: Operation<any>): void;
  /** Carries it out if that is possible now. */
  poll(operation: Operation<any>): boolean;
  /** The same while the caller holds the lock. */
  pollLocked(operation: Operation<any>): boolean;
  /** After the locks were given back: wakes whom a poll has served, and sets `value` or throws. */
  conclude(operation: Operation<any>): void;
  /** Puts its waiter where the event will find it; the caller holds the lock. */
  enroll(operation: Operation<any>, waiting: Waiting): void;
  /** Takes its waiter out again; nobody looks at it after this. False when somebody has taken it out before. */
  leave(operation: Operation<any>): boolean;
  /** Gives back its waiter and what that holds. */
  discard(operation: Operation<any>): void;
}

export class Operation<T> implements PromiseLike<T> {
  /** Iterator result: whether `value` is the outcome. */
  done: boolean;
  /** Before the outcome, what is to be sent. */
  value: T;
  private stage: number;
  /** @internal */
  readonly behaviour: Behaviour;
  /** @internal What it is about: a channel, a lock, a timer. Also keeps that alive. */
  readonly subject: unknown;
  /** @internal Its waiter while it has one, else 0. */
  waiter: number;
  /** @internal What was done; one of the OUTCOME_ values. */
  outcome: number;
  /** @internal The cell that holds an encoded value until somebody has taken it, else 0. */
  source: number;

  /** @internal */
  constructor(behaviour: Behaviour, subject: unknown, value: T) {
    this.done = false;
    this.value = value;
    this.stage = FRESH;
    this.behaviour = behaviour;
    this.subject = subject;
    this.waiter = 0;
    this.outcome = 0;
    this.source = 0;
  }

  /** @internal */
  get reason(): WaitReason {
    return this.behaviour.reason;
  }

  [Symbol.iterator](): Iterator<unknown, T, unknown> {
    this.use();
    return this as unknown as Iterator<unknown, T, unknown>;
  }

  /** @internal Marks the operation as driven. */
  use(): void {
    if (this.stage !== FRESH) {
      throw new RuntimeStateError(
        `this operation (${this.reason}) was driven before: an operation can be driven once, make a new one for each wait`,
      );
    }
    this.stage = DRIVEN;
  }

  /** @internal For `yield*`. */
  next(): this {
    if (this.stage === DRIVEN) {
      const task = machine.current;
      if (task === null || task.parked) throw this.misuse();
      this.stage = BEGUN;
      if (task.interrupt !== null) throw task.takeInterrupt();
      if (this.behaviour.begin(this, task)) this.done = true;
      else task.park(this);
      return this;
    }
    const task = machine.current;
    if (task === null || task.parked || this.done) throw this.misuse();
    try {
      this.behaviour.end(this);
    } catch (error) {
      if (!(error instanceof PendingValue)) throw error;
      wakeWhenReady(error, task);
      task.park(this);
      return this;
    }
    this.done = true;
    return this;
  }

  private misuse(): RuntimeStateError {
    return new RuntimeStateError(
      machine.current === null
        ? `yield* of an operation (${this.reason}) outside of a goroutine: use await here, or start the generator with go()`
        : `an operation (${this.reason}) was driven by hand: what a goroutine waits in is driven by yield*, up to its own function`,
    );
  }

  /** @internal For `yield*`, when the goroutine is cancelled inside of its wait: the operation was withdrawn. */
  throw(error: unknown): never {
    throw error;
  }

  /** @internal For `yield*`, when the generator is closed inside of its wait; only driving it by hand does that. */
  return(value?: unknown): { done: true; value: unknown } {
    const task = machine.current;
    if (task !== null && task.operation === this) task.giveUpWait();
    return { done: true, value };
  }

  // biome-ignore lint/suspicious/noThenProperty: an operation is awaited like a promise.
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.drive().then(fulfilled, rejected);
  }

  /** Drives the operation from async code. */
  private drive(): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.use();
      this.stage = BEGUN;
      const wait = new AsyncWait<T>(this, resolve, reject);
      let done: boolean;
      try {
        done = this.behaviour.begin(this, wait);
      } catch (error) {
        machine.freeSlot(wait);
        throw error;
      }
      if (done) {
        machine.freeSlot(wait); // A select may have taken one before it found a case ready.
        resolve(this.value);
      } else {
        wait.start();
      }
    });
  }
}

/**
 * The outcome is a value that this thread cannot make yet, such as a function that must be loaded first. It is kept where
 * it is, and whoever waits is woken again when it can be made.
 */
export function wakeWhenReady(pending: PendingValue, waiting: Waiting): void {
  machine.pending++;
  const again = (): void => {
    machine.pending--;
    waiting.wake();
  };
  pending.ready.then(again, again);
}

/** Async code that awaits an operation: takes part as a goroutine would, with a promise for its wake-up. */
export class AsyncWait<T> implements Waiting {
  slot = -1;
  private ended = false;
  private readonly operation: Operation<T>;
  private readonly resolve: (value: T) => void;
  private readonly reject: (error: unknown) => void;

  constructor(operation: Operation<T>, resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.operation = operation;
    this.resolve = resolve;
    this.reject = reject;
  }

  entered(): void {
    // Nobody looks for it.
  }

  start(): void {
    machine.slotOf(this);
    machine.asyncWaits++;
    if (!machine.running) schedule(); // Whether this thread may sleep uncounted has changed.
  }

  wake(): void {
    if (this.ended) return;
    let failed = false;
    let failure: unknown;
    try {
      this.operation.behaviour.end(this.operation);
    } catch (error) {
      if (error instanceof PendingValue) {
        wakeWhenReady(error, this);
        return;
      }
      failed = true;
      failure = error;
    }
    this.leave();
    if (failed) this.reject(failure);
    else this.resolve(this.operation.value);
  }

  private leave(): void {
    this.ended = true;
    machine.asyncWaits--;
    machine.freeSlot(this);
  }

  abandon(error: Error): void {
    if (this.ended) return;
    // Carried out already: the wake-up is on its way, and is taken as it comes.
    if (!this.operation.behaviour.withdraw(this.operation)) return;
    this.fail(error);
  }

  /** Ends it without a look at shared memory. */
  fail(error: Error): void {
    this.leave();
    this.reject(error);
  }

  /** For reports. */
  get reason(): WaitReason {
    return this.operation.reason;
  }
}
