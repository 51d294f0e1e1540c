/**
 * async-mutex's decorators: a mutex or semaphore for which nobody waits longer than for a time.
 *
 * In async code the time is measured by `setTimeout`, as it stands when the wait begins. In a goroutine it is a select
 * between the lock and a timer, so that a cancellation takes both back; unless what is decorated is neither ours nor
 * undecorated, then the goroutine waits for what async code would do. If the lock comes after the time was up, or after the
 * goroutine was cancelled, it is given back at once.
 */
import { shown, typeName } from '../errors.ts';
import { SelectableOperation } from '../scheduler/operation.ts';
import { LONGEST_TIMEOUT } from '../scheduler/real-timers.ts';
import { sleepOperation, waitOperation } from '../scheduler/wait.ts';
import { type Callback, callInAsyncCode, callInGoroutine, mustBeCallback } from './callback.ts';
import { type EagerOperation, Procedure } from './eager.ts';
import { E_ALREADY_LOCKED, E_TIMEOUT } from './lock-errors.ts';
import type { Releaser } from './mutex.ts';
import { select } from './select.ts';
import type { Acquired } from './semaphore.ts';

interface Lockable {
  /** Whether it cannot be had at this moment. */
  isLocked(): boolean;
  /** Everybody who waits for it finds `E_CANCELED` thrown. */
  cancel(): void;
}

/** What is decorated: a `Mutex` of this package, or anything with async-mutex's `MutexInterface`. */
export interface MutexLike extends Lockable {
  acquire(priority?: number): PromiseLike<Releaser>;
  waitForUnlock(priority?: number): PromiseLike<void>;
  release(): void;
}

/** What is decorated: a `Semaphore` of this package, or anything with async-mutex's `SemaphoreInterface`. */
export interface SemaphoreLike extends Lockable {
  acquire(weight?: number, priority?: number): PromiseLike<Acquired>;
  waitForUnlock(weight?: number, priority?: number): PromiseLike<void>;
  release(weight?: number): void;
  getValue(): number;
  setValue(value: number): void;
}

/** A mutex with a time limit. `select` cannot drive its operations. */
export interface LimitedMutex extends Lockable {
  /** As `Mutex.acquire`; throws `E_TIMEOUT`, or the error given, when the time is up. */
  acquire(priority?: number): EagerOperation<Releaser>;
  /** As `Mutex.runExclusive`, whose wait for the lock is limited; the function itself is not. */
  runExclusive<T>(fn: () => Generator<unknown, T, any>, priority?: number): EagerOperation<T>;
  runExclusive<T>(fn: () => PromiseLike<T> | T, priority?: number): EagerOperation<T>;
  /** As `Mutex.waitForUnlock`, with the limit. */
  waitForUnlock(priority?: number): EagerOperation<void>;
  /** As `Mutex.release`. */
  release(): void;
}

/** A semaphore with a time limit. `select` cannot drive its operations. */
export interface LimitedSemaphore extends Lockable {
  /** As `Semaphore.acquire`; throws `E_TIMEOUT`, or the error given, when the time is up. */
  acquire(weight?: number, priority?: number): EagerOperation<Acquired>;
  /** As `Semaphore.runExclusive`, whose wait for permits is limited; the function itself is not. */
  runExclusive<T>(fn: (value: number) => Generator<unknown, T, any>, weight?: number, priority?: number): EagerOperation<T>;
  runExclusive<T>(fn: (value: number) => PromiseLike<T> | T, weight?: number, priority?: number): EagerOperation<T>;
  /** As `Semaphore.waitForUnlock`, with the limit. */
  waitForUnlock(weight?: number, priority?: number): EagerOperation<void>;
  /** As `Semaphore.release`. */
  release(weight?: number): void;
  /** As `Semaphore.getValue`. */
  getValue(): number;
  /** As `Semaphore.setValue`. */
  setValue(value: number): void;
}

type Ticket = Releaser | Acquired;

/**
 * The same lock, for which `acquire`, `runExclusive` and `waitForUnlock` wait no longer than so many milliseconds and then
 * throw `E_TIMEOUT`, or the error given. What is decorated can be used beside it.
 *
 * Throws TypeError for what is no lock, RangeError for milliseconds that are no number. Source: async-mutex.
 *
 * @example
 * const release = await withTimeout(mutex, 100).acquire();
 */
export function withTimeout(lock: SemaphoreLike, milliseconds: number, error?: unknown): LimitedSemaphore;
export function withTimeout(lock: MutexLike, milliseconds: number, error?: unknown): LimitedMutex;
export function withTimeout(
  lock: MutexLike | SemaphoreLike,
  milliseconds: number,
  error: unknown = E_TIMEOUT,
): LimitedMutex | LimitedSemaphore {
  if (typeof (lock as Partial<MutexLike> | null)?.acquire !== 'function') {
    const got = typeName(lock);
    throw new TypeError(`withTimeout takes a context, as of background(), or a Mutex or Semaphore, got ${got}`);
  }
  if (typeof milliseconds !== 'number' || Number.isNaN(milliseconds)) {
    throw new RangeError(`withTimeout takes milliseconds as a number, got ${shown(milliseconds)}`);
  }
  return new Limited(lock, milliseconds, error) as LimitedSemaphore;
}

