/** Programs that send many values between threads and check each one. Both ends make the values from the same seed. */
import assert from 'node:assert/strict';
import { chan, go } from 'goroutines';
import { randomNumbers, randomObject, randomText } from '../helpers/random.mjs';

const PRODUCERS = 4;

/** Several producers send `count` values that `make` makes, each on its own channel; every value is compared. */
function* compareAll(drive, seed, count, capacity, produce, make) {
  const each = count / PRODUCERS;
  const channels = [];
  for (let producer = 0; producer < PRODUCERS; producer++) {
    const channel = chan(capacity);
    channels.push(channel);
    go(produce, channel, seed + producer, each);
  }
  const randoms = channels.map((_, producer) => randomNumbers(seed + producer));
  for (let index = 0; index < each; index++) {
    for (let producer = 0; producer < PRODUCERS; producer++) {
      const value = yield* drive(channels[producer].recv());
      assert.deepStrictEqual(value, make(randoms[producer]), `value ${index} of producer ${producer}`);
    }
  }
}

function* produceTexts(channel, seed, count) {
  const random = randomNumbers(seed);
  for (let index = 0; index < count; index++) yield* channel.send(randomText(random));
}

function* produceObjects(channel, seed, count) {
  const random = randomNumbers(seed);
  for (let index = 0; index < count; index++) yield* channel.send(randomObject(random));
}

function oddValues() {
  return [
    0,
    -0,
    1,
    -1,
    0.1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_VALUE,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 53,
    true,
    false,
    null,
    undefined,
    '',
    'a',
    'é',
    '€',
    '😀',
    '\ud800',
    '\udfff\ud800',
    '\0',
    0n,
    1n,
    -1n,
    2n ** 64n,
    -(2n ** 64n),
    2n ** 1000n,
    [],
    {},
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
    [undefined, , null],
    { a: undefined },
    new Date(-1),
    /x/gi,
    new Map(),
    new Set([[], {}]),
    new Uint8Array(),
    new Float64Array([Number.NaN, -0, 1e300]),
    new BigInt64Array([-1n, 2n ** 62n]),
    new Uint8ClampedArray([1, 300]),
    new DataView(new Uint8Array([1, 2, 3]).buffer, 1),
    new Uint16Array([1, 65535]).subarray(1),
    new ArrayBuffer(8),
    Object(5),
    Object('text'),
    Object(5n),
    Object(true),
    Object.create(null),
    new Error('plain'),
  ];
}

function* produceOdd(channel) {
  for (let round = 0; round < 100; round++) for (const value of oddValues()) yield* channel.send(value);
}

/** Bytes that tell their place, so that a shifted or torn copy is seen. */
function patterned(length, salt) {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >>> 8) * 7 + salt) & 255;
  return bytes;
}

function* produceLarge(channel, length, count) {
  for (let index = 0; index < count; index++) {
    const bytes = patterned(length, index);
    yield* channel.send(bytes);
    yield* channel.send(Buffer.from(bytes).toString('latin1'));
    yield* channel.send({ index, rows: [bytes.subarray(0, 1000), `€${index}`.repeat(length / 10)] });
  }
}

function* compareLarge(drive, length, count) {
  const channel = chan(2);
  go(produceLarge, channel, length, count);
  for (let index = 0; index < count; index++) {
    const bytes = patterned(length, index);
    const received = yield* drive(channel.recv());
    assert.ok(received instanceof Uint8Array);
    assert.equal(Buffer.compare(received, bytes), 0, `bytes ${index}`);
    assert.ok((yield* drive(channel.recv())) === Buffer.from(bytes).toString('latin1'), `text ${index}`);
    const object = yield* drive(channel.recv());
    assert.equal(object.index, index);
    assert.equal(Buffer.compare(object.rows[0], bytes.subarray(0, 1000)), 0);
    assert.ok(object.rows[1] === `€${index}`.repeat(length / 10));
  }
}

function* answer(value) {
  return value;
}

export const values = {
  *'100,000 texts of all of Unicode'(drive, seed) {
    yield* compareAll(drive, seed, 100_000, 16, produceTexts, randomText);
  },

  *'100,000 nested objects'(drive, seed) {
    yield* compareAll(drive, seed, 100_000, 16, produceObjects, randomObject);
  },

  *'10,000 objects without a buffer'(drive, seed) {
    yield* compareAll(drive, seed, 10_000, 0, produceObjects, randomObject);
  },

  *'odd values: numbers, null, undefined, BigInt, typed arrays, boxed'(drive) {
    const channel = chan(4);
    yield* drive(channel.send(new Date(Number.NaN)));
    assert.ok(Number.isNaN((yield* drive(channel.recv())).getTime()));
    go(produceOdd, channel);
    for (let round = 0; round < 100; round++) {
      for (const [index, expected] of oddValues().entries()) {
        const value = yield* drive(channel.recv());
        if (expected instanceof Error) assert.equal(value.message, expected.message);
        else if (expected !== null && typeof expected === 'object' && Object.getPrototypeOf(expected) === null)
          assert.deepEqual(value, {});
        else assert.deepStrictEqual(value, expected, `value ${index}`);
      }
    }
  },

  *'messages of 100 KB'(drive) {
    yield* compareLarge(drive, 100_000, 50);
  },

  *'messages of 5 MB'(drive) {
    yield* compareLarge(drive, 5_000_000, 4);
  },

  *'arguments and results of 20,000 goroutines'(drive, seed) {
    const random = randomNumbers(seed);
    const again = randomNumbers(seed);
    for (let round = 0; round < 40; round++) {
      const handles = Array.from({ length: 500 }, () => go(answer, randomObject(random, 2)));
      for (const handle of handles) assert.deepStrictEqual(yield* drive(handle.join()), randomObject(again, 2));
    }
  },

  *'200,000 goroutines in flight at once, every join settles'(drive) {
    const gate = chan();
    const handles = [];
    for (let index = 0; index < 200_000; index++) handles.push(go(throughGate, gate, index));
    // Asked for before any of them can fail, as one would hand promises to Promise.allSettled at once.
    const joins = handles.map((handle) => handle.join());
    gate.close();
    for (let index = 0; index < 200_000; index++) {
      if (index % 1000 === 7) {
        let message;
        try {
          yield* drive(joins[index]);
        } catch (error) {
          message = error.message;
        }
        assert.equal(message, `goroutine ${index}`);
      } else {
        assert.equal(yield* drive(joins[index]), index);
      }
    }
  },
};

function* throughGate(gate, index) {
  yield* gate.recv();
  if (index % 1000 === 7) throw new Error(`goroutine ${index}`);
  return index;
}
