/**
 * An operation: a value that does nothing until it is driven, then waits or finishes at once.
 *
 * It is its own iterator and its own iterator result, so that `yield* operation` allocates nothing beside it:
 *   first `next()`   `begin`: carry it out at once, or leave it waiting and park the goroutine;
 *   second `next()`  the goroutine was woken: `end` fetches the value or throws.
 * `await operation` calls `then`, which drives the same two halves with a promise in the goroutine's place.
 * `select` drives several through `poll`, `enroll`, `withdraw` and `end`; see `sync/select.ts`.
 *
 * Stages: FRESH → WAITING → OVER. An operation is driven once; driving it again throws.
 */
import { RuntimeStateError } from '../errors.ts';
import { machine, type Waiting } from './machine.ts';
import { schedule } from './schedule.ts';
import type { Task } from './task.ts';
import type { WaitReason } from './wait-reason.ts';

const FRESH = 0;
const WAITING = 1;
const OVER = 2;

export abstract class Operation<T> implements PromiseLike<T> {
  /** Iterator result: whether `value` is the outcome. */
  done = false;
  value: T = undefined as T;
  private stage = FRESH;

  /** For reports: what a goroutine parked in it waits for. */
  abstract readonly reason: WaitReason;

  /** Carries the operation out at once and returns true, or leaves it waiting on behalf of `waiting` and returns false. */
  protected abstract begin(waiting: Waiting): boolean;

  /** After a wait: sets `value`, or throws. */
  abstract end(): void;

  /**
   * Takes a waiting operation back: nobody will wake for it any more. False when it was carried out already and the
   * wake-up is on its way; then nothing has changed.
   */
  abstract withdraw(): boolean;

  [Symbol.iterator](): Iterator<unknown, T, unknown> {
    this.use();
    return this as unknown as Iterator<unknown, T, unknown>;
  }

  /** Marks the operation as driven. */
  use(): void {
    if (this.stage !== FRESH) {
      throw new RuntimeStateError(
        `this operation (${this.reason}) was driven before: an operation can be driven once, make a new one for each wait`,
      );
    }
    this.stage = WAITING;
  }

  /** For `yield*`; not to be called by users. */
  next(): this {
    if (this.stage === WAITING) {
      const task = machine.current;
      if (task === null) {
        throw new RuntimeStateError(
          `yield* of an operation (${this.reason}) outside of a goroutine: use await here, or start the generator with go()`,
        );
      }
      this.stage = OVER;
      if (task.interrupt !== null) throw task.takeInterrupt();
      if (this.begin(task)) this.done = true;
      else this.suspend(task);
      return this;
    }
    this.done = true;
    this.end();
    return this;
  }

  /** For `yield*`, when the goroutine is cancelled inside of its wait: the operation was withdrawn. */
  throw(error: unknown): never {
    throw error;
  }

  /** Parks the goroutine that drives this operation. */
  protected suspend(task: Task): void {
    task.park(this);
  }

  /** For `yield*`, when the goroutine is ended inside of its wait. */
  return(value?: unknown): { done: true; value: unknown } {
    return { done: true, value };
  }

  // biome-ignore lint/suspicious/noThenProperty: an operation is awaited like a promise.
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.drive().then(fulfilled, rejected);
  }

  /** Drives the operation from async code. */
  drive(): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.use();
      this.stage = OVER;
      const wait = new AsyncWait<T>(this, resolve, reject);
      if (this.begin(wait)) {
        machine.freeSlot(wait); // A select may have taken one before it found a case ready.
        resolve(this.value);
      } else {
        wait.start();
      }
    });
  }
}

/** Async code that awaits an operation: takes part as a goroutine would, with a promise for its wake-up. */
export class AsyncWait<T> implements Waiting {
  slot = -1;
  private readonly operation: Operation<T>;
  private readonly resolve: (value: T) => void;
  private readonly reject: (error: unknown) => void;

  constructor(operation: Operation<T>, resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.operation = operation;
    this.resolve = resolve;
    this.reject = reject;
  }

  start(): void {
    machine.slotOf(this);
    machine.asyncWaits++;
    if (!machine.running) schedule(); // Whether this thread may sleep uncounted has changed.
  }

  wake(): void {
    machine.asyncWaits--;
    machine.freeSlot(this);
    try {
      this.operation.end();
    } catch (error) {
      this.reject(error);
      return;
    }
    this.resolve(this.operation.value);
  }

  abandon(error: Error): void {
    machine.asyncWaits--;
    this.operation.withdraw();
    machine.freeSlot(this);
    this.reject(error);
  }

  /** For reports. */
  get reason(): WaitReason {
    return this.operation.reason;
  }
}
