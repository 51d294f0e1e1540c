import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { encode } from '../../src/codec/encode.ts';
import { type ParcelHook, setParcelHook } from '../../src/codec/parcels.ts';
import { transfer } from '../../src/codec/transfer.ts';
import { allocate } from '../../src/memory/heap.ts';
import { KIND_FUNCTION } from '../../src/memory/layout.ts';
import { freshArena, inUse, roundTrip, take } from './harness.ts';

let cell = 0;
beforeEach(() => {
  ({ cell } = freshArena());
});
const same = (value: unknown) => assert.deepStrictEqual(roundTrip(value, cell), structuredClone(value));
const Resizable = ArrayBuffer as unknown as new (
  length: number,
  options: { maxByteLength: number },
) => ArrayBuffer & {
  resizable: boolean;
  maxByteLength: number;
  resize(length: number): void;
};

describe('buffers and views', () => {
  const names =
    'Int8Array,Uint8Array,Uint8ClampedArray,Int16Array,Uint16Array,Int32Array,Uint32Array,Float32Array,Float64Array,BigInt64Array,BigUint64Array';
  it.each([...names.split(','), ...('Float16Array' in globalThis ? ['Float16Array'] : [])])('%s', (name) => {
    const View = Reflect.get(globalThis, name) as Uint8ArrayConstructor;
    const buffer = new ArrayBuffer(64);
    new Uint8Array(buffer).set(Array.from({ length: 64 }, (_, index) => index % 60));
    same(new View(buffer));
    same(new View(buffer, 16, 2));
    same(new View(buffer, 64, 0));
    same(new View(0));
  });
  it('DataView', () => {
    same(new DataView(new ArrayBuffer(8)));
    const result = roundTrip(new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2), cell);
    assert.equal(result.byteOffset, 1);
    assert.equal(result.getUint8(0), 2);
    assert.equal(result.buffer.byteLength, 4);
  });
  it('views of one buffer share it afterwards too', () => {
    const buffer = new ArrayBuffer(16);
    const result = roundTrip({ a: new Uint8Array(buffer, 4), b: new Int32Array(buffer), buffer }, cell);
    assert.equal(result.a.buffer, result.buffer);
    assert.equal(result.b.buffer, result.buffer);
    result.a[0] = 7;
    assert.equal(result.b[1], 7);
    const view = new Uint8Array(1);
    const [first, second] = roundTrip([view, view], cell);
    assert.equal(first, second);
  });
  it('of every size around the limits', () => {
    for (const length of [0, 1, 7, 8, 9, 4095, 4096, 4097, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
      same([bytes, 'x'.repeat(5000), bytes.slice(), 'after']);
    }
  });
  it('a Buffer stays a Buffer; of the pool only its own part is copied', () => {
    const small = Buffer.from('hello');
    const result = roundTrip(small, cell);
    assert.ok(Buffer.isBuffer(result));
    assert.equal(result.toString(), 'hello');
    assert.equal(result.buffer.byteLength, 5);
    const large = Buffer.alloc(100_000, 3);
    const copy = roundTrip(large, cell);
    assert.ok(Buffer.isBuffer(copy));
    assert.ok(copy.equals(large));
  });
  it('resizable buffers, with views that follow their length and views that do not', () => {
    const buffer = new Resizable(8, { maxByteLength: 32 });
    const result = roundTrip(
      { buffer, following: new Uint8Array(buffer), whole: new Uint8Array(buffer, 0, 8), part: new Uint8Array(buffer, 4) },
      cell,
    );
    assert.equal(result.buffer.resizable, true);
    assert.equal(result.buffer.maxByteLength, 32);
    result.buffer.resize(16);
    assert.equal(result.following.length, 16);
    assert.equal(result.whole.length, 8);
    assert.equal(result.part.length, 12);
  });
});

