/** Waiting for what only libuv brings: promises and timers; and giving the others a turn. */
import { performance } from 'node:perf_hooks';
import { eventBehaviour, OwnEvent } from './event-operation.ts';
import { machine } from './machine.ts';
import { Behaviour, Operation } from './operation.ts';
import { addTimer, removeTimer, type Timer } from './timers.ts';

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
    this.arrived();
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

const PROMISE = eventBehaviour('promise');
const SLEEP = eventBehaviour('sleep');

/** Parks until a promise settles; gives its value or throws its error. */
export function waitOperation<T>(promise: PromiseLike<T>): Operation<T> {
  return new Operation<T>(PROMISE, new PromiseEvent(promise), undefined as T);
}

/** Parks for a time in milliseconds. */
export function sleepOperation(milliseconds: number): Operation<void> {
  return new Operation<void>(SLEEP, new TimerEvent(milliseconds), undefined);
}

/** A goroutine goes to the end of its thread's ready queue at once: it is woken before it has parked. */
const YIELD = new Behaviour(
  'yield',
  (_operation, waiting) => {
    if (waiting === machine.current) machine.yielded = true;
    else setImmediate(() => waiting.wake());
    return false;
  },
  () => undefined,
  // It stands in the ready queue already.
  () => false,
  null,
);

/** Lets the other goroutines of this thread run, then goes on. */
export function yieldOperation(): Operation<void> {
  return new Operation<void>(YIELD, null, undefined);
}
