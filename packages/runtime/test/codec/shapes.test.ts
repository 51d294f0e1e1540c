import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as layout from '../../src/codec/blob-layout.ts';
import { type FunctionHook, setFunctionHook } from '../../src/codec/functions.ts';
import { canBeShape, publish, shapeOf } from '../../src/codec/shapes.ts';
import { arena } from '../../src/memory/arena.ts';
import { add, load, store } from '../../src/memory/atomics.ts';
import type { WasmMemory } from '../../src/memory/core.ts';
import { MAXIMUM_SHAPES, SHAPE_COUNT, SHAPE_WORDS, SHAPES } from '../../src/memory/layout.ts';
import { anyValue, text } from './arbitrary.ts';
import { drop, encode, freshArena, inUse, refusal, roundTrip, take } from './harness.ts';
import { OtherThread } from './other-thread.ts';

let cell = 0;
let memory: WasmMemory;
beforeEach(() => {
  ({ cell, memory } = freshArena());
});

const count = () => Math.min(load(SHAPE_COUNT), MAXIMUM_SHAPES);
const OFTEN = 100;

/** The first byte of the value's body. */
function tagOf(value: unknown): number {
  encode(value, cell, 'send');
  const address = arena.words[2 * cell]!;
  const tag = arena.bytes[(address + layout.OWNED + 2 * layout.ownedCount(address)) * 4]!;
  drop(cell);
  return tag;
}

function send<T>(value: T): T {
  encode(value, cell, 'send');
  return take(cell) as T;
}

function sendOften(make: (index: number) => unknown): void {
  for (let index = 0; index < OFTEN; index++) send(make(index));
}

/** Deep equality does not see the order of properties. */
function assertSame(actual: unknown, expected: unknown): void {
  assert.deepStrictEqual(actual, expected);
  assert.deepStrictEqual(orders(actual), orders(expected));
}

function orders(value: unknown, seen = new Set<unknown>()): unknown {
  if (typeof value !== 'object' || value === null || seen.has(value)) return null;
  seen.add(value);
  return Object.entries(value).map(([key, each]) => [key, orders(each, seen)]);
}

describe('an object whose names were met often', () => {
  it('is written by its number, and arrives as before', () => {
    const make = (index: number) => ({ id: index, name: `user ${index}`, tags: ['a', 'b'], at: { x: index + 0.5, y: 1 } });
    assert.equal(tagOf(make(1)), layout.VALUE_OBJECT);
    sendOften(make);
    assert.equal(tagOf(make(1)), layout.VALUE_SHAPED);
    assert.equal(count(), 2);
    for (let index = 0; index < OFTEN; index++) assertSame(roundTrip(make(index), cell), make(index));
  });

  it('is shorter', () => {
    const length = () => {
      encode({ longName: 1, anotherName: 2 }, cell, 'send');
      const bytes = layout.bodyBytes(arena.words[2 * cell]!);
      drop(cell);
      return bytes;
    };
    const before = length();
    publish(['longName', 'anotherName']);
    assert.equal(before, 25);
    assert.equal(length(), 5);
  });

  it('has its properties in order, undefined ones too, and the usual prototype', () => {
    publish(['z', 'a', 'm']);
    const result = send({ z: undefined, a: null, m: undefined });
    assert.deepEqual(Object.entries(result), Object.entries({ z: undefined, a: null, m: undefined }));
    assert.equal(Object.getPrototypeOf(result), Object.prototype);
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(result))) {
      assert.ok(descriptor.writable === true && descriptor.enumerable === true && descriptor.configurable === true);
    }
  });

  it('of every number of names', () => {
    for (let length = 1; length <= 40; length++) {
      const value = Object.fromEntries(Array.from({ length }, (_, index) => [`name${index}`, index]));
      sendOften(() => value);
      assertSame(send(value), value);
      assert.equal(tagOf(value), length <= 32 ? layout.VALUE_SHAPED : layout.VALUE_PARTLY_SHAPED, `${length} names`);
    }
  });

  it('with names of any text', () => {
    for (const name of [
      '',
      'constructor',
      'toString',
      'a b',
      `'"\`\\`,
      '\n\u2028',
      '${1}',
      'é',
      '中',
      '__proto__',
      '0',
      '01',
      '-1',
      'x'.repeat(250),
      'x'.repeat(251),
    ]) {
      const value = Object.defineProperty({ first: 1 }, name, {
        value: [name],
        enumerable: true,
        configurable: true,
        writable: true,
      });
      sendOften(() => value);
      assertSame(roundTrip(value, cell), value);
      assert.equal(Object.getPrototypeOf(send(value)), Object.prototype);
      const alone = Object.defineProperty({}, name, { value: 1, enumerable: true, configurable: true, writable: true });
      sendOften(() => alone);
      assertSame(roundTrip(alone, cell), alone);
    }
    assert.equal(tagOf({ first: 1, constructor: 2 }), layout.VALUE_SHAPED);
  });

  it('empty objects and instances of classes', () => {
    class Point {
      x = 1;
      y = 2;
      get sum() {
        return this.x + this.y;
      }
    }
    sendOften(() => ({}));
    assert.equal(count(), 0);
    assertSame(send([{}, { a: {} }]), [{}, { a: {} }]);
    sendOften(() => new Point());
    assert.equal(tagOf(new Point()), layout.VALUE_SHAPED);
    assertSame(send(new Point()), { x: 1, y: 2 });
    assert.match(refusal({ p: Object.assign(new Point(), { x: Symbol('s') }) }, cell), /p\.x/);
  });

  it('leaves nothing in use', () => {
    const before = inUse();
    sendOften((index) => ({ index, inner: { index } }));
    assert.deepStrictEqual(inUse(), before);
  });
});

