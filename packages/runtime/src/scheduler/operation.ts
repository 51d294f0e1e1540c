/**
 * An operation: a value that does nothing until it is driven, then waits or finishes at once.
 *
 * It is its own iterator and its own iterator result, so that `yield* operation` allocates nothing beside it:
 *   first `next()`   `begin`: carry it out at once, or leave it waiting and park the goroutine;
 *   second `next()`  the goroutine was woken: `end` fetches the value or throws.
 * `await operation` calls `then`, which drives the same two halves with a promise in the goroutine's place.
 * `select` drives several, through the part of their interface that is made for it; see `sync/select.ts`.
 *
 * Stages: FRESH → DRIVEN → BEGUN → perhaps KEPT. An operation is driven once; driving it again throws.
 *
 * Each class sets all its fields in its own constructor, and the classes that must be fast have their own `next`: V8 keeps
 * what it learns about a function with that function, and code shared by many classes is slow (fields set by a common
 * constructor of a dozen classes: 300 ns each new operation).
 */
/// <reference lib="esnext.disposable" preserve="true" />
import { STAYS } from '../codec/classes.ts';
import type { SharedObject } from '../codec/handles.ts';
import { PendingValue } from '../codec/pending.ts';
import { RuntimeStateError } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { machine, type Waiting } from './machine.ts';
import { promiseOf } from './promised.ts';
import { schedule } from './schedule.ts';
import type { Task } from './task.ts';
import type { WaitReason } from './wait-reason.ts';

export const FRESH = 0;
export const DRIVEN = 1;
export const BEGUN = 2;
/** It is carried out, and what it brought is kept until that can be made: see `wakeWhenReady`. */
export const KEPT = 4;

/**
 * Whether an operation is done, as a number: `yield*` asks whether it is true of anything, and where V8 knows that it is a small
 * integer that is one comparison, else ten steps.
 */
export type Flag = typeof NO | typeof YES;
export const NO = 0;
export const YES = 1;

/**
 * What can wait, and gives a `T`: `yield*` drives it inside a goroutine, `await` in async code. `select` takes most as cases, but
 * not `blocking`, `gosched`, `Once.do`, `Cond.wait`, `Barrier.wait`, `runExclusive`, those of a lock with a limit (`withTimeout`,
 * `tryAcquire`) and another `select`. An operation is driven once; a goroutine's handle, which is one too, any number of times.
 */
export interface Op<T> extends PromiseLike<T> {
  [Symbol.iterator](): Iterator<unknown, T, unknown>;
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
}

export abstract class Operation<T> implements Op<T> {
  /** Iterator result: whether `value` is the outcome. */
  abstract done: Flag;
  /** Before the outcome, what is to be sent. */
  abstract value: T;
  /** @internal FRESH, DRIVEN, BEGUN or KEPT. */
  abstract stage: number;
  /** @internal What in shared memory it is an operation of, if anything. */
  declare readonly object?: SharedObject;
  /** @internal For reports: what a goroutine parked in it waits for. */
  abstract get reason(): WaitReason;

  /** @internal Carries it out at once and returns true, or leaves it waiting on behalf of `waiting` and returns false. */
  abstract begin(waiting: Waiting): boolean;
  /** @internal After a wait: sets `value`, or throws. False when it has to wait once more. */
  abstract end(): boolean;
  /**
   * @internal Takes a waiting operation back: nobody will wake for it any more. False when it was carried out already and
   * the wake-up is on its way; then nothing has changed.
   */
  abstract withdraw(): boolean;

  /** @internal The memory that it waits in is another runtime's from now on: what would still arrive on this thread is not to wake anybody. */
  forget(): void {
    // Mostly somebody else would have to wake.
  }

  /** @internal */
  get [STAYS](): string {
    return `is an operation (${this.reason}), which is driven on the thread that made it: make it there`;
  }

  [Symbol.iterator](): Iterator<unknown, T, unknown> {
    this.use();
    return this as unknown as Iterator<unknown, T, unknown>;
  }

  /** @internal What it is an operation of is this runtime's. */
  protected mustBeCurrent(): void {
    this.object?.mustBeCurrent();
  }

  /** @internal Marks the operation as driven. */
  use(): void {
    if (arena.isFirst !== true) this.mustBeCurrent();
    if (this.stage !== FRESH) throw this.drivenTwice();
    this.stage = DRIVEN;
  }

  /** @internal */
  drivenTwice(): RuntimeStateError {
    return new RuntimeStateError(
      `this operation (${this.reason}) was driven before: an operation can be driven once, make a new one for each wait`,
    );
  }

  /** @internal For `yield*`. */
  next(): this {
    if (this.stage !== DRIVEN) return this.resume();
    if (this.begin(this.enter())) this.done = YES;
    else machine.current!.park(this);
    return this;
  }

  /** @internal The goroutine that begins this operation. */
  enter(): Task {
    const task = machine.current;
    if (task === null || task.parked) throw this.misuse();
    this.stage = BEGUN;
    if (task.interrupt !== null) throw task.takeInterrupt();
    return task;
  }

  /** @internal The goroutine was woken. */
  resume(): this {
    const task = machine.current;
    if (task === null || task.parked || this.done) return this.outOfTurn();
    try {
      if (this.end() === true) this.done = YES;
      else if (task.interrupt !== null && this.withdraw()) throw task.takeInterrupt();
      else task.park(this);
    } catch (error) {
      if (!(error instanceof PendingValue)) throw error;
      wakeWhenReady(error, this, task);
      task.park(this);
    }
    return this;
  }

