/**
 * RWMutex: a lock for many readers or one writer. Go's `sync.RWMutex` is the model; who comes in when is `core/rw-mutex.ts`.
 */
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { SyncError } from '../errors.ts';
import { requireArena } from '../memory/arena.ts';
import { OPERATION_READ_LOCK, OPERATION_WRITE_LOCK, RESULT_DONE, RESULT_REFUSED, RW_WORDS } from '../memory/blocks.ts';
import { passOverLost, poll, unlockReader, unlockWriter } from '../memory/core.ts';
import { allocateCleared } from '../memory/heap.ts';
import { KIND_RW_MUTEX } from '../memory/layout.ts';
import { forEachLiving } from '../memory/walk.ts';
import { currentHolder } from '../scheduler/holder.ts';
import { wakeServed } from '../scheduler/inbox.ts';
import { whenMachineLost } from '../scheduler/lost.ts';
import { askedBy, ObjectOperation, ObjectRules } from '../scheduler/object-operation.ts';
import type { Op } from '../scheduler/operation.ts';
import { spareWaiter } from '../scheduler/waiter.ts';
import { Guard } from './guard.ts';

/**
 * A reader/writer lock for goroutines and async code on any threads. A waiting writer holds back new readers; those who
 * wait to read when a writer unlocks come in before the next writer. So neither side is starved, and a goroutine must not
 * lock it for reading twice: a writer that comes in between would wait for the first, and the second for the writer.
 *
 * Source: Go's `sync.RWMutex`.
 *
 * @example
 * const mutex = new RWMutex();
 * go(function* () {
 *   using _ = yield* mutex.rLock();
 *   // with other readers here, without a writer
 * });
 */
export class RWMutex extends SharedObject {
  constructor();
  /** @internal */
  constructor(existing: typeof EXISTING, address: number);
  constructor(existing?: typeof EXISTING, address = 0) {
    super(existing === EXISTING ? address : create());
  }

  /**
   * Waits until nobody holds the lock and takes it for writing; gives a guard that unlocks.
   *
   * @example
   * using _ = yield* mutex.lock();
   */
  lock(): Op<Guard> {
    this.mustBeCurrent();
    return new ObjectOperation<Guard>(WRITING, this);
  }

  /**
   * Waits until no writer holds it or waits for it, and takes it for reading; gives a guard that unlocks.
   *
   * @example
   * using _ = yield* mutex.rLock();
   */
  rLock(): Op<Guard> {
    this.mustBeCurrent();
    return new ObjectOperation<Guard>(READING, this);
  }

  /**
   * Takes it for writing if nobody holds it; returns whether it has.
   *
   * @example
   * if (mutex.tryLock()) mutex.unlock();
   */
  tryLock(): boolean {
    this.mustBeCurrent();
    return poll(OPERATION_WRITE_LOCK, this.address, askedBy(spareWaiter(), currentHolder())) === RESULT_DONE;
  }

  /**
   * Takes it for reading if no writer holds it or waits for it; returns whether it has.
   *
   * @example
   * if (mutex.tryRLock()) mutex.rUnlock();
   */
  tryRLock(): boolean {
    this.mustBeCurrent();
    return poll(OPERATION_READ_LOCK, this.address, askedBy(spareWaiter(), currentHolder())) === RESULT_DONE;
  }

  /**
   * The writer gives it back; any goroutine may. Throws SyncError when no writer holds it.
   *
   * @example
   * yield* mutex.lock();
   * mutex.unlock();
   */
  unlock(): void {
    this.mustBeCurrent();
    const result = unlockWriter(this.address);
    if (result === RESULT_REFUSED) throw new SyncError('unlock of unlocked RWMutex');
    wakeServed(result);
  }

  /**
   * A reader gives it back; any goroutine may. Throws SyncError when no reader holds it.
   *
   * @example
   * yield* mutex.rLock();
   * mutex.rUnlock();
   */
  rUnlock(): void {
    this.mustBeCurrent();
    const result = unlockReader(this.address, currentHolder());
    if (result === RESULT_REFUSED) throw new SyncError('rUnlock of RWMutex that is not locked for reading');
    wakeServed(result);
  }
}

function create(): number {
  requireArena();
  return allocateCleared(KIND_RW_MUTEX, RW_WORDS);
}

registerKind(KIND_RW_MUTEX, (address) => new RWMutex(EXISTING, address));
whenMachineLost(() => forEachLiving(KIND_RW_MUTEX, (mutex) => wakeServed(passOverLost(OPERATION_WRITE_LOCK, mutex))));

const WRITING = new ObjectRules('rwmutex lock', OPERATION_WRITE_LOCK, (mutex: RWMutex) => new Guard(mutex), true);
const READING = new ObjectRules(
  'rwmutex rlock',
  OPERATION_READ_LOCK,
  (mutex: RWMutex) => new Guard({ unlock: () => mutex.rUnlock() }),
  true,
);
