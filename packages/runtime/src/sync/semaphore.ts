/**
 * Semaphore: a number of permits that goroutines and async code on any threads take and give back, several at once if they
 * like. Go's `semaphore.Weighted` and async-mutex's `Semaphore` in one; who is let in when is `core/semaphore.ts`.
 */
import { drop } from '../codec/cell.ts';
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { shown } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import {
  OPERATION_ACQUIRE,
  OPERATION_WATCH_SEMAPHORE,
  RESULT_DONE,
  RESULT_REFUSED,
  SEMAPHORE_ERROR,
  SEMAPHORE_VALUE,
  SEMAPHORE_WORDS,
} from '../memory/blocks.ts';
import { cancelSemaphore, passOverLost, releaseSemaphore, setSemaphore, tryTakeSemaphore } from '../memory/core.ts';
import { allocateCleared, release, setDestroyer } from '../memory/heap.ts';
import { KIND_SEMAPHORE } from '../memory/layout.ts';
import { forEachLiving } from '../memory/walk.ts';
import { wakeServed } from '../scheduler/inbox.ts';
import { whenMachineLost } from '../scheduler/lost.ts';
import { callInAsyncCode, callInGoroutine, mustBeCallback } from './callback.ts';
import { type EagerOperation, Procedure } from './eager.ts';
import { readCancelError, writeCancelError } from './lock-errors.ts';
import type { Releaser } from './mutex.ts';
import { mustBePriority, TicketOperation, TicketRules } from './ticket.ts';

/** What `acquire` gives: how many permits there were before, and the function that gives back those that were taken. */
export type Acquired = [value: number, release: Releaser];

/**
 * A number of permits. Who asks for more than are left waits; those who wait are served in order of arrival, also when one
 * asks for many and those behind it for few.
 *
 * Throws RangeError for a value that is no whole number of 32 bits; a negative one is one. Source: golang.org/x/sync/semaphore
 * (`Weighted`), async-mutex.
 *
 * @example
 * const connections = new Semaphore(10);
 * go(function* () {
 *   const [, release] = yield* connections.acquire();
 *   try { yield* wait(request()); } finally { release(); }
 * });
 */
export class Semaphore extends SharedObject {
  #cancelError: unknown;

  /** With an error, that is what `cancel` gives to those who wait; else `E_CANCELED`. On other threads it is a copy. */
  constructor(value: number, cancelError?: Error);
  /** @internal */
  constructor(address: number, existing: typeof EXISTING);
  constructor(value: number, existing?: typeof EXISTING | Error) {
    super(existing === EXISTING ? value : create(value, existing));
    this.#cancelError = existing === EXISTING ? undefined : existing;
  }

  /**
   * Takes so many permits, or waits until it can. Of those who wait, who has the highest priority is first, and within one
   * priority who came first; nobody behind the first one gets any before it. In async code it begins at the call.
   *
   * Throws RangeError for a weight that is no whole number above 0 or a priority that is no number, and `E_CANCELED` after
   * `cancel`.
   *
   * @example
   * const [left, release] = await connections.acquire(2);
   */
  acquire(weight = 1, priority = 0): EagerOperation<Acquired> {
    this.mustBeCurrent();
    mustBeWeight(weight);
    mustBePriority(priority);
    return new TicketOperation<Acquired>(ACQUIRING, this, weight, priority).eagerly();
  }

  /**
   * Takes so many permits if they are left and nobody waits for some; returns whether it has. Throws RangeError for a weight that
   * is no whole number above 0.
   *
   * @example
   * if (connections.tryAcquire()) connections.release();
   */
  tryAcquire(weight = 1): boolean {
    this.mustBeCurrent();
    mustBeWeight(weight);
    return tryTakeSemaphore(this.address, weight) === RESULT_DONE;
  }

  /**
   * Gives permits back; anybody may. Throws RangeError for a weight that is no whole number above 0, and when there would be more
   * than 2^31 - 1.
   *
   * @example
   * connections.release(2);
   */
  release(weight = 1): void {
    this.mustBeCurrent();
    mustBeWeight(weight);
    const result = releaseSemaphore(this.address, weight);
    if (result === RESULT_REFUSED) {
      throw new RangeError(`Semaphore value out of range: ${load(this.address + SEMAPHORE_VALUE)} + ${weight}`);
    }
    wakeServed(result);
  }

