import assert from 'node:assert/strict';
import fc from 'fast-check';
import { beforeEach, it } from 'vitest';
import { anyValue, text } from './arbitrary.ts';
import { encode, freshArena, inUse, roundTrip, take } from './harness.ts';

let cell = 0;
beforeEach(() => {
  ({ cell } = freshArena());
});

it('any value arrives as structuredClone would give it', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      assert.deepStrictEqual(roundTrip(value, cell), structuredClone(value));
    }),
    { numRuns: 3000 },
  );
}, 60_000);

it('identity: equal paths lead to equal objects', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      const result = roundTrip({ a, b, again: [a, b] }, cell);
      assert.ok(Object.is(result.a, result.again[0]));
      assert.ok(Object.is(result.b, result.again[1]));
    }),
    { numRuns: 500 },
  );
}, 60_000);

it('100,000 strings of 0 to 300 characters from all of Unicode', () => {
  const before = inUse();
  let seed = 12_345;
  const random = (below: number) => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % below;
  const units = new Uint16Array(300);
  for (let count = 0; count < 100_000; count++) {
    const length = random(301);
    const highest = [128, 256, 65_536, 65_536][random(4)]!;
    for (let index = 0; index < length; index++) units[index] = random(20) === 0 ? 0xd800 + random(0x800) : random(highest);
    const value = String.fromCharCode(...units.subarray(0, length));
    encode(count % 2 === 0 ? value : [value], cell, 'send');
    const taken = take(cell) as string | [string];
    const result = count % 2 === 0 ? taken : taken[0];
    if (result !== value) assert.fail(`string of ${length} units, seed ${seed}`);
  }
  assert.deepStrictEqual(inUse(), before);
}, 60_000);

it('text of any units', () => {
  fc.assert(
    fc.property(text, (value) => {
      assert.equal(roundTrip(value, cell), value);
      assert.deepStrictEqual(roundTrip({ [value]: value }, cell), structuredClone({ [value]: value }));
    }),
    { numRuns: 2000 },
  );
});
