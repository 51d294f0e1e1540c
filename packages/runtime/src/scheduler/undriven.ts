/**
 * What looks like waiting and is not: `yield` in the place of `yield*`, or of a promise, and an operation that is returned. Each
 * would be passed over without a word, and the goroutine go on with `undefined`; so it is an error that says what to write.
 *
 * It is asked in the scheduler's loop, where nothing may throw: so no property of the value is read, as `returned.ts` would.
 */
import { types } from 'node:util';
import { Goroutine } from './handle.ts';
import { Operation } from './operation.ts';

/** The error for a value that a goroutine has yielded, or null where nothing is wrong with it. */
export function undrivenYield(value: unknown): TypeError | null {
  if (value instanceof Operation) {
    return new TypeError(`yield of an operation (${value.reason}) does not drive it: write yield* instead of yield`);
  }
  if (value instanceof Goroutine) {
    return new TypeError('yield of a goroutine does not join it: write yield* instead of yield');
  }
  if (typeof value !== 'object' || value === null) return null;
  if ('then' in value) {
    return new TypeError('yield of a promise does not wait for it: write yield* wait(promise) instead of yield promise');
  }
  if (types.isGeneratorObject(value)) {
    return new TypeError('yield of a generator does not run it: write yield* instead of yield');
  }
  return null;
}

export function undrivenReturn({ reason }: Operation<unknown>): TypeError {
  return new TypeError(
    `a goroutine returned an operation (${reason}), which does nothing by itself: write return yield* instead of return`,
  );
}
