/**
 * Calling a user's function from inside an operation: a plain or async function or a generator function, in the goroutine
 * or in the async code that drives the operation. It runs there, on that thread, so nothing of it is copied.
 */
import { typeName } from '../errors.ts';
import { Operation } from '../scheduler/operation.ts';
import { isGenerator, isThenable } from '../scheduler/returned.ts';
import { refuseAsyncGenerator, spawnLocal } from '../scheduler/spawn.ts';
import { waitOperation } from '../scheduler/wait.ts';

/** What a user may pass. */
export type Callback<A extends unknown[], T> = (...parameters: A) => Generator<unknown, T, any> | PromiseLike<T> | T;

export function mustBeCallback(fn: unknown, api: string): void {
  if (typeof fn !== 'function') throw new TypeError(`${api} takes a function, got ${typeName(fn)}`);
  refuseAsyncGenerator(fn, api);
}

export function* callInGoroutine<A extends unknown[], T>(fn: Callback<A, T>, ...parameters: A): Generator<unknown, T, unknown> {
  const returned: unknown = fn(...parameters);
  if (isGenerator(returned)) return (yield* returned as Generator<unknown, T, unknown>) as T;
  if (isThenable(returned)) return (yield* waitOperation(returned as PromiseLike<T>)) as T;
  return returned as T;
}

export async function callInAsyncCode<A extends unknown[], T>(fn: Callback<A, T>, ...parameters: A): Promise<T> {
  const returned: unknown = fn(...parameters);
  if (returned instanceof Operation || !isGenerator(returned)) return (await returned) as T;
  const generator = returned as Generator<unknown, T, unknown>;
  return await spawnLocal<T>(
    function* () {
      return yield* generator;
    },
    [],
    undefined,
  );
}
