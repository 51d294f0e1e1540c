/**
 * Mutex: a lock in shared memory that goroutines wait for without holding up their thread.
 *
 * Who holds it, who waits, and who is next is `core/mutex.ts`: Go's way, in outline. A goroutine that finds it free takes
 * it, also before one that was woken for it; but nobody is passed over more than a few times.
 *
 * It has the interface of async-mutex's `Mutex`, too, by which a program that used that package goes on working.
 */

import { drop } from '../codec/cell.ts';
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { SyncError } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import {
  HOLDER_UNKNOWN,
  MUTEX_ERROR,
  MUTEX_HELD,
  MUTEX_WORDS,
  OPERATION_LOCK,
  OPERATION_LOCK_BY_PRIORITY,
  OPERATION_WATCH_MUTEX,
  OUTCOME_CANCELED,
  OUTCOME_RETRY,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  SELECT_OBJECT,
  SELECT_OPERATION,
  SELECT_WAITER,
} from '../memory/blocks.ts';
import { cancelMutex, lockMutex, nameHolder, passOverLost, tryLockMutex, unlockMutex } from '../memory/core.ts';
import { allocateCleared, release, setDestroyer } from '../memory/heap.ts';
import { KIND_MUTEX } from '../memory/layout.ts';
import { forEachLiving } from '../memory/walk.ts';
import { currentHolder, holderFor } from '../scheduler/holder.ts';
import { leaveLine, wakeServed } from '../scheduler/inbox.ts';
import { whenMachineLost } from '../scheduler/lost.ts';
import { machine, type Waiting } from '../scheduler/machine.ts';
import { DRIVEN, type Flag, FRESH, NO, type Op, SelectableOperation, YES } from '../scheduler/operation.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';
import { freeWaiter, parkSpare, spareWaiter } from '../scheduler/waiter.ts';
import { callInAsyncCode, callInGoroutine, mustBeCallback } from './callback.ts';
import { type EagerOperation, Procedure } from './eager.ts';
import { Guard } from './guard.ts';
import { readCancelError, writeCancelError } from './lock-errors.ts';
import { errorOfCanceled, mustBePriority, outcomeOf, TicketOperation, TicketRules } from './ticket.ts';

/** Gives back what was acquired; a second call does nothing. */
export type Releaser = () => void;

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
 *
 * @example
 * const result = await mutex.runExclusive(async () => 'alone here'); // as async-mutex has it
 */
export class Mutex extends SharedObject {
  #cancelError: unknown;

  /** With an error, that is what `cancel` gives to those who wait; else `E_CANCELED`. On other threads it is a copy. */
  constructor(cancelError?: Error);
  /** @internal */
  constructor(existing: typeof EXISTING, address: number);
  constructor(existing?: typeof EXISTING | Error, address = 0) {
    super(existing === EXISTING ? address : createMutex(existing));
    this.#cancelError = existing === EXISTING ? undefined : existing;
  }

  /**
   * Waits until the mutex is free and takes it; gives a guard that unlocks. Throws `E_CANCELED` after `cancel`, or the error
   * given to the constructor.
   *
   * @example
   * using _ = yield* mutex.lock();
   */
  lock(): Op<Guard> {
    this.mustBeCurrent();
    return new LockOperation(this);
  }

  /**
   * Takes the mutex if it is free; returns whether it was.
   *
   * @example
   * if (mutex.tryLock()) mutex.unlock();
   */
  tryLock(): boolean {
    this.mustBeCurrent();
    return tryLockMutex(this.address, currentHolder()) === RESULT_DONE;
  }

  /** Gives the mutex back; any goroutine may. Throws SyncError when it is not locked. */
  unlock(): void {
    this.mustBeCurrent();
    const result = unlockMutex(this.address);
    if (result === RESULT_REFUSED) throw new SyncError('unlock of unlocked mutex');
    if (result !== RESULT_DONE) wakeServed(result);
  }

  /** Whether somebody holds it at this moment. */
  isLocked(): boolean {
    this.mustBeCurrent();
    return load(this.address + MUTEX_HELD) !== 0;
  }

  /**
   * Takes the mutex as `lock` does and gives the function that gives it back. Of those who wait, who has the highest
   * priority is first. In async code it begins at the call: a free mutex is taken then, before `await`.
   *
   * Throws RangeError for a priority that is no number, and `E_CANCELED` after `cancel`. Source: async-mutex.
   *
   * @example
   * const release = await mutex.acquire();
   */
  acquire(priority = 0): EagerOperation<Releaser> {
    this.mustBeCurrent();
    mustBePriority(priority);
    return new TicketOperation<Releaser>(ACQUIRING, this, 1, priority).eagerly();
  }

  /**
   * Calls a function while it holds the mutex and gives its result; the mutex is given back when that is there, also when
   * it is an error. The function may be plain, async or a generator function; it runs where this is driven.
   *
   * Throws TypeError for what is no function, RangeError for a priority that is no number, `E_CANCELED` after `cancel`, and
   * what the function throws. Source: async-mutex.
   *
   * @example
   * yield* mutex.runExclusive(function* () { yield* channel.send(1); });
   */
  runExclusive<T>(fn: () => Generator<unknown, T, any>, priority?: number): EagerOperation<T>;
  runExclusive<T>(fn: () => PromiseLike<T> | T, priority?: number): EagerOperation<T>;
  runExclusive<T>(fn: () => Generator<unknown, T, any> | PromiseLike<T> | T, priority = 0): EagerOperation<T> {
    this.mustBeCurrent();
    mustBeCallback(fn, 'runExclusive');
    mustBePriority(priority);
    const mutex = this;
    return new Procedure<T>(
      'mutex lock',
      function* () {
        const giveBack = yield* mutex.acquire(priority);
        try {
          return yield* callInGoroutine(fn);
        } finally {
          giveBack();
        }
      },
      async () => {
        const giveBack = await mutex.acquire(priority);
        try {
          return await callInAsyncCode(fn);
        } finally {
          giveBack();
        }
      },
    ).eagerly();
  }