  /**
   * Calls a function with the number of permits there were, while it holds some of them, and gives its result; they are given
   * back when that is there, also when it is an error. The function may be plain, async or a generator function; it runs
   * where this is driven.
   *
   * Throws TypeError for what is no function, RangeError for a weight or priority as `acquire` does, `E_CANCELED` after
   * `cancel`, and what the function throws. Source: async-mutex.
   *
   * @example
   * const text = await connections.runExclusive(async () => (await fetch(url)).text());
   */
  runExclusive<T>(fn: (value: number) => Generator<unknown, T, any>, weight?: number, priority?: number): EagerOperation<T>;
  runExclusive<T>(fn: (value: number) => PromiseLike<T> | T, weight?: number, priority?: number): EagerOperation<T>;
  runExclusive<T>(
    fn: (value: number) => Generator<unknown, T, any> | PromiseLike<T> | T,
    weight = 1,
    priority = 0,
  ): EagerOperation<T> {
    this.mustBeCurrent();
    mustBeCallback(fn, 'runExclusive');
    const semaphore = this;
    return new Procedure<T>(
      'semaphore acquire',
      function* () {
        const [value, giveBack] = yield* semaphore.acquire(weight, priority);
        try {
          return yield* callInGoroutine(fn, value);
        } finally {
          giveBack();
        }
      },
      async () => {
        const [value, giveBack] = await semaphore.acquire(weight, priority);
        try {
          return await callInAsyncCode(fn, value);
        } finally {
          giveBack();
        }
      },
    ).eagerly();
  }

  /**
   * Waits until so many permits could be acquired, without taking them. In async code it begins at the call. Throws RangeError
   * for a weight or priority as `acquire` does. Source: async-mutex.
   *
   * @example
   * await connections.waitForUnlock(2);
   */
  waitForUnlock(weight = 1, priority = 0): EagerOperation<void> {
    this.mustBeCurrent();
    mustBeWeight(weight);
    mustBePriority(priority);
    return new TicketOperation<void>(WATCHING, this, weight, priority).eagerly();
  }

  /**
   * Whether no permit is left. Source: async-mutex.
   *
   * @example
   * if (connections.isLocked()) console.log('all in use');
   */
  isLocked(): boolean {
    return this.getValue() <= 0;
  }

  /**
   * How many permits are left. Source: async-mutex.
   *
   * @example
   * console.log(`${connections.getValue()} left`);
   */
  getValue(): number {
    this.mustBeCurrent();
    return load(this.address + SEMAPHORE_VALUE);
  }

  /**
   * Sets how many permits are left, and lets those in who can be now. Throws RangeError for what is no whole number of 32 bits.
   * Source: async-mutex.
   *
   * @example
   * connections.setValue(20);
   */
  setValue(value: number): void {
    this.mustBeCurrent();
    wakeServed(setSemaphore(this.address, mustBeValue(value)));
  }

  /**
   * Everybody who waits to acquire finds `E_CANCELED` thrown, or the error given to the constructor. Permits that are held stay
   * so. Source: async-mutex.
   *
   * @example
   * connections.cancel();
   */
  cancel(): void {
    this.mustBeCurrent();
    wakeServed(cancelSemaphore(this.address));
  }

  /** @internal What those find thrown who are sent away. */
  cancelError(): unknown {
    this.#cancelError ??= readCancelError((this.address + SEMAPHORE_ERROR) >> 1);
    return this.#cancelError;
  }
}

function create(value: number, cancelError: unknown): number {
  mustBeValue(value);
  requireArena();
  const semaphore = allocateCleared(KIND_SEMAPHORE, SEMAPHORE_WORDS);
  arena.words[semaphore + SEMAPHORE_VALUE] = value;
  try {
    writeCancelError(cancelError, (semaphore + SEMAPHORE_ERROR) >> 1, 'make a Semaphore');
  } catch (error) {
    release(semaphore);
    throw error;
  }
  return semaphore;
}

setDestroyer(KIND_SEMAPHORE, (semaphore) => drop((semaphore + SEMAPHORE_ERROR) >> 1));
registerKind(KIND_SEMAPHORE, (address) => new Semaphore(address, EXISTING));
whenMachineLost(() => forEachLiving(KIND_SEMAPHORE, (semaphore) => wakeServed(passOverLost(OPERATION_ACQUIRE, semaphore))));

const ACQUIRING = new TicketRules<Acquired>('semaphore acquire', OPERATION_ACQUIRE, acquired, (semaphore: Semaphore, weight) =>
  semaphore.release(weight),
);
const WATCHING = new TicketRules<void>(
  'semaphore free',
  OPERATION_WATCH_SEMAPHORE,
  () => undefined,
  () => undefined,
);

function acquired(semaphore: Semaphore, weight: number, before: number): Acquired {
  let held = true;
  const giveBack = (): void => {
    if (held) semaphore.release(weight);
    held = false;
  };
  return [before, giveBack];
}

function mustBeWeight(weight: unknown): void {
  if (Number.isInteger(weight) && (weight as number) > 0 && weight === ((weight as number) | 0)) return;
  const wanted = typeof weight === 'number' && weight <= 0 ? 'positive' : 'a whole number of 32 bits';
  throw new RangeError(`invalid weight ${String(weight)}: must be ${wanted}`);
}

function mustBeValue(value: number): number {
  if (Number.isInteger(value) && value === (value | 0)) return value;
  throw new RangeError(`the value of a Semaphore is a whole number of 32 bits, got ${shown(value)}`);
}
