/** Waiting for what only libuv brings: promises and timers; and giving the others a turn. */
import { performance } from 'node:perf_hooks';
import { CAUSE_HERE, CAUSE_POLLER } from '../memory/event-records.ts';
import { EventOperation, OwnEvent } from './event-operation.ts';
import { machine, type Waiting } from './machine.ts';
import { type Flag, FRESH, NO, Operation } from './operation.ts';
import { setImmediate } from './real-timers.ts';
import { addTimer, removeTimer, type Timer } from './timers.ts';
import type { WaitReason } from './wait-reason.ts';

class PromiseEvent extends OwnEvent {
  private readonly promise: PromiseLike<unknown>;
  private failed = false;
  private settledWith: unknown = undefined;
  private counted = false;

  constructor(promise: PromiseLike<unknown>) {
    super();
    this.promise = promise;
  }

  protected arm(): void {
    machine.pending++;
    this.counted = true;
    // By a promise of our own: a user's thenable may call back at once, twice, or throw.
    Promise.resolve(this.promise).then(
      (value) => this.settle(false, value),
      (error: unknown) => this.settle(true, error),
    );
  }

  private settle(failed: boolean, outcome: unknown): void {
    this.disarm();
    this.failed = failed;
    this.settledWith = outcome;
    machine.events?.by(CAUSE_POLLER, 0);
    this.arrived();
    machine.events?.by(CAUSE_HERE, 0);
  }

  protected disarm(): void {
    if (this.counted) machine.pending--;
    this.counted = false;
  }

  outcome(): unknown {
    if (this.failed) throw this.settledWith;
    return this.settledWith;
  }
}

class TimerEvent extends OwnEvent implements Timer {
  due = 0;
  position = -1;
  private readonly milliseconds: number;

  constructor(milliseconds: number) {
    super();
    this.milliseconds = milliseconds;
  }

  protected arm(): void {
    this.due = performance.now() + this.milliseconds;
    addTimer(this);
  }

  protected disarm(): void {
    removeTimer(this);
  }

  fire(): void {
    this.arrived();
  }

  outcome(): undefined {
    return undefined;
  }
}

/** Parks until a promise settles; gives its value or throws its error. */
export function waitOperation<T>(promise: PromiseLike<T>): EventOperation<T> {
  return new EventOperation<T>('promise', new PromiseEvent(promise));
}

/** Parks for a time in milliseconds. */
export function sleepOperation(milliseconds: number): EventOperation<void> {
  return new EventOperation<void>('sleep', new TimerEvent(milliseconds));
}

const YIELDED = Object.freeze({ done: false, value: undefined });
const WENT_ON = Object.freeze({ done: true, value: undefined });

/**
 * Lets the other goroutines of this thread run, then goes on: the goroutine goes to the end of its thread's ready queue.
 * Where it stands is in its task, so one operation serves everybody, and a switch allocates nothing.
 */
class Yield extends Operation<void> {
  done: Flag = NO;
  value = undefined;
  stage = FRESH;

  get reason(): WaitReason {
    return 'yield';
  }

  override [Symbol.iterator](): Iterator<unknown, void, unknown> {
    return this as unknown as Iterator<unknown, void, unknown>;
  }

  override next(): this {
    const task = machine.current;
    if (task === null || task.parked) throw this.misuse();
    if (task.interrupt !== null) {
      task.goOn();
      throw task.takeInterrupt();
    }
    if (task.yielded) {
      task.goOn();
      return WENT_ON as unknown as this;
    }
    task.yield();
    return YIELDED as unknown as this;
  }

  override throw(error: unknown): never {
    if (machine.current !== null) machine.current.goOn();
    throw error;
  }

  override return(value?: unknown): { done: true; value: unknown } {
    if (machine.current !== null) machine.current.goOn();
    return { done: true, value };
  }

  begin(waiting: Waiting): boolean {
    this.stage = FRESH; // It serves everybody, any number of times.
    setImmediate(() => waiting.wake());
    return false;
  }

  end(): boolean {
    return true;
  }

  /** Of async code, which is woken in vain then: a goroutine stands in the ready queue and not in a wait. */
  withdraw(): boolean {
    return true;
  }
}

/** Its `yield` without a star does the same, and is what extracted code does: see `functions/driven.ts`. */
export const YIELD = new Yield();

/** Lets the other goroutines of this thread run, then goes on. */
export function yieldOperation(): Operation<void> {
  return YIELD;
}