  /** It was not woken: somebody looks where its goroutine stands, or drives it by hand. */
  private outOfTurn(): this {
    if (machine.inspecting === null || this.done) throw this.misuse();
    machine.inspecting();
    return this;
  }

  /** @internal */
  protected misuse(): RuntimeStateError {
    return new RuntimeStateError(
      machine.current === null
        ? `yield* of an operation (${this.reason}) outside of a goroutine: use await here, or start the generator with go()`
        : `an operation (${this.reason}) was driven by hand: what a goroutine waits in is driven by yield*, up to its own function`,
    );
  }

  /** @internal Nobody will look: if it is KEPT, what it brought is taken out of shared memory. Returns whether it was. */
  giveUpKept(): boolean {
    if (this.stage !== KEPT) return false;
    this.dropKept();
    return true;
  }

  /** @internal What that one does. */
  dropKept(): void {
    // Mostly nothing can be kept.
  }

  /** @internal It was carried out, but nobody will look: a lock is given back. */
  refuse(): void {
    (this.value as Partial<Disposable> | undefined)?.[Symbol.dispose]?.();
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

  /** @internal Drives the operation from async code. What is carried out at once needs no more than a promise of its outcome. */
  drive(): Promise<T> {
    const wait = new AsyncWait<T>(this);
    let done: boolean;
    try {
      this.use();
      this.stage = BEGUN;
      done = this.begin(wait);
    } catch (error) {
      machine.freeSlot(wait);
      return Promise.reject(error);
    }
    if (!done) return new Promise<T>((resolve, reject) => wait.start(resolve, reject));
    machine.freeSlot(wait); // It may have been given one before the operation was found ready.
    return this.atOnce();
  }

  /** @internal A promise of the outcome of what was carried out at once. */
  protected atOnce(): Promise<T> {
    return promiseOf(this.value);
  }
}

/** An operation that `select` can drive. */
export abstract class SelectableOperation<T> extends Operation<T> {
  /** @internal Its waiter while it has one, else 0. */
  abstract waiter: number;
  /** @internal Tells `select` that it can drive this. */
  get selectable(): boolean {
    return true;
  }
  /** @internal What `select` is to drive for it. */
  forSelect(): SelectableOperation<T> {
    return this;
  }
  /** @internal Whether it is an event of this thread; the core carries out the others. */
  get isEvent(): boolean {
    return false;
  }
  /** @internal Writes it down for the core, as the SELECT_ words of one case. */
  abstract describe(entry: number): void;
  /** @internal Whether the hit tells by `ok` if a value was received. */
  get reportsOk(): boolean {
    return false;
  }
  /** @internal Whether a value was received. */
  get ok(): boolean {
    return true;
  }
  /** @internal For a select of `waiting`: copies what must be copied before anything is tried, into a waiter of its own. May throw. */
  prepare(_waiting: Waiting): void {
    // Most have nothing to copy.
  }
  /** @internal The core has carried it out at once, with this result; what was received is in `waiter`. Sets `value`, or throws. */
  abstract conclude(result: number, waiter: number): void;
  /** @internal Starts the event, which wins the claim of its waiter when it arrives. */
  start(_waiting: Waiting): void {
    // Only events have something to start.
  }
  /** @internal Leaves the line, or stops the event; nobody looks at the waiter after this. */
  abstract leave(): boolean;
  /** @internal Gives back its waiter and what that holds. */
  abstract discard(): void;

  withdraw(): boolean {
    if (!this.leave()) return false;
    this.discard();
    return true;
  }

  override dropKept(): void {
    this.discard();
  }
}

/**
 * The outcome is a value that this thread cannot make yet, such as a function that must be loaded first. It is kept where
 * it is, and whoever waits is woken again when it can be made.
 */
export function wakeWhenReady(pending: PendingValue, operation: Operation<any>, waiting: Waiting): void {
  operation.stage = KEPT;
  machine.pending++;
  const { buffer } = arena;
  const again = (): void => {
    if (arena.buffer !== buffer) return; // Of a runtime that was left.
    machine.pending--;
    waiting.wake();
  };
  pending.ready.then(again, again);
}

function nobody(): void {
  // Until it waits, there is nobody to tell.
}

/** Async code that awaits an operation: takes part as a goroutine would, with a promise for its wake-up. */
export class AsyncWait<T> implements Waiting {
  slot = -1;
  private ended = false;
  private readonly operation: Operation<T>;
  private resolve: (value: T) => void = nobody;
  private reject: (error: unknown) => void = nobody;

  constructor(operation: Operation<T>) {
    this.operation = operation;
  }

  entered(): void {
    // Nobody looks for it.
  }

  /** It waits: whoever is given these is told of the outcome. */
  start(resolve: (value: T) => void, reject: (error: unknown) => void): void {
    this.resolve = resolve;
    this.reject = reject;
    machine.slotOf(this);
    machine.asyncWaits++;
    if (!machine.running) schedule(); // Whether this thread may sleep uncounted has changed.
  }

  wake(): void {
    if (this.ended) return;
    let failed = false;
    let failure: unknown;
    try {
      if (!this.operation.end()) return; // It waits once more.
    } catch (error) {
      if (error instanceof PendingValue) {
        wakeWhenReady(error, this.operation, this);
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
    if (!this.operation.withdraw() && !this.operation.giveUpKept()) return;
    this.fail(error);
  }

  /** Ends it without a look at shared memory. */
  fail(error: Error): void {
    this.operation.forget();
    this.leave();
    this.reject(error);
  }

  /** For reports. */
  get reason(): WaitReason {
    return this.operation.reason;
  }
}
