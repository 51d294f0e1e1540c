/**
 * Mutex: a lock in shared memory that goroutines wait for without holding up their thread.
 *
 * The block's LOCK guards its words for an instant; HELD is the mutex itself. Unlocking with waiters hands the mutex to
 * the first in line without letting it go in between, so nobody overtakes: first come, first served, over all threads.
 */
/// <reference lib="esnext.disposable" preserve="true" />
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { SyncError } from '../errors.ts';
import { requireArena, words } from '../memory/arena.ts';
import { compareExchange, load, store } from '../memory/atomics.ts';
import { allocate } from '../memory/heap.ts';
import { KIND_MUTEX } from '../memory/layout.ts';
import { lock, unlock } from '../memory/lock.ts';
import { ready } from '../scheduler/inbox.ts';
import { objectBehaviour } from '../scheduler/object-operation.ts';
import { Operation } from '../scheduler/operation.ts';
import { dequeue } from '../scheduler/wait-queue.ts';
import { OUTCOME, OUTCOME_DONE } from '../scheduler/waiter.ts';

const LOCK = 0;
/** 1 while somebody holds the mutex. Set without LOCK by a compare-exchange from 0; cleared under LOCK when nobody waits. */
const HELD = 1;
const WAITERS = 2;
const MUTEX_BYTES = 4 * 4;

/** What `lock` gives: unlocks at the end of a `using` block, or by `unlock()`. */
export class Guard {
  private held: { unlock(): void } | null;

  constructor(held: { unlock(): void }) {
    this.held = held;
  }

  /** Unlocks; a second time does nothing. */
  unlock(): void {
    const { held } = this;
    this.held = null;
    held?.unlock();
  }

  [Symbol.dispose](): void {
    this.unlock();
  }
}

/**
 * A mutual exclusion lock for goroutines and async code on any threads, first come, first served.
 *
 * @example
 * const mutex = new Mutex();
 * go(function* () {
 *   using _ = yield* mutex.lock();
 *   // alone here
 * });
 */
export class Mutex extends SharedObject {
  constructor();
  /** @internal */
  constructor(existing: typeof EXISTING, address: number);
  constructor(existing?: typeof EXISTING, address = 0) {
    super(existing === EXISTING ? address : createMutex());
  }

  /** Waits until the mutex is free and takes it. */
  lock(): Operation<Guard> {
    this.mustBeCurrent();
    return new Operation<Guard>(LOCKING, this, undefined as unknown as Guard);
  }

  /** Takes the mutex if it is free; returns whether it was. */
  tryLock(): boolean {
    this.mustBeCurrent();
    return compareExchange(this.address + HELD, 0, 1) === 0;
  }

  /** Gives the mutex back; any goroutine may. Throws SyncError when it is not locked. */
  unlock(): void {
    this.mustBeCurrent();
    const mutex = this.address;
    lock(mutex + LOCK);
    if (words[mutex + HELD] === 0) {
      unlock(mutex + LOCK);
      throw new SyncError('unlock of unlocked mutex');
    }
    const next = dequeue(mutex + WAITERS);
    if (next === 0) store(mutex + HELD, 0);
    else words[next + OUTCOME] = OUTCOME_DONE;
    unlock(mutex + LOCK);
    if (next !== 0) ready(next);
  }

  isLocked(): boolean {
    this.mustBeCurrent();
    return load(this.address + HELD) !== 0;
  }
}

function createMutex(): number {
  requireArena();
  const mutex = allocate(KIND_MUTEX, MUTEX_BYTES);
  words.fill(0, mutex, mutex + MUTEX_BYTES / 4);
  return mutex;
}

registerKind(KIND_MUTEX, (address) => new Mutex(EXISTING, address));

const LOCKING = objectBehaviour({
  reason: 'mutex lock',
  lock: LOCK,
  queue: WAITERS,
  /** Under LOCK a free mutex has no waiters, since unlocking hands it to them: taking it overtakes nobody. */
  attempt(operation) {
    return compareExchange((operation.subject as Mutex).address + HELD, 0, 1) === 0;
  },
  finish(operation) {
    operation.value = new Guard(operation.subject as Mutex);
  },
});