  /**
   * Waits until the mutex is free and nobody of that priority or a higher one waits for it, without taking it. Another one may
   * take it right after. In async code it begins at the call. Throws RangeError for a priority that is no number. Source:
   * async-mutex.
   *
   * @example
   * await mutex.waitForUnlock();
   */
  waitForUnlock(priority = 0): EagerOperation<void> {
    this.mustBeCurrent();
    mustBePriority(priority);
    return new TicketOperation<void>(WATCHING, this, 1, priority).eagerly();
  }

  /** Gives the mutex back if it is locked. `unlock` tells of a mistake, this does not. */
  release(): void {
    this.mustBeCurrent();
    wakeServed(unlockMutex(this.address));
  }

  /** Everybody who waits to lock it finds `E_CANCELED` thrown, or the error given to the constructor. Who holds it keeps it. */
  cancel(): void {
    this.mustBeCurrent();
    wakeServed(cancelMutex(this.address));
  }

  /** @internal What those find thrown who are sent away. */
  cancelError(): unknown {
    this.#cancelError ??= readCancelError((this.address + MUTEX_ERROR) >> 1);
    return this.#cancelError;
  }

  /** @internal Whether it is what somebody on this thread found thrown who was sent away. */
  hasSentAwayWith(error: unknown): boolean {
    return error === this.#cancelError;
  }
}

function createMutex(cancelError: unknown): number {
  requireArena();
  const mutex = allocateCleared(KIND_MUTEX, MUTEX_WORDS);
  try {
    writeCancelError(cancelError, (mutex + MUTEX_ERROR) >> 1, 'make a Mutex');
  } catch (error) {
    release(mutex);
    throw error;
  }
  return mutex;
}

setDestroyer(KIND_MUTEX, (mutex) => drop((mutex + MUTEX_ERROR) >> 1));

const ACQUIRING = new TicketRules<Releaser>(
  'mutex lock',
  OPERATION_LOCK_BY_PRIORITY,
  releaserOf,
  (mutex: Mutex) => mutex.release(),
  (mutex: Mutex, holder) => nameHolder(mutex.address, holder),
);
const WATCHING = new TicketRules<void>(
  'mutex unlocked',
  OPERATION_WATCH_MUTEX,
  () => undefined,
  () => undefined,
);

function releaserOf(mutex: Mutex): Releaser {
  let held = true;
  return () => {
    if (held) mutex.release();
    held = false;
  };
}

registerKind(KIND_MUTEX, (address) => new Mutex(EXISTING, address));
whenMachineLost(() => forEachLiving(KIND_MUTEX, (mutex) => wakeServed(passOverLost(OPERATION_LOCK, mutex))));

/** Has a `next` of its own for the same reason as sending and receiving. */
class LockOperation extends SelectableOperation<Guard> {
  done: Flag;
  value: Guard;
  stage: number;
  override readonly object: Mutex;
  waiter: number;
  /** For whom it locks. */
  private holder: number;

  constructor(mutex: Mutex) {
    super();
    this.done = NO;
    this.value = undefined as unknown as Guard;
    this.stage = FRESH;
    this.object = mutex;
    this.waiter = 0;
    this.holder = HOLDER_UNKNOWN;
  }

  get reason(): WaitReason {
    return 'mutex lock';
  }

  describe(entry: number): void {
    arena.words[entry + SELECT_OPERATION] = OPERATION_LOCK;
    arena.words[entry + SELECT_OBJECT] = this.object.address;
    arena.words[entry + SELECT_WAITER] = this.waiter;
  }

  override [Symbol.iterator](): Iterator<unknown, Guard, unknown> {
    if (arena.isFirst !== true) this.mustBeCurrent();
    if (this.stage !== FRESH) throw this.drivenTwice();
    this.stage = DRIVEN;
    return this as unknown as Iterator<unknown, Guard, unknown>;
  }

  override next(): this {
    if (this.stage !== DRIVEN) return this.resume();
    if (this.begin(this.enter()) === true) this.done = YES;
    else machine.current!.park(this);
    return this;
  }

  begin(waiting: Waiting): boolean {
    const holder = holderFor(waiting);
    if (tryLockMutex(this.object.address, holder) !== RESULT_DONE && this.mustWait(holder, waiting)) return false;
    this.value = new Guard(this.object);
    return true;
  }

  /** It is taken, and this stands in line; unless it was given back meanwhile. */
  private mustWait(holder: number, waiting: Waiting): boolean {
    this.holder = holder;
    if (lockMutex(this.object.address, spareWaiter(), machine.slotOf(waiting), holder) !== RESULT_WAITS) return false;
    this.waiter = parkSpare();
    return true;
  }

  /** Handed over, woken to try again, or sent away. */
  end(): boolean {
    const { waiter } = this;
    const outcome = outcomeOf(this.object.address, waiter);
    if (outcome === OUTCOME_RETRY) return false;
    if (outcome === OUTCOME_CANCELED) throw errorOfCanceled(this);
    this.discard();
    this.conclude();
    return true;
  }

  override prepare(waiting: Waiting): void {
    this.holder = holderFor(waiting);
  }

  conclude(): void {
    if (this.holder !== HOLDER_UNKNOWN) nameHolder(this.object.address, this.holder);
    this.value = new Guard(this.object);
  }

  leave(): boolean {
    return leaveLine(OPERATION_LOCK, this.object.address, this.waiter);
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }
}