describe('an object that turns out to have other names', () => {
  const values = [
    { a: 1 },
    { a: 1, b: 2 },
    { a: 1, b: 2, c: 3 },
    { a: 1, c: 3 },
    { b: 1 },
    { b: 1, a: 2 },
    { a: 1, b: 2, d: 4 },
    { a: 1, b: 2, c: 3, d: 4 },
    {},
    { x: { a: 1, b: { a: 1, c: 3 } }, a: { b: 2 } },
    { a: { a: { a: 1, b: 2 }, b: 2 }, b: { b: 1 }, z: [{ a: 1 }, { a: 1, z: 2 }, {}] },
  ];
  for (const known of [['a', 'b', 'c'], ['a'], ['a', 'b'], ['a', 'c'], ['b', 'a'], ['a', 'b', 'c', 'd']]) {
    it(`with ${known.join(' ')} known`, () => {
      publish(known);
      for (let round = 0; round < 3; round++) for (const value of values) assertSame(roundTrip(value, cell), value);
      assertSame(roundTrip(values, cell), values);
    });
  }
  it('with more and more of them known', () => {
    for (let round = 0; round < OFTEN; round++) for (const value of values) assertSame(send(value), value);
    for (const value of values.slice(0, 8)) assert.equal(tagOf(value), layout.VALUE_SHAPED);
  });
  it('numbers stay aligned behind it', () => {
    publish(['a', 'b']);
    const numbers = Array.from({ length: 20 }, (_, index) => index / 3);
    for (let pad = 0; pad < 9; pad++) {
      const value = { a: 'x'.repeat(pad), c: numbers, d: { a: numbers, z: numbers } };
      assertSame(roundTrip(value, cell), value);
    }
  });
});