/**
 * The same lock, for which `acquire` and `runExclusive` do not wait: if it is not free they throw `E_ALREADY_LOCKED`, or the
 * error given. `tryLock` and `Semaphore.tryAcquire` tell by a boolean. Throws TypeError for what is no lock. Source: async-mutex.
 *
 * @example
 * await tryAcquire(mutex).runExclusive(() => 'nobody else was here');
 */
export function tryAcquire(lock: SemaphoreLike, error?: unknown): LimitedSemaphore;
export function tryAcquire(lock: MutexLike, error?: unknown): LimitedMutex;
export function tryAcquire(lock: MutexLike | SemaphoreLike, error: unknown = E_ALREADY_LOCKED): LimitedMutex | LimitedSemaphore {
  return withTimeout(lock as SemaphoreLike, 0, error);
}

class Limited {
  private readonly lock: any;
  private readonly milliseconds: number;
  private readonly error: unknown;

  constructor(lock: MutexLike | SemaphoreLike, milliseconds: number, error: unknown) {
    this.lock = lock;
    this.milliseconds = milliseconds;
    this.error = error;
  }

  acquire(...asked: number[]): EagerOperation<Ticket> {
    mustBeWeight(this.lock, asked);
    return this.limited<Ticket>(() => this.lock.acquire(...asked), giveBack);
  }

  runExclusive<T>(fn: Callback<[value: number], T>, ...asked: number[]): EagerOperation<T> {
    mustBeCallback(fn, 'runExclusive');
    const limited = this;
    return new Procedure<T>(
      'mutex lock',
      function* () {
        const ticket = yield* limited.acquire(...asked);
        try {
          return yield* callInGoroutine(fn, valueOf(ticket));
        } finally {
          giveBack(ticket);
        }
      },
      async () => {
        const ticket = await limited.acquire(...asked);
        try {
          return await callInAsyncCode(fn, valueOf(ticket));
        } finally {
          giveBack(ticket);
        }
      },
    ).eagerly();
  }

  waitForUnlock(...asked: number[]): EagerOperation<void> {
    mustBeWeight(this.lock, asked);
    return this.limited<void>(
      () => this.lock.waitForUnlock(...asked),
      () => undefined,
    );
  }

  release(...weight: number[]): void {
    this.lock.release(...weight);
  }

  cancel(): void {
    this.lock.cancel();
  }

  isLocked(): boolean {
    return this.lock.isLocked();
  }

  getValue(): number {
    return this.lock.getValue();
  }

  setValue(value: number): void {
    this.lock.setValue(value);
  }

  /** Waits for what `begin` gives, but not longer; what comes too late goes to `drop`. */
  private limited<T>(begin: () => PromiseLike<T>, drop: (late: T) => void): EagerOperation<T> {
    const { milliseconds, error } = this;
    return new Procedure<T>(
      'mutex lock',
      () => limitedInGoroutine(begin, drop, milliseconds, error),
      () => limitedInAsyncCode(begin, drop, milliseconds, error).promise,
    ).eagerly();
  }
}

function* limitedInGoroutine<T>(
  begin: () => PromiseLike<T>,
  drop: (late: T) => void,
  milliseconds: number,
  error: unknown,
): Generator<unknown, T, unknown> {
  const coming = begin();
  if (coming instanceof SelectableOperation) {
    const hit = yield* select({ came: coming as SelectableOperation<T>, late: sleepOperation(milliseconds) });
    if (hit.key === 'late') throw error;
    return hit.value as T;
  }
  const { promise, giveUp } = limitedInAsyncCode(() => coming, drop, milliseconds, error);
  let came = false;
  try {
    const value = (yield* waitOperation(promise)) as T;
    came = true;
    return value;
  } finally {
    if (!came) giveUp();
  }
}

interface Limit<T> {
  readonly promise: Promise<T>;
  /** Nobody waits any more: what comes is dropped. */
  readonly giveUp: () => void;
}

function limitedInAsyncCode<T>(
  begin: () => PromiseLike<T>,
  drop: (late: T) => void,
  milliseconds: number,
  error: unknown,
): Limit<T> {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    const coming = begin();
    const waitFor = (left: number): void => {
      timer = setTimeout(
        () => {
          if (left > LONGEST_TIMEOUT) {
            waitFor(left - LONGEST_TIMEOUT);
            return;
          }
          over = true;
          reject(error);
        },
        Math.min(left, LONGEST_TIMEOUT),
      );
    };
    waitFor(milliseconds);
    coming.then(
      (value) => {
        clearTimeout(timer);
        if (over) drop(value);
        else resolve(value);
      },
      (failure: unknown) => {
        clearTimeout(timer);
        reject(failure);
      },
    );
  });
  const giveUp = (): void => {
    clearTimeout(timer);
    over = true;
    promise.then(drop, () => undefined);
  };
  return { promise, giveUp };
}

function giveBack(ticket: Ticket): void {
  if (Array.isArray(ticket)) ticket[1]();
  else ticket();
}

function valueOf(ticket: Ticket): number {
  return Array.isArray(ticket) ? ticket[0] : (undefined as unknown as number);
}

/** At the call, and not only when it is driven. */
function mustBeWeight(lock: Partial<SemaphoreLike>, asked: readonly unknown[]): void {
  const weight = asked[0];
  if (lock.getValue === undefined || weight === undefined || (weight as number) > 0) return;
  throw new RangeError(`invalid weight ${String(weight)}: must be positive`);
}
