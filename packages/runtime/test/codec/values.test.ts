import assert from 'node:assert/strict';
import { runInNewContext, runInThisContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import { move } from '../../src/codec/cell.ts';
import { clear, decode, drop, encode, freshArena, inUse, roundTrip, take } from './harness.ts';

let cell = 0;
beforeEach(() => {
  ({ cell } = freshArena());
});

/** An array with holes, from its source text. */
const withHoles = (source: string) => runInThisContext(source) as unknown[];
const same = (value: unknown) => assert.deepStrictEqual(roundTrip(value, cell), structuredClone(value));

describe('what fits into a cell', () => {
  it.each([
    0,
    -0,
    1,
    -1,
    0.5,
    -129.25,
    NaN,
    -NaN,
    Infinity,
    -Infinity,
    2 ** 31,
    -(2 ** 31),
    2 ** 53,
    5e-324,
    -5e-324,
    1.7976931348623157e308,
  ])('number %s', (value) => {
    const result = roundTrip(value, cell);
    assert.ok(Object.is(result, value));
  });
  it('a NaN of any bits is NaN', () => {
    const bits = new BigUint64Array([0xfff9_0000_0000_1234n, 0xffff_ffff_ffff_ffffn, 0x7ff0_0000_0000_0001n]);
    for (const value of new Float64Array(bits.buffer)) assert.ok(Number.isNaN(roundTrip(value, cell)));
  });
  it.each([undefined, null, true, false])('%s', (value) => assert.equal(roundTrip(value, cell), value));
  it('short texts take no block', () => {
    for (const value of ['', 'a', 'é', 'ab', 'abc', 'abcd', '\0\0\0\0', 'ÿÿÿÿ', 'abcde', '\0\0\0\0\0', 'ÿÿÿÿÿ', 'abcd\0']) {
      const before = inUse();
      encode(value, cell, 'send');
      assert.deepStrictEqual(inUse(), before);
      assert.equal(take(cell), value);
    }
  });
  it('small BigInts take no block, larger ones do', () => {
    for (const value of [0n, 1n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, -(2n ** 32n), 2n ** 45n - 1n, -(2n ** 45n)]) {
      const before = inUse();
      encode(value, cell, 'send');
      assert.deepStrictEqual(inUse(), before);
      assert.equal(take(cell), value);
    }
    for (const value of [2n ** 45n, -(2n ** 45n) - 1n, 2n ** 64n, 2n ** 1000n + 1n, -(2n ** 1000n)]) same(value);
  });
});

describe('texts', () => {
  it.each([
    '中',
    '\ud800',
    '\udc00x',
    'a\ud83d',
    'hello',
    'é'.repeat(12),
    'é'.repeat(13),
    'x'.repeat(25),
    '中'.repeat(25),
    '\ud800'.repeat(5000),
  ])('%s', (value) => {
    assert.equal(roundTrip(value, cell), value);
    assert.deepStrictEqual(roundTrip([value, { [value]: value }], cell), [value, { [value]: value }]);
  });
  it('of every length around the limits', () => {
    for (let length = 0; length < 300; length++) {
      for (const unit of ['x', 'ÿ', '中']) {
        const value = unit.repeat(length);
        assert.equal(roundTrip(value, cell), value);
        assert.equal(roundTrip([value], cell)[0], value);
      }
    }
  });
  it('of 4,095 to 4,097 units inside a value, where the tail begins', () => {
    for (const length of [4095, 4096, 4097]) same(['x'.repeat(length), '中'.repeat(length), 'end']);
  });
});

describe('plain objects and arrays', () => {
  it('keep the order of their keys', () => {
    const value = { z: 1, 2: 'two', a: 2, 1: 'one', ü: 3, 中: 4, '': 5, ['k'.repeat(300)]: 6 };
    same(value);
    assert.deepStrictEqual(Object.keys(roundTrip(value, cell)), Object.keys(value));
  });
  it('with a key named __proto__', () => {
    const value = JSON.parse('{"__proto__": {"x": 1}, "a": 2}') as object;
    const result = roundTrip(value, cell);
    assert.deepStrictEqual(Object.keys(result), ['__proto__', 'a']);
    assert.equal(Object.getPrototypeOf(result), Object.prototype);
  });
  it('without a prototype', () => same(Object.assign(Object.create(null), { a: 1 })));
  it('of another realm', () =>
    assert.deepStrictEqual(roundTrip(runInNewContext('({a: [1, {b: 2}]})'), cell), { a: [1, { b: 2 }] }));
  it('of a class: its own enumerable properties, getters of its prototype left out', () => {
    class Point {
      x = 1;
      #hidden = 2;
      get hidden(): number {
        return this.#hidden;
      }
    }
    const result = roundTrip(new Point(), cell);
    assert.deepStrictEqual(result, { x: 1 } as Point);
    assert.equal(Object.getPrototypeOf(result), Object.prototype);
  });
  it('own getters are read once a copy', () => {
    let reads = 0;
    const value = {
      get a() {
        return ++reads;
      },
    };
    encode(value, cell, 'send');
    assert.deepStrictEqual(take(cell), { a: 1 });
  });
  it('symbols as keys and properties that are not enumerable are left out', () => {
    const value = { a: 1, [Symbol('s')]: 2 };
    Object.defineProperty(value, 'hidden', { value: 3 });
    assert.deepStrictEqual(roundTrip(value, cell), { a: 1 });
  });
  it('a property that a getter removes is left out', () => {
    const value: Record<string, unknown> = {
      get a() {
        delete value.b;
        return 1;
      },
      b: 2,
    };
    assert.deepStrictEqual(roundTrip(value, cell), { a: 1 });
  });
  it('enumerable properties of a prototype are left out', () => {
    assert.deepStrictEqual(roundTrip(Object.assign(Object.create({ inherited: 1 }), { own: 2 }), cell), { own: 2 });
  });
  it.each(['[]', '[1]', '[undefined]', '[1, , 3]', '[, ,]', '[, 1]', "[1, undefined, , 'x']"])('array %s', (source) =>
    same(withHoles(source)),
  );
  it('arrays with properties, and holes made up for by properties', () => {
    same(Object.assign([1, 2], { extra: 'x', '-1': 0 }));
    same(Object.assign(withHoles('[1, , 3]'), { extra: 'x' }));
    same(Object.assign(new Array(20).fill(1.5), { extra: 'x' }));
    same('aXbX'.match(/X/)!);
  });
  it('arrays of numbers', () => {
    same(Array.from({ length: 100 }, (_, index) => index * 1.5));
    const special = [1, -0, NaN, Infinity, 0.1, -1, 2 ** 40, 5e-324];
    const result = roundTrip(['odd', special], cell)[1] as number[];
    result.forEach((value, index) => assert.ok(Object.is(value, special[index])));
  });
  it('a sparse array of a huge length', () => {
    const value: unknown[] = [];
    value[4_000_000_000] = 'far';
    value[7] = 'near';
    const result = roundTrip(value, cell);
    assert.equal(result.length, 4_000_000_001);
    assert.deepStrictEqual(Object.entries(result), [
      ['7', 'near'],
      ['4000000000', 'far'],
    ]);
  });
  it('a subclass of Array is an array', () => {
    class List extends Array {}
    assert.deepStrictEqual(roundTrip(List.of(1, 2), cell), [1, 2]);
  });
});

describe('builtin classes', () => {
  it('Map and Set, nested, in order', () => {
    same(
      new Map<unknown, unknown>([
        ['b', 1],
        ['a', new Set([1, 'x', null])],
        [{ key: 1 }, new Map([[1, 2]])],
        [NaN, -0],
      ]),
    );
    same(new Set<unknown>([{ a: 1 }, [2], undefined]));
    same(new Map());
  });
  it('Date, also an invalid one', () => {
    same(new Date(1_700_000_000_123));
    assert.ok(Number.isNaN(roundTrip(new Date(NaN), cell).getTime()));
  });
  it('RegExp; lastIndex starts at 0', () => {
    const value = /a\/(b)\n/giu;
    value.lastIndex = 3;
    const result = roundTrip(value, cell);
    assert.equal(String(result), String(value));
    assert.equal(result.lastIndex, 0);
  });
  it('boxed primitives', () => {
    for (const value of [Object(1), Object(-0), Object('text'), Object(true), Object(5n), Object(2n ** 100n)]) same(value);
  });
});

describe('identity inside one value', () => {
  it('cycles', () => {
    const value: Record<string, unknown> = { list: [] };
    value.self = value;
    (value.list as unknown[]).push(value, value.list);
    value.map = new Map([[value, value]]);
    value.set = new Set([value]);
    const result = roundTrip(value, cell);
    assert.equal(result.self, result);
    assert.equal((result.list as unknown[])[0], result);
    assert.equal((result.list as unknown[])[1], result.list);
    assert.equal((result.map as Map<unknown, unknown>).get(result), result);
    assert.ok((result.set as Set<unknown>).has(result));
  });
  it('shared parts, before and after the sixteenth object', () => {
    const shared = { s: 1 };
    const date = new Date(0);
    const value = [shared, date, ...Array.from({ length: 40 }, (_, index) => ({ index, shared })), shared, date];
    const result = roundTrip(value, cell) as unknown as Array<{ shared: unknown }>;
    for (let index = 2; index < 42; index++) assert.equal(result[index]!.shared, result[0]);
    assert.equal(result[42], result[0]);
    assert.equal(result[43], result[1]);
  });
  it('equal parts that are not the same stay two', () => {
    const [a, b] = roundTrip([{ x: 1 }, { x: 1 }], cell);
    assert.notEqual(a, b);
  });
});

describe('depth', () => {
  const chain = (length: number) => {
    let list: { next: unknown; index: number } | null = null;
    for (let index = 0; index < length; index++) list = { next: list, index };
    return list;
  };
  it('a list of 100,000 links', () => {
    let each = roundTrip(chain(100_000), cell);
    let length = 0;
    for (; each !== null; each = each.next as typeof each) assert.equal(each.index, 100_000 - ++length);
    assert.equal(length, 100_000);
  });
  it('deep in arrays, maps, sets and causes', () => {
    let value: unknown = 'end';
    for (let index = 0; index < 10_000; index++)
      value = [[value], new Map([['k', value]]), new Set([0]), new Error('e', { cause: 0 })][index % 4 === 1 ? 1 : 0];
    let result: unknown = roundTrip(value, cell);
    let depth = 0;
    for (; result !== 'end'; depth++) result = Array.isArray(result) ? result[0] : (result as Map<string, unknown>).get('k');
    assert.equal(depth, 10_000);
    let error = new Error('0');
    for (let index = 1; index < 1000; index++) error = new Error(String(index), { cause: error });
    let copy: Error | undefined = roundTrip(error, cell);
    for (let index = 999; index >= 0; index--, copy = copy.cause as Error) assert.equal(copy!.message, String(index));
  });
  it('identity below the limit of recursion', () => {
    const deep = chain(300)!;
    const [first, second] = roundTrip([deep, deep], cell);
    assert.equal(first, second);
  });
});

describe('cells', () => {
  it('move keeps tagged bits, and ownership goes along', () => {
    const other = cell + 1;
    for (const value of [NaN, null, 'abcd', 'a longer text', -5n, { a: 1 }]) {
      const before = inUse();
      encode(value, cell, 'send');
      move(cell, other);
      clear(cell);
      assert.deepStrictEqual(decode(other), value);
      drop(other);
      assert.equal(decode(other), undefined);
      assert.deepStrictEqual(inUse(), before);
    }
  });
  it('drop without decoding gives everything back', () => {
    const before = inUse();
    for (const value of [1, 'text of some length', { a: [1, 'x'.repeat(10_000)] }, 2n ** 100n, undefined]) {
      encode(value, cell, 'send');
      drop(cell);
      expect(inUse()).toEqual(before);
    }
  });
});