describe('getters', () => {
  beforeEach(() => publish(['a', 'b', 'c']));

  it('are read once, in order', () => {
    const read: string[] = [];
    const value = {
      get a() {
        return read.push('a');
      },
      get b() {
        return read.push('b');
      },
      get z() {
        return read.push('z');
      },
    };
    encode(value, cell, 'send');
    assertSame(take(cell), { a: 1, b: 2, z: 3 });
    assert.deepEqual(read, ['a', 'b', 'z']);
  });

  it('that take properties away', () => {
    for (const taken of ['b', 'c'] as const) {
      const value: Record<string, unknown> = { a: 0, b: 1, c: 2 };
      Object.defineProperty(value, 'a', { enumerable: true, get: () => delete value[taken] });
      assertSame(send(value), taken === 'b' ? { a: true, c: 2 } : { a: true, b: 1 });
    }
  });

  it('that add properties', () => {
    const value: Record<'a' | 'b' | 'c', unknown> & { d?: unknown } = { a: 0, b: 1, c: 2 };
    Object.defineProperty(value, 'b', { enumerable: true, get: () => (value.d = { a: 1, b: 2, c: 3 }) });
    const { a, b, c } = send(value);
    assertSame({ a, b, c }, { a: 0, b: { a: 1, b: 2, c: 3 }, c: 2 });
  });

  it('that throw', () => {
    const value = {
      a: 1,
      b: { a: 2 },
      get c() {
        throw new RangeError('no');
      },
    };
    assert.throws(() => encode(value, cell, 'send'), /no/);
    assertSame(send({ a: 1, b: 2, c: 3 }), { a: 1, b: 2, c: 3 });
  });

  it('that send objects of shapes themselves, also ones that become known by it', () => {
    const value = {
      get a() {
        sendOften(() => ({ a: 1, q: 2 }));
        return send({ a: 1, b: 2, c: 3 });
      },
      q: 5,
    };
    assertSame(send(value), { a: { a: 1, b: 2, c: 3 }, q: 5 });
  });

  it('the path in messages', () => {
    assert.match(refusal({ a: 1, b: { a: 1, b: { a: Symbol('x') } }, c: 3 }, cell), /b\.b\.a/);
    assert.match(refusal({ a: 1, q: { a: 1, z: Symbol('x') } }, cell), /q\.z/);
  });
});

describe('identity', () => {
  type Node = { a: unknown; b: unknown };
  beforeEach(() => publish(['a', 'b']));

  it('an object in itself and in its children', () => {
    const value: Node = { a: 1, b: undefined };
    value.b = { a: value, b: [value] };
    const result = send(value);
    const child = result.b as { a: unknown; b: unknown[] };
    assert.equal(child.a, result);
    assert.equal(child.b[0], result);
    assert.deepEqual(Object.keys(result), ['a', 'b']);
  });

  it('twice in one value', () => {
    const shared: Node = { a: 1, b: 2 };
    const result = send({ a: shared, b: [shared, { a: shared, z: shared }] }) as { a: Node; b: [Node, Node & { z: Node }] };
    assertSame(result, { a: shared, b: [shared, { a: shared, z: shared }] });
    assert.equal(result.a, result.b[0]);
    assert.equal(result.b[1].a, result.a);
    assert.equal(result.b[1].z, result.a);
  });

  it('deeper than the limit', () => {
    let value: Node | null = null;
    for (let index = 0; index < 1000; index++) value = { a: value, b: index };
    let result = send(value) as Node | null;
    for (let index = 999; index >= 0; index--) {
      assert.equal(result!.b, index);
      result = result!.a as Node | null;
    }
    assert.equal(result, null);
  });

  describe('with functions that are being made', () => {
    const captured: { value?: unknown } = {};
    const hook: FunctionHook = {
      encode: () => ({ functionNumber: 0, captures: [captured.value] }),
      decode: (_, captures) => Object.assign(() => captures, { captures }),
    };
    beforeEach(() => setFunctionHook(hook));
    afterEach(() => setFunctionHook(undefined));

    it('a function captures an object of a shape that has it', () => {
      const fn = () => undefined;
      for (const value of [
        { a: 1, b: fn },
        { a: fn, b: fn },
        { a: { a: fn, z: fn }, b: 3 },
      ]) {
        captured.value = value;
        encode(fn, cell, 'send');
        const made = take(cell) as Function & { captures: [{ a: any; b: unknown }] };
        const { a, b } = made.captures[0];
        assert.deepEqual(Object.keys(made.captures[0]), ['a', 'b']);
        if (typeof value.b === 'function') assert.equal(b, made);
        if (typeof value.a === 'function') assert.equal(a, made);
        if (typeof value.a === 'object') assertSame([a.a, a.z], [made, made]);
      }
    });
  });
});

