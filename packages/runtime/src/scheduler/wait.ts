/**
 * Waiting for what only libuv brings: promises and timers. The goroutine is parked on its own thread; the others of
 * the thread run meanwhile, and no shared memory takes part.
 */
import { performance } from 'node:perf_hooks';
import { machine, type Waiting } from './machine.ts';
import { Operation } from './operation.ts';
import { EventOperation } from './selectable.ts';
import type { Task } from './task.ts';
import { addTimer, removeTimer, type Timer } from './timers.ts';

/** Parks until a promise settles; gives its value or throws its error. */
export class WaitOperation<T> extends EventOperation<T> {
  readonly reason = 'promise';
  private readonly promise: PromiseLike<T>;
  private failed = false;
  private outcome: unknown;
  private counted = false;

  constructor(promise: PromiseLike<T>) {
    super();
    this.promise = promise;
  }

  protected arm(): void {
    machine.pending++;
    this.counted = true;
    this.promise.then(
      (value) => this.settle(false, value),
      (error: unknown) => this.settle(true, error),
    );
  }

  private settle(failed: boolean, outcome: unknown): void {
    this.disarm();
    this.failed = failed;
    this.outcome = outcome;
    this.arrived();
  }

  protected disarm(): void {
    if (this.counted) machine.pending--;
    this.counted = false;
  }

  conclude(): void {
    if (this.failed) throw this.outcome;
    this.value = this.outcome as T;
  }
}

/** Parks for a time in milliseconds. */
export class SleepOperation extends EventOperation<void> implements Timer {
  readonly reason = 'sleep';
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

  conclude(): void {
    this.value = undefined;
  }
}

/** Lets the other goroutines of this thread run, then goes on. */
export class YieldOperation extends Operation<void> {
  readonly reason = 'yield';

  protected override suspend(task: Task): void {
    super.suspend(task);
    task.wake();
  }

  protected begin(waiting: Waiting): boolean {
    if (waiting !== machine.current) setImmediate(() => waiting.wake());
    return false;
  }

  end(): void {
    this.value = undefined;
  }

  /** It stands in the ready queue already. */
  withdraw(): boolean {
    return false;
  }
}
