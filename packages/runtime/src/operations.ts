/** The operations that stand for themselves. */
import { shown, typeName } from './errors.ts';
import { ensureArena } from './runtime.ts';
import type { Op } from './scheduler/operation.ts';
import { sleepOperation, waitOperation, yieldOperation } from './scheduler/wait.ts';

/**
 * Parks the goroutine for a time in milliseconds; others run meanwhile. At 0 or less it still lets others run first. A
 * sleep keeps the process alive and is no deadlock, also one of `Infinity`, which lasts until the goroutine is cancelled.
 * Throws RangeError for what is no number. Source: Go's `time.Sleep`.
 *
 * @example
 * yield* sleep(250);
 */
export function sleep(milliseconds: number): Op<void> {
  if (typeof milliseconds !== 'number' || Number.isNaN(milliseconds)) {
    throw new RangeError(`sleep takes milliseconds as a number, got ${shown(milliseconds)}`);
  }
  ensureArena();
  return sleepOperation(milliseconds);
}

/**
 * `sleep`, named for a case of `select`. Source: Go's `time.After`, without its channel.
 *
 * @example
 * const hit = yield* select({ answer: answers.recv(), late: after(50) });
 */
export const after: typeof sleep = sleep;

/**
 * Lets the other goroutines of this thread run, then goes on. `select` cannot drive it. Source: Go's `runtime.Gosched`.
 *
 * @example
 * for (const row of rows) {
 *   compute(row);
 *   yield* gosched();
 * }
 */
export function gosched(): Op<void> {
  ensureArena();
  return yieldOperation();
}

/**
 * Parks the goroutine until a promise settles; gives its value or throws its error. Throws TypeError for what has no `then`.
 *
 * @example
 * const text = yield* wait(readFile('notes.txt', 'utf8'));
 */
export function wait<T>(promise: PromiseLike<T>): Op<T> {
  if ((typeof promise !== 'object' && typeof promise !== 'function') || promise === null || typeof promise.then !== 'function') {
    throw new TypeError(`wait takes a promise, got ${typeName(promise)}`);
  }
  ensureArena();
  return waitOperation(promise);
}