describe('the table of shapes', () => {
  it('is not filled by dictionaries', () => {
    let next = 0;
    for (let round = 0; round < 20_000; round++) send({ [`k${next++}`]: 1, [`k${next++}`]: 2 });
    for (let round = 0; round < 20_000; round++) send({ [`user ${(round * 7919) % 10_007}`]: 1 });
    assert.ok(count() < 5, `${count()} shapes`);
  });

  it('takes what comes between dictionaries', () => {
    for (let round = 0; round < 20_000; round++) {
      send({ [`k${round}`]: 1 });
      send({ x: 1, y: 2 });
    }
    assert.equal(tagOf({ x: 1, y: 2 }), layout.VALUE_SHAPED);
    assert.equal(count(), 1);
  });

  it('takes what comes after dictionaries', () => {
    for (let round = 0; round < 20_000; round++) send({ [`k${round}`]: 1 });
    for (let round = 0; round < 10_000; round++) send({ x: 1, y: 2 });
    assert.equal(tagOf({ x: 1, y: 2 }), layout.VALUE_SHAPED);
  });

  it('takes objects that come in turns', () => {
    const names = Array.from({ length: 40 }, (_, index) => `name${index}`);
    for (let round = 0; round < 200; round++) for (const name of names) send({ [name]: round, other: 1 });
    for (const name of names) assert.equal(tagOf({ [name]: 1, other: 1 }), layout.VALUE_SHAPED);
  });

  it('when it is full, objects go with their names', () => {
    publish(['early']);
    for (let index = 0; index < MAXIMUM_SHAPES + 50; index++) publish([`name${index}`, 'value']);
    assert.equal(load(SHAPE_COUNT), MAXIMUM_SHAPES);
    for (let index = 0; index < MAXIMUM_SHAPES + 50; index += 7) {
      const value = { [`name${index}`]: index, value: 'v' };
      assertSame(send(value), value);
    }
    sendOften(() => ({ late: 1, later: 2 }));
    assertSame(send({ late: 1, later: 2 }), { late: 1, later: 2 });
    assert.equal(tagOf({ late: 1, later: 2 }), layout.VALUE_OBJECT);
    assert.equal(tagOf({ early: 1 }), layout.VALUE_SHAPED);
    assert.equal(load(SHAPE_COUNT), MAXIMUM_SHAPES);
  });

  it('when others take the last places, too', () => {
    add(SHAPE_COUNT, MAXIMUM_SHAPES + 3);
    sendOften(() => ({ a: 1 }));
    assert.equal(tagOf({ a: 1 }), layout.VALUE_OBJECT);
  });

  it('has a shape once, whoever has published it', () => {
    publish(['a', 'b']);
    publish(['a', 'b']);
    assert.equal(count(), 1);
    // As another thread would.
    const place = SHAPES + add(SHAPE_COUNT, 1) * SHAPE_WORDS;
    arena.bytes.set([1, 0x70, 1, 0x71], (place + 1) * 4);
    store(place, 2);
    sendOften(() => ({ p: 1, q: 2 }));
    assert.equal(count(), 2);
    assert.deepEqual(shapeOf(1).names, ['p', 'q']);
    assert.equal(tagOf({ p: 1, q: 2 }), layout.VALUE_SHAPED);
  });

  it('a place that was taken and never filled holds up nobody', () => {
    add(SHAPE_COUNT, 1);
    sendOften(() => ({ a: 1 }));
    assert.equal(tagOf({ a: 1 }), layout.VALUE_SHAPED);
    assertSame(send({ a: 1 }), { a: 1 });
  });

  it('is another one in another arena', () => {
    publish(['a', 'b']);
    publish(['c']);
    for (let round = 0; round < 3; round++) {
      ({ cell } = freshArena());
      assert.equal(tagOf({ a: 1, b: 2 }), layout.VALUE_OBJECT);
      publish([`other${round}`]);
      assertSame(send({ a: 1, b: 2, c: { c: 1 } }), { a: 1, b: 2, c: { c: 1 } });
      assertSame(send({ [`other${round}`]: 1 }), { [`other${round}`]: 1 });
      sendOften(() => ({ c: 1 }));
      assert.equal(tagOf({ c: 1 }), layout.VALUE_SHAPED);
      assert.equal(count(), 2);
    }
  });
});

