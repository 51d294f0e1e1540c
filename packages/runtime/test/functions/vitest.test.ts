/** Functions of a test file, which Vitest runs in a form of its own making, taken to a plain worker thread and to this one. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { threadId, Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import { load } from '../../src/functions/load.ts';
import { locate } from '../../src/functions/locate.ts';
import triple, { double } from './fixtures/helpers.mjs';
import { area, type Shape } from './fixtures/typed-helper.ts';

const offset = 10;
const table = new Map([['a', 1]]);

function shift(n: number): number {
  return n + offset;
}

export class Box {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

const worker = new Worker(new URL('./fixtures/worker.mjs', import.meta.url));
afterAll(() => worker.terminate());

async function onThread(fn: Function, ...args: unknown[]): Promise<any> {
  const { definition, captures } = locate(fn, 'go');
  worker.postMessage({ fn: { reference: definition, captures }, args });
  const [{ value, error }] = await once(worker, 'message');
  if (error) throw error;
  return value;
}

it('runs an inline closure with imports, helpers and captured values on another thread', async () => {
  const local = { deep: [1] };
  const result = await onThread(function* (n: number): Generator<unknown, unknown, never> {
    return [double(n), triple(n), shift(n), local, table.get('a'), existsSync('/'), new Box(n).value, threadId > 0];
  }, 2);
  expect(result).toEqual([4, 6, 12, { deep: [1] }, 1, true, 2, true]);
});

it('imports TypeScript there', async () => {
  const shape: Shape = { width: 3 };
  expect(await onThread(() => area(shape))).toBe(9);
});

it('knows import.meta and import()', async () => {
  const url = import.meta.url;
  expect(await onThread(async () => [import.meta.url, (await import('./fixtures/helpers.mjs')).double(2)])).toEqual([url, 4]);
});

it('gives errors the position in the test file', async () => {
  const error = await onThread(function* fails(): Generator<never> {
    throw new Error('there');
  }).catch((error: Error) => error);
  expect(error.stack).toMatch(/at fails \(.*vitest\.test\.ts:56:11\)/);
});

it('refuses an assignment, with the position in the test file', () => {
  let count = 0;
  const assigns = (): void => {
    count++;
  };
  expect(() => locate(assigns, 'go')).toThrow(/^goroutine at .*vitest\.test\.ts:64:5 assigns to the captured variable 'count'/);
  expect(count).toBe(0);
});

it('loads on the same thread, once per key, and remembers what it made', async () => {
  const seed = [1];
  const { definition, captures } = locate(() => seed, 'go');
  const [factory, again] = await Promise.all([load(definition), load(definition)]);
  expect(factory).toBe(again);
  const produced = factory(captures);
  expect(produced()).toBe(seed);
  expect(locate(produced, 'go')).toEqual({ definition, captures });
});

it('does not take a class for the one it extends', async () => {
  const { definition } = locate(Box, 'go');
  const Loaded = (await load(definition))(null) as typeof Box;
  class Chest extends Loaded {}
  expect(locate(Loaded, 'go').definition).toBe(definition);
  expect(locate(Chest, 'go').definition.name).toBe('Chest');
});
