import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { beforeEach, describe, it } from 'vitest';
import { encode } from '../../src/codec/encode.ts';
import { ArenaExhaustedError } from '../../src/errors.ts';
import type { WasmMemory } from '../../src/memory/core.ts';
import { freshArena, inUse, refusal, roundTrip, take } from './harness.ts';

class Point {
  x = 1;
}

let cell = 0;
let memory: WasmMemory;
beforeEach(() => {
  ({ memory, cell } = freshArena());
});

describe('what cannot be copied is named, with the path to it', () => {
  it('functions', () => {
    assert.equal(
      refusal({ user: { onLogin() {} } }, cell),
      "cannot send on a channel: value.user.onLogin is the function 'onLogin'. Send data only, or use proxy(value).",
    );
    assert.match(
      refusal(() => {}, cell, 'pass to go'),
      /^cannot pass to go: value is a function\./,
    );
    assert.match(refusal(class Point {}, cell), /value is the function 'Point'/);
  });
  it('symbols', () => assert.match(refusal([1, { 'a b': Symbol('q') }], cell), /value\[1\]\["a b"\] is a symbol, Symbol\(q\)/));
  it('buffers whose contents were moved, and views of them', () => {
    const buffer = new ArrayBuffer(8);
    const [view, data] = [new Uint8Array(buffer), new DataView(buffer)];
    structuredClone(buffer, { transfer: [buffer] });
    for (const value of [buffer, view, data])
      assert.match(refusal({ a: [value] }, cell), /value\.a\[0\] is, or is a view of, an ArrayBuffer whose/);
  });
  it('in maps, sets, errors', () => {
    assert.match(refusal(new Map([['k', { f: Symbol() }]]), cell), /value \(entry "k"\)\.f is a symbol/);
    assert.match(refusal(new Map([[Symbol('key'), 1]]), cell), /value \(key number 0\) is a symbol/);
    assert.match(refusal(new Set([1, Symbol()]), cell), /value \(element number 1\) is a symbol/);
    assert.match(refusal(new Error('x', { cause: [Symbol()] }), cell), /value\.cause\[0\] is a symbol/);
  });
  it.each<[string, unknown]>([
    ['a WeakMap', new WeakMap()],
    ['a WeakSet', new WeakSet()],
    ['a WeakRef', new WeakRef({})],
    ['a Promise', Promise.resolve()],
    ['a Generator', (function* () {})()],
    ['an Array Iterator', [][Symbol.iterator]()],
    ['a URL', new URL('http://example.com')],
    ['an AbortSignal', new AbortController().signal],
    ['an AbortController', new AbortController()],
    ['a Blob', new Blob(['x'])],
    ['a ReadableStream', new ReadableStream()],
    ['a MessagePort', new MessageChannel().port1],
    ['a Symbol', Object(Symbol())],
    ['a Proxy', new Proxy(new Map(), {})],
    ['a Proxy of a Point', new Proxy(new Point(), {})],
    ['a DateTimeFormat', new Intl.DateTimeFormat()],
    ['an Event', new Event('x')],
  ])('%s', (name, value) => {
    assert.ok(refusal({ deep: [value] }, cell).startsWith(`cannot send on a channel: value.deep[0] is ${name}`));
  });
  it('instances of classes with methods in them say whose they are', () => {
    const emitter = new EventEmitter();
    emitter.on('x', () => {});
    assert.match(
      refusal({ source: emitter }, cell),
      /value\.source\._events\.x is a function.*\(value\.source is an EventEmitter\)/,
    );
    assert.match(refusal({ s: new Socket() }, cell), /value\.s.* is .*Socket/);
  });
  it('far below, with the middle of the path left out', () => {
    let value: unknown = { end: Symbol('deep') };
    for (let index = 0; index < 5000; index++) value = { next: value };
    assert.match(refusal(value, cell), /value(\.next){8} … 4,989 more … (\.next){3}\.end is a symbol/);
  });
});

describe('a getter', () => {
  it('that throws leaves nothing behind', () => {
    const before = inUse();
    const value = {
      big: 'x'.repeat(100_000),
      get bad(): never {
        throw new RangeError('mine');
      },
    };
    assert.throws(() => encode(value, cell, 'send'), /^RangeError: mine$/);
    assert.deepStrictEqual(inUse(), before);
    assert.deepStrictEqual(roundTrip({ a: 1 }, cell), { a: 1 });
  });
  it('may itself encode', () => {
    const value = {
      before: { x: 1 },
      get inner() {
        return roundTrip({ nested: [1, 2, { y: 'y' }] }, cell + 1);
      },
      after: [3],
    };
    assert.deepStrictEqual(roundTrip(value, cell), { before: { x: 1 }, inner: { nested: [1, 2, { y: 'y' }] }, after: [3] });
  });
  it('that adds to a map while it is copied does not go on for ever', () => {
    const map = new Map<unknown, unknown>();
    map.set(1, {
      get x() {
        map.set({}, 1);
        return 1;
      },
    });
    assert.equal(roundTrip(map, cell).size, 1);
  });
});

describe('a full arena', () => {
  it('throws ArenaExhaustedError and leaves nothing', () => {
    ({ cell } = freshArena(8 * 1024 * 1024));
    const before = inUse();
    for (const value of [
      'x'.repeat(9_000_000),
      '中'.repeat(5_000_000),
      new Uint8Array(9_000_000),
      ['x'.repeat(9_000_000)],
      { a: new Uint8Array(9_000_000) },
    ]) {
      assert.throws(() => encode(value, cell, 'send'), ArenaExhaustedError);
      assert.deepStrictEqual(inUse(), before);
      assert.equal(take(cell), undefined);
    }
    assert.equal(roundTrip('still works', cell), 'still works');
  });
});

it("the arena's own memory is refused", () => {
  assert.match(refusal({ memory: new Uint8Array(memory.buffer) }, cell), /value\.memory is the runtime's own memory/);
});
