// Goroutines in a test file, as in any other: closures, helpers of the file, what it imports, TypeScript included. The
// threads are ended after the last test; the next `go` would start new ones.

import { chan, go, runtime, WaitGroup } from 'goroutines';
import { longestChain } from 'goroutines-example-numbers';
import { afterAll, expect, test } from 'vitest';
import { countPrimes } from '../src/recipes/primes.ts';

afterAll(() => runtime.shutdown());

const halves = [0, 500, 1000];

function square(n: number): number {
  return n * n;
}

test('a closure', async () => {
  const offset = 1;
  expect(await go(() => square(3) + offset)).toBe(10);
});

test('an imported function', async () => {
  expect(await go(countPrimes, 0, 1000)).toBe(168);
  expect(await go(longestChain, 1, 10_000)).toEqual({ start: 6171, length: 262 });
});

test('goroutines and a channel, received from in async code', async () => {
  const counts = chan<number>();
  const all = new WaitGroup();
  for (const half of [0, 1]) {
    all.add();
    go(function* () {
      yield* counts.send(yield* countPrimes(halves[half]!, halves[half + 1]!));
      all.done();
    });
  }
  go(function* () {
    yield* all.wait();
    counts.close();
  });
  let sum = 0;
  for await (const count of counts) sum += count;
  expect(sum).toBe(168);
});

test('an error, with its place in the test file', async () => {
  const error = await go(function fails() {
    throw new RangeError('there');
  }).then(undefined, (error: Error) => error);
  expect(error).toBeInstanceOf(RangeError);
  expect(error.stack).toMatch(/at fails \(.*vitest-recipe\.test\.ts:48:11\)/);
});