describe('transfer', () => {
  it('moves: the receiver has the contents, the sender has none', () => {
    for (const length of [3, 5000]) {
      const bytes = new Uint8Array(length).fill(9);
      const before = inUse();
      encode({ bytes: transfer(bytes) }, cell, 'send');
      assert.equal(bytes.length, 0);
      assert.equal(bytes.buffer.byteLength, 0);
      assert.deepStrictEqual((take(cell) as { bytes: unknown }).bytes, new Uint8Array(length).fill(9));
      assert.deepStrictEqual(inUse(), before);
    }
    const buffer = new ArrayBuffer(4);
    assert.equal(transfer(buffer), buffer);
    encode(buffer, cell, 'send');
    assert.equal(buffer.byteLength, 0);
    assert.equal((take(cell) as ArrayBuffer).byteLength, 4);
  });
  it('holds for one encode that succeeds, and not for one that fails', () => {
    const buffer = new ArrayBuffer(4);
    transfer(buffer);
    assert.throws(() => encode([buffer, Symbol()], cell, 'send'));
    assert.equal(buffer.byteLength, 4);
    encode([buffer, buffer], cell, 'send');
    assert.equal(buffer.byteLength, 0);
    const [first, second] = take(cell) as ArrayBuffer[];
    assert.equal(first, second);
  });
  it("leaves Node's pool alone", () => {
    const small = Buffer.from('pooled');
    const neighbour = Buffer.from('neighbour');
    encode(transfer(small), cell, 'send');
    assert.equal((take(cell) as Buffer).toString(), 'pooled');
    assert.equal(neighbour.toString(), 'neighbour');
  });
  it('a buffer that cannot be detached is refused, and nothing is sent; Node 20 does not tell, so it is copied there', () => {
    const { Memory } = Reflect.get(globalThis, 'WebAssembly') as {
      Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
    };
    const memory = new Memory({ initial: 1 }).buffer;
    const other = new ArrayBuffer(8);
    const before = inUse();
    const send = () => encode([transfer(other), transfer(memory)], cell, 'send');
    if (process.version.startsWith('v20.')) {
      send();
      assert.equal((take(cell) as ArrayBuffer[])[1]!.byteLength, memory.byteLength);
    } else {
      assert.throws(send, /cannot send: an ArrayBuffer marked by transfer\(\) cannot be detached/);
      assert.equal(other.byteLength, 8);
    }
    assert.equal(memory.byteLength, 65_536);
    assert.deepStrictEqual(inUse(), before);
  });
  it('of what is not transferable', () => {
    assert.throws(() => transfer(5), /^TypeError: transfer\(\) takes an ArrayBuffer or another transferable object, got number$/);
    assert.throws(
      () => encode(transfer(new MessageChannel().port1), cell, 'send'),
      /value is a MessagePort, which cannot be transferred/,
    );
  });
});

describe('parcels', () => {
  afterEach(() => setParcelHook(undefined));
  const contents = new Map<number, object>();
  /** Keeps the object itself, as a post to this thread would. */
  const hook = (post: ParcelHook['post']): ParcelHook => ({
    reserve: (object, moved) => (object instanceof MessagePort && moved ? allocate(KIND_FUNCTION, 8) : 0),
    post,
    receive: (address) => contents.get(address)!,
  });
  it('go through the hook once nothing can fail', () => {
    setParcelHook(hook((address, object) => contents.set(address, object)));
    const { port1 } = new MessageChannel();
    const before = inUse();
    assert.throws(() => encode({ port: transfer(port1), bad: Symbol() }, cell, 'send'));
    assert.deepStrictEqual(inUse(), before);
    assert.equal(contents.size, 0);
    encode({ port: port1 }, cell, 'send');
    assert.equal(contents.size, 1);
    assert.equal((take(cell) as { port: unknown }).port, port1);
    assert.deepStrictEqual(inUse(), before);
    assert.throws(() => encode(new MessageChannel().port1, cell, 'send'), /value is a MessagePort/);
  });
  it('that cannot be posted: nothing is sent', () => {
    setParcelHook(
      hook(() => {
        throw new RangeError('no port');
      }),
    );
    const before = inUse();
    assert.throws(() => encode(transfer(new MessageChannel().port1), cell, 'send'), /no port/);
    assert.deepStrictEqual(inUse(), before);
  });
});
