/**
 * Cond: waiting, under a mutex, until another goroutine says that something may have changed. Go's `sync.Cond`; the line is
 * `core/condition.ts`.
 *
 * `wait` is three steps: enter the line and give the mutex back, in this order and without a pause; wait; take the mutex
 * again. However it ends, its caller holds the mutex: one that is cancelled, or sent away by the mutex's `cancel`, takes it
 * all the same, and then finds the error. If it was woken by a signal by then, it hands that on to the next in line.
 */

import { drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { CanceledError, SyncError, typeName } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { CONDITION_MUTEX, CONDITION_WORDS, OPERATION_CONDITION } from '../memory/blocks.ts';
import { broadcastCondition, signalCondition } from '../memory/core.ts';
import { allocate, free, setDestroyer } from '../memory/heap.ts';
import { KIND_CONDITION } from '../memory/layout.ts';
import { wakeServed } from '../scheduler/inbox.ts';
import type { Waiting } from '../scheduler/machine.ts';
import { ObjectOperation, ObjectRules } from '../scheduler/object-operation.ts';
import type { Op } from '../scheduler/operation.ts';
import { Procedure } from './eager.ts';
import { Mutex } from './mutex.ts';

/**
 * A condition variable: goroutines and async code on any threads wait for a change of what a mutex guards.
 *
 * Throws TypeError when it is not given a Mutex. Source: Go's `sync.Cond`.
 *
 * @example
 * const mutex = new Mutex();
 * const changed = new Cond(mutex);
 * go(function* () {
 *   using _ = yield* mutex.lock();
 *   while (queue.length === 0) yield* changed.wait();
 * });
 */
export class Cond extends SharedObject {
  /** The mutex that `wait` gives back and takes again. */
  readonly mutex: Mutex;

  constructor(mutex: Mutex);
  /** @internal */
  constructor(address: number, existing: typeof EXISTING);
  constructor(mutex: Mutex | number, existing?: typeof EXISTING) {
    super(existing === EXISTING ? (mutex as number) : create(mutex as Mutex));
    this.mutex = existing === EXISTING ? (decode((this.address + CONDITION_MUTEX) >> 1) as Mutex) : (mutex as Mutex);
  }

  /**
   * Gives the mutex back, waits for `signal` or `broadcast`, and takes the mutex again, also when it throws. What was waited
   * for need not be so any more by then: call it in a loop that checks. `select` cannot drive it.
   *
   * Throws SyncError when the mutex is not locked, and `E_CANCELED`, with the mutex taken, after its `cancel`.
   *
   * @example
   * while (stock.load() === 0) yield* changed.wait();
   */
  wait(): Op<void> {
    this.mustBeCurrent();
    return new Procedure<void>(
      'cond wait',
      () => waitInGoroutine(this),
      () => waitInAsyncCode(this),
    );
  }

  /**
   * Wakes the one that has waited longest, if one waits. The caller may hold the mutex or not.
   *
   * @example
   * stock.add(1);
   * changed.signal();
   */
  signal(): void {
    this.mustBeCurrent();
    wakeServed(signalCondition(this.address));
  }

  /**
   * Wakes all that wait. The caller may hold the mutex or not.
   *
   * @example
   * changed.broadcast();
   */
  broadcast(): void {
    this.mustBeCurrent();
    wakeServed(broadcastCondition(this.address));
  }
}

/** The first two steps. Not driven by anybody but the two functions below. */
class ConditionOperation extends ObjectOperation<void> {
  /** It has given the mutex back. */
  gaveBack: boolean;
  /** It was woken by a signal. */
  served: boolean;
  private failure: unknown;

  constructor(condition: Cond) {
    super(WAITING, condition);
    this.gaveBack = false;
    this.served = false;
    this.failure = null;
  }

  override begin(waiting: Waiting): boolean {
    const { mutex } = this.object as Cond;
    if (!mutex.isLocked()) throw notLocked();
    super.begin(waiting);
    try {
      mutex.unlock();
      this.gaveBack = true;
    } catch {
      // Somebody else has unlocked it in this moment. Served in this moment, too: then the wake-up is waited for.
      if (this.withdraw()) throw notLocked();
      this.failure = notLocked();
    }
    return false;
  }

  override conclude(): void {
    this.served = true;
    if (this.failure === null) return;
    (this.object as Cond).signal();
    throw this.failure;
  }
}

function notLocked(): SyncError {
  return new SyncError('Cond.wait with an unlocked mutex: lock the mutex before the wait');
}

function* waitInGoroutine(condition: Cond): Generator<unknown, void, unknown> {
  const waiting = new ConditionOperation(condition);
  let canceled: unknown = null;
  try {
    yield* waiting;
  } catch (error) {
    if (!waiting.gaveBack) throw error;
    canceled = error;
  }
  for (let locked = false; !locked; ) {
    const locking = condition.mutex.lock();
    try {
      yield* locking;
      locked = true;
    } catch (error) {
      if (!isCancellation(error, condition)) throw error;
      canceled ??= error;
    }
  }
  if (canceled !== null) throw handOn(waiting, condition, canceled);
}

async function waitInAsyncCode(condition: Cond): Promise<void> {
  const waiting = new ConditionOperation(condition);
  await waiting.then(); // Begins now, and not when `await` comes to it.
  let canceled: unknown = null;
  for (let locked = false; !locked; ) {
    const locking = condition.mutex.lock();
    try {
      await locking.then();
      locked = true;
    } catch (error) {
      if (!isCancellation(error, condition)) throw error;
      canceled ??= error;
    }
  }
  if (canceled !== null) throw handOn(waiting, condition, canceled);
}

/** What ends a wait for the mutex though it can be waited for once more. */
function isCancellation(error: unknown, condition: Cond): boolean {
  return error instanceof CanceledError || condition.mutex.hasSentAwayWith(error);
}

/** The wait ends with an error: if a signal has come, it was meant for one who goes on. */
function handOn(waiting: ConditionOperation, condition: Cond, error: unknown): unknown {
  if (waiting.served) condition.signal();
  return error;
}

function create(mutex: Mutex): number {
  if (!(mutex instanceof Mutex)) throw new TypeError(`new Cond takes a Mutex, got ${typeName(mutex)}`);
  requireArena();
  const condition = allocate(KIND_CONDITION, CONDITION_WORDS * 4);
  arena.words.fill(0, condition, condition + CONDITION_WORDS);
  try {
    encode(mutex, (condition + CONDITION_MUTEX) >> 1, 'make a Cond');
  } catch (error) {
    free(condition);
    throw error;
  }
  return condition;
}

setDestroyer(KIND_CONDITION, (condition) => drop((condition + CONDITION_MUTEX) >> 1));
registerKind(KIND_CONDITION, (address) => new Cond(address, EXISTING));

const WAITING = new ObjectRules('cond wait', OPERATION_CONDITION, () => undefined);
