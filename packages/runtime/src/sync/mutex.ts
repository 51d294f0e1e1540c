/**
 * Mutex: a lock in shared memory that goroutines wait for without holding up their thread.
 *
 * Who holds it, who waits, and who is next is `core/mutex.ts`: Go's way, in outline. A goroutine that finds it free takes
 * it, also before one that was woken for it; but nobody is passed over more than a few times.
 */
/// <reference lib="esnext.disposable" preserve="true" />
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { SyncError } from '../errors.ts';
import { requireArena, words } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import {
  MUTEX_HELD,
  MUTEX_WORDS,
  OPERATION_LOCK,
  OUTCOME_RETRY,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  SELECT_OBJECT,
  SELECT_OPERATION,
  SELECT_WAITER,
  WAITER_OUTCOME,
} from '../memory/blocks.ts';
import { lockMutex, retryLock, tryLockMutex, unlockMutex, withdraw } from '../memory/core.ts';
import { allocate } from '../memory/heap.ts';
import { KIND_MUTEX } from '../memory/layout.ts';
import { wakeServed } from '../scheduler/inbox.ts';
import { machine, type Waiting } from '../scheduler/machine.ts';
import { DRIVEN, FRESH, type Operation, SelectableOperation } from '../scheduler/operation.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';
import { freeWaiter, parkSpare, spareWaiter } from '../scheduler/waiter.ts';

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
 * A mutual exclusion lock for goroutines and async code on any threads. Who waits is served in order of arrival, except
 * that one who comes when it is free takes it; nobody is passed over for ever. Go's `sync.Mutex` is the model.
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
    return new LockOperation(this);
  }

  /** Takes the mutex if it is free; returns whether it was. */
  tryLock(): boolean {
    this.mustBeCurrent();
    return tryLockMutex(this.address) === RESULT_DONE;
  }

  /** Gives the mutex back; any goroutine may. Throws SyncError when it is not locked. */
  unlock(): void {
    this.mustBeCurrent();
    const result = unlockMutex(this.address);
    if (result === RESULT_REFUSED) throw new SyncError('unlock of unlocked mutex');
    if (result !== RESULT_DONE) wakeServed(result);
  }

  isLocked(): boolean {
    this.mustBeCurrent();
    return load(this.address + MUTEX_HELD) !== 0;
  }
}

function createMutex(): number {
  requireArena();
  const mutex = allocate(KIND_MUTEX, MUTEX_WORDS * 4);
  words.fill(0, mutex, mutex + MUTEX_WORDS);
  return mutex;
}

registerKind(KIND_MUTEX, (address) => new Mutex(EXISTING, address));

/** Has a `next` of its own for the same reason as sending and receiving. */
class LockOperation extends SelectableOperation<Guard> {
  done: boolean;
  value: Guard;
  stage: number;
  readonly object: Mutex;
  waiter: number;

  constructor(mutex: Mutex) {
    super();
    this.done = false;
    this.value = undefined as unknown as Guard;
    this.stage = FRESH;
    this.object = mutex;
    this.waiter = 0;
  }

  get reason(): WaitReason {
    return 'mutex lock';
  }

  describe(entry: number): void {
    words[entry + SELECT_OPERATION] = OPERATION_LOCK;
    words[entry + SELECT_OBJECT] = this.object.address;
    words[entry + SELECT_WAITER] = this.waiter;
  }

  override [Symbol.iterator](): Iterator<unknown, Guard, unknown> {
    if (this.stage !== FRESH) throw this.drivenTwice();
    this.stage = DRIVEN;
    return this as unknown as Iterator<unknown, Guard, unknown>;
  }

  override next(): this {
    if (this.stage !== DRIVEN) return this.resume();
    if (this.begin(this.enter())) this.done = true;
    else machine.current!.park(this);
    return this;
  }

  begin(waiting: Waiting): boolean {
    const result = lockMutex(this.object.address, spareWaiter(), waiting.slot < 0 ? machine.slotOf(waiting) : waiting.slot);
    if (result === RESULT_WAITS) {
      this.waiter = parkSpare();
      return false;
    }
    this.value = new Guard(this.object);
    return true;
  }

  /** Handed over, or woken to try again. */
  end(): boolean {
    const { waiter } = this;
    if (words[waiter + WAITER_OUTCOME] === OUTCOME_RETRY && retryLock(this.object.address, waiter) === RESULT_WAITS) {
      return false;
    }
    this.discard();
    this.conclude();
    return true;
  }

  conclude(): void {
    this.value = new Guard(this.object);
  }

  leave(): boolean {
    return withdraw(OPERATION_LOCK, this.object.address, this.waiter) !== 0;
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }
}