describe('any value', () => {
  const name = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.string(), text);
  const objectsOf = <T>(value: fc.Arbitrary<T>) => fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true });
  const objects = objectsOf(fc.oneof(anyValue, objectsOf(anyValue), fc.array(objectsOf(anyValue), { maxLength: 3 })));

  /** All plain objects in it, and parts of them, become shapes. */
  function publishAll(value: unknown, part: number): void {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    const names = Object.keys(value);
    for (const some of [names, names.slice(0, part), [...names.slice(0, part), 'other']]) if (canBeShape(some)) publish(some);
    if (value instanceof Map) for (const each of value) publishAll(each, part);
    if (value instanceof Set) for (const each of value) publishAll(each, part);
    for (const name of names) publishAll((value as Record<string, unknown>)[name], part);
  }

  it('arrives the same with all, some and parts of its shapes known', () => {
    let seen = 0;
    fc.assert(
      fc.property(objects, fc.nat(4), fc.boolean(), (value, part, whole) => {
        if (load(SHAPE_COUNT) > MAXIMUM_SHAPES - 100) ({ cell } = freshArena());
        const before = count();
        publishAll(whole ? value : Object.values(value).slice(part), part);
        if (count() > before) seen++;
        for (let round = 0; round < 2; round++) {
          const expected = structuredClone(value);
          const result = roundTrip(value, cell);
          assertSame(result, expected);
          const twice = roundTrip([value, value], cell);
          assertSame(twice, [expected, expected]);
          assert.equal(Object.is(twice[0], twice[1]), true);
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(seen > 100, `${seen} values with new shapes`);
  }, 60_000);

  it('objects of a few names in any combination', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd');
    const tree = fc.letrec((tie) => ({
      node: fc
        .array(fc.tuple(names, fc.oneof({ depthSize: 'small' }, fc.integer(), tie('node'))), { maxLength: 5 })
        .map((pairs) => Object.fromEntries(pairs as Array<[string, unknown]>)),
    })).node;
    fc.assert(
      fc.property(tree, (value) => assertSame(send(value), value)),
      { numRuns: 3000 },
    );
    assert.ok(count() > 3);
  }, 60_000);
});

describe('between threads', () => {
  it('both publish, and both understand', async () => {
    const other = new OtherThread(memory, cell, 1, `test-${process.pid}`);
    try {
      const make = (index: number) => ({
        id: index,
        kind: `kind ${index % 3}`,
        [`only${index % 5}`]: { x: index, y: [{ id: index }] },
      });
      for (let index = 0; index < 500; index++) assertSame(other.ask(make(index)), make(index));
      // The other thread writes objects of its own first.
      const here = count();
      assert.ok(here >= 7 && here <= 16, `${here} shapes`);
      for (let index = 0; index < 5; index++) assert.equal(tagOf(make(index)), layout.VALUE_SHAPED);
      fc.assert(
        fc.property(anyValue, (value) => {
          for (let round = 0; round < 2; round++) assertSame(other.ask({ value, id: 1 }), structuredClone({ value, id: 1 }));
        }),
        { numRuns: 200 },
      );
    } finally {
      await other.end();
    }
  }, 60_000);
});

describe('in programs', () => {
  const program = fileURLToPath(new URL('./shapes-program.mjs', import.meta.url));
  for (const flags of [[], ['--disallow-code-generation-from-strings']]) {
    it(`over threads and after a shutdown ${flags.join(' ')}`, () => {
      expect(execFileSync(process.execPath, [...flags, program], { encoding: 'utf8' })).toBe('done\n');
    });
  }
});
