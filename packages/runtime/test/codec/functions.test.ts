import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'vitest';
import { type FunctionHook, setFunctionHook } from '../../src/codec/functions.ts';
import { PendingValue } from '../../src/codec/pending.ts';
import { CaptureError } from '../../src/errors.ts';
import { decode, drop, encode, freshArena, inUse, refusal, take } from './harness.ts';

let cell = 0;
const known: Function[] = [];
const capturesOf = new Map<Function, unknown[]>();

/** Functions are found again by number; a received one returns its captures. */
const hook: FunctionHook = {
  encode(fn) {
    let functionNumber = known.indexOf(fn);
    if (functionNumber < 0) functionNumber = known.push(fn) - 1;
    return { functionNumber, captures: capturesOf.get(fn) ?? null };
  },
  decode(functionNumber, captures) {
    return Object.assign(() => captures, { functionNumber });
  },
};
beforeEach(() => {
  ({ cell } = freshArena());
  setFunctionHook(hook);
});
afterEach(() => setFunctionHook(undefined));

const f = () => 1;
const g = () => 2;
type Received = (() => unknown[] | null) & { functionNumber: number };

it('at the top and nested, with and without captures', () => {
  capturesOf.set(g, [1, { deep: 'x' }]);
  encode({ f, list: [g, f] }, cell, 'send');
  const result = take(cell) as { f: Received; list: Received[] };
  assert.equal(result.f(), null);
  assert.equal(result.list[1], result.f);
  assert.deepStrictEqual(result.list[0]!(), [1, { deep: 'x' }]);
  encode(f, cell, 'send');
  assert.equal((take(cell) as Received).functionNumber, known.indexOf(f));
  capturesOf.set(g, []);
  encode(g, cell, 'send');
  assert.deepStrictEqual((take(cell) as Received)(), []);
});

it('captures share objects with the rest of the value', () => {
  const shared = { s: 1 };
  capturesOf.set(g, [shared]);
  encode([shared, g], cell, 'send');
  const [object, fn] = take(cell) as [object, Received];
  assert.equal(fn()![0], object);
});

it('functions that capture themselves and each other', () => {
  const even = () => true;
  const odd = () => false;
  capturesOf.set(even, [
    even,
    odd,
    { odd, list: [even] },
    new Map<unknown, unknown>([
      ['even', even],
      [even, 1],
    ]),
    new Set([even, odd]),
  ]);
  capturesOf.set(odd, [even]);
  encode({ even }, cell, 'send');
  const { even: received } = take(cell) as { even: Received };
  const [self, other, object, map, set] = received() as [
    Received,
    Received,
    { odd: unknown; list: unknown[] },
    Map<unknown, unknown>,
    Set<unknown>,
  ];
  assert.equal(self, received);
  assert.equal(other()![0], received);
  assert.equal(object.odd, other);
  assert.equal(object.list[0], received);
  assert.equal(map.get('even'), received);
  assert.equal(map.get(received), 1);
  assert.ok(set.has(received) && set.has(other) && set.size === 2);
});

it('CaptureError becomes a DataCloneError with the path and the cause', () => {
  const cause = new CaptureError("assigns to the captured variable 'count'");
  setFunctionHook({
    ...hook,
    encode() {
      throw cause;
    },
  });
  assert.equal(
    refusal({ on: { done: f } }, cell),
    "cannot send on a channel: value.on.done is the function 'f' that cannot be copied: assigns to the captured variable 'count'",
  );
  try {
    encode(f, cell, 'send');
  } catch (error) {
    assert.equal((error as Error).cause, cause);
  }
});

it('what is captured and cannot be copied is named', () => {
  capturesOf.set(g, [1, new WeakMap()]);
  assert.match(refusal({ cb: g }, cell), /value\.cb \(captured value 1\) is a WeakMap/);
});

it('PendingValue passes through; the value can be decoded later', async () => {
  capturesOf.set(g, [5]);
  const before = inUse();
  encode({ a: { b: 1 }, g }, cell, 'send');
  let ready = false;
  setFunctionHook({
    ...hook,
    decode(functionNumber, captures) {
      if (!ready)
        throw new PendingValue(
          'loading',
          Promise.resolve().then(() => (ready = true)),
        );
      return hook.decode(functionNumber, captures);
    },
  });
  for (const read of [decode, take]) {
    try {
      read(cell);
      assert.fail('it throws');
    } catch (error) {
      assert.ok(error instanceof PendingValue);
      if (read === take) await error.ready;
    }
  }
  assert.deepStrictEqual((decode(cell) as { g: Received }).g(), [5]);
  take(cell);
  assert.deepStrictEqual(inUse(), before);
});

it('very deep captures are refused, not overflowed', () => {
  let inner: Function = f;
  for (let index = 0; index < 1000; index++) {
    const outer = () => index;
    capturesOf.set(outer, [inner]);
    inner = outer;
  }
  assert.match(refusal(inner, cell), /nested too deep in functions that capture functions/);
  drop(cell);
});
