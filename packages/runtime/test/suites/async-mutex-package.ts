/** The interface of async-mutex, and what its suites share: everything is on one thread under a false clock. */
import { afterEach, beforeEach, vi } from 'vitest';

type Release = () => void;

export interface AnyMutex {
  acquire(priority?: number): Promise<Release>;
  runExclusive<T>(fn: () => Promise<T> | T, priority?: number): Promise<T>;
  waitForUnlock(priority?: number): Promise<void>;
  isLocked(): boolean;
  release(): void;
  cancel(): void;
}

export interface AnySemaphore {
  acquire(weight?: number, priority?: number): Promise<[number, Release]>;
  runExclusive<T>(fn: (value: number) => Promise<T> | T, weight?: number, priority?: number): Promise<T>;
  waitForUnlock(weight?: number, priority?: number): Promise<void>;
  isLocked(): boolean;
  getValue(): number;
  setValue(value: number): void;
  release(weight?: number): void;
  cancel(): void;
}

export interface AsyncMutexPackage {
  Mutex: new (cancelError?: Error) => AnyMutex;
  Semaphore: new (value: number, cancelError?: Error) => AnySemaphore;
  withTimeout: {
    (lock: AnySemaphore, milliseconds: number, error?: any): AnySemaphore;
    (lock: AnyMutex, milliseconds: number, error?: any): AnyMutex;
  };
  tryAcquire: {
    (lock: AnySemaphore, error?: any): AnySemaphore;
    (lock: AnyMutex, error?: any): AnyMutex;
  };
  E_CANCELED: Error;
  E_TIMEOUT: Error;
  E_ALREADY_LOCKED: Error;
}

/** Lets everything happen that is due, and what follows from it. */
export const settle = () => vi.advanceTimersByTimeAsync(0);
export const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
export const later = (milliseconds: number, then: () => void) => setTimeout(then, milliseconds);

/** The outcome of a promise, as it is known by now. */
export function watch(promise: PromiseLike<unknown>): { state: string; outcome?: unknown } {
  const seen: { state: string; outcome?: unknown } = { state: 'pending' };
  promise.then(
    (outcome) => Object.assign(seen, { state: 'given', outcome }),
    (outcome) => Object.assign(seen, { state: 'thrown', outcome }),
  );
  return seen;
}

export function withFalseClock(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}
