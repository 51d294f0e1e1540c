/** One name for two things that go by it: a context with a deadline, Go's, and a lock for which nobody waits longer, async-mutex's. */
import { type CancelFunction, Context, withTimeout as contextWithTimeout } from './context/context.ts';
import {
  type LimitedMutex,
  type LimitedSemaphore,
  withTimeout as lockWithTimeout,
  type MutexLike,
  type SemaphoreLike,
} from './sync/with-timeout.ts';

/**
 * Of a context: one that is cancelled after so many milliseconds, too, with the function that cancels it earlier. Of a Mutex
 * or Semaphore: the same lock, for which `acquire`, `runExclusive` and `waitForUnlock` wait no longer than so many milliseconds
 * and then throw `E_TIMEOUT`, or the error given. `select` cannot drive these.
 *
 * Throws TypeError for what is neither, RangeError for milliseconds that are no number. Source: Go's `context.WithTimeout`,
 * async-mutex's `withTimeout`.
 *
 * @example
 * const [ctx, cancel] = withTimeout(background(), 1000);
 * const release = await withTimeout(mutex, 100).acquire();
 */
export function withTimeout(parent: Context, milliseconds: number): [ctx: Context, cancel: CancelFunction];
export function withTimeout(lock: SemaphoreLike, milliseconds: number, error?: unknown): LimitedSemaphore;
export function withTimeout(lock: MutexLike, milliseconds: number, error?: unknown): LimitedMutex;
export function withTimeout(
  subject: Context | SemaphoreLike | MutexLike,
  milliseconds: number,
  error?: unknown,
): [ctx: Context, cancel: CancelFunction] | LimitedSemaphore | LimitedMutex {
  if (subject instanceof Context) return contextWithTimeout(subject, milliseconds);
  return lockWithTimeout(subject as SemaphoreLike, milliseconds, error);
}
