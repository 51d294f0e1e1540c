/** Programs about channels and streams: Web's, Node's, and whatever can be iterated. */
import assert from 'node:assert/strict';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AtomicInt, Chan, chan, go, gosched, select, WaitGroup, wait } from 'goroutines';
import { until, untilParked } from '../helpers/conditions.mjs';

/** Sources of the numbers below `end`, by kind; `seen` counts what was taken, and `seen.ended` how it was ended. */
const sources = {
  'an iterable': (end, seen) => counting(end, seen),
  'an async iterable': (end, seen) => countingLater(end, seen),
  'a Node stream': (end, seen) => Readable.from(countingLater(end, seen), { highWaterMark: 1 }),
  'a Web stream': (end, seen) => webCounting(end, seen),
};

function* counting(end, seen) {
  try {
    for (let value = 0; value < end; value++) {
      seen.taken++;
      yield value;
    }
  } finally {
    seen.ended = true;
  }
}

async function* countingLater(end, seen) {
  yield* counting(end, seen);
}

function webCounting(end, seen) {
  let value = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (value === end) {
          seen.ended = true;
          controller.close();
          return;
        }
        seen.taken++;
        controller.enqueue(value++);
      },
      cancel() {
        seen.ended = true;
      },
    },
    { highWaterMark: 0 },
  );
}

function unseen() {
  return { taken: 0, ended: false };
}

/** Both kinds of streams that a channel can be read as. */
const readers = {
  'a Node stream': (channel) => channel.toReadable(),
  'a Web stream': (channel) => channel.toReadableStream(),
};

async function collect(iterable, most = Number.POSITIVE_INFINITY) {
  const values = [];
  if (most === 0) return values;
  for await (const value of iterable) {
    values.push(value);
    if (values.length === most) break;
  }
  return values;
}

function range(end) {
  return Array.from({ length: end }, (_, index) => index);
}

/** The error of a promise or operation that must fail. */
function* failure(drive, operation) {
  try {
    yield* drive(operation);
  } catch (error) {
    return error;
  }
  assert.fail('it should have failed');
}

export const streams = {
  *'a channel brings what comes out of a source, and is closed at its end'(drive) {
    for (const [kind, source] of Object.entries(sources)) {
      const channel = Chan.from(source(100, unseen()));
      assert.deepEqual(yield* drive(wait(collect(channel))), range(100), kind);
      assert.equal(channel.closed, true);
      assert.deepEqual(yield* drive(channel.recvOk()), [undefined, false]);
    }
    assert.deepEqual(yield* drive(wait(collect(Chan.from([])))), []);
    assert.deepEqual(yield* drive(wait(collect(Chan.from(new Set(['a', 'b']), 5)))), ['a', 'b']);
  },

  *'goroutines share a source: every value once'(drive) {
    for (const source of Object.values(sources)) {
      const channel = Chan.from(source(400, unseen()), 4);
      const parts = [];
      for (let reader = 0; reader < 4; reader++) {
        parts.push(
          go(function* () {
            const mine = [];
            yield* channel.forEach(function* (value) {
              mine.push(value);
              yield* gosched();
            });
            return mine;
          }),
        );
      }
      const all = [];
      for (const part of parts) {
        const mine = yield* drive(part.join());
        assert.deepEqual(
          mine,
          mine.toSorted((one, other) => one - other),
        );
        all.push(...mine);
      }
      assert.deepEqual(
        all.toSorted((one, other) => one - other),
        range(400),
      );
    }
  },

  *'no more is taken from a source than fits'(drive) {
    for (const [kind, source] of Object.entries(sources)) {
      // A Node stream has a buffer of its own: one value here, and one on its way.
      const ahead = kind === 'a Node stream' ? 2 : 0;
      for (const capacity of [0, 3]) {
        const seen = unseen();
        const channel = Chan.from(source(1000, seen), capacity);
        // The buffer is full, and one value more waits.
        yield* until(drive, () => seen.taken > capacity);
        for (let round = 0; round < 50; round++) yield* drive(gosched());
        assert.ok(seen.taken <= capacity + 1 + ahead, `${kind}: ${seen.taken} were taken`);
        assert.equal(yield* drive(channel.recv()), 0);
        yield* until(drive, () => seen.taken > capacity + 1);
        for (let round = 0; round < 50; round++) yield* drive(gosched());
        assert.ok(seen.taken <= capacity + 2 + ahead, `${kind}: ${seen.taken} were taken`);
        channel.close();
        yield* until(drive, () => seen.ended);
      }
    }
  },

  *'leaving a loop over the channel cancels its source'(drive) {
    for (const source of Object.values(sources)) {
      const seen = unseen();
      assert.deepEqual(yield* drive(wait(collect(Chan.from(source(1000, seen)), 5))), range(5));
      yield* until(drive, () => seen.ended);
      assert.ok(seen.taken < 10);

      const inGoroutine = unseen();
      const channel = Chan.from(source(1000, inGoroutine));
      const left = go(function* () {
        try {
          yield* channel.forEach((value) => {
            if (value === 5) throw new Error('enough');
          });
        } catch (error) {
          return error.message;
        }
      });
      assert.equal(yield* drive(left.join()), 'enough');
      yield* until(drive, () => inGoroutine.ended);
      assert.equal(channel.closed, true);
    }
  },

  *'a cancelled goroutine cancels the source that it reads'(drive) {
    for (const source of Object.values(sources)) {
      const seen = unseen();
      const channel = Chan.from(source(1000, seen));
      const never = chan();
      const reading = go(function* () {
        yield* channel.forEach(function* () {
          yield* never.recv();
        });
      });
      yield* untilParked(drive, reading);
      reading.cancel();
      yield* until(drive, () => seen.ended);
      assert.equal((yield* failure(drive, reading.join())).name, 'CanceledError');
    }
  },

  *'a source is cancelled in the middle of its wait, too'(drive) {
    let destroyed = false;
    const node = new Readable({
      objectMode: true,
      read() {},
      destroy(error, done) {
        destroyed = true;
        done(error);
      },
    });
    const fromNode = Chan.from(node);
    node.push('first');
    assert.equal(yield* drive(fromNode.recv()), 'first');
    fromNode.close();
    yield* until(drive, () => destroyed);

    let reason;
    const web = new ReadableStream({
      cancel(why) {
        reason = { why };
      },
    });
    const fromWeb = Chan.from(web);
    const receiving = go(function* () {
      return yield* fromWeb.recvOk();
    });
    yield* untilParked(drive, receiving);
    fromWeb.close();
    assert.deepEqual(yield* drive(receiving.join()), [undefined, false]);
    yield* until(drive, () => reason !== undefined);
  },

  *'an error of the source comes after what it brought, to everybody'(drive) {
    const failing = {
      'an iterable': () =>
        (function* () {
          yield* [1, 2];
          throw new RangeError('broken');
        })(),
      'an async iterable': () =>
        (async function* () {
          yield* [1, 2];
          throw new RangeError('broken');
        })(),
      'a Node stream': () => {
        const stream = new Readable({ objectMode: true, read() {} });
        stream.push(1);
        stream.push(2);
        // Not before both were read: a Node stream drops what it has when it fails.
        let taken = 0;
        stream.on('data', () => {
          if (++taken === 2) setImmediate(() => stream.destroy(new RangeError('broken')));
        });
        stream.pause();
        return stream;
      },
      'a Web stream': () => {
        let value = 0;
        return new ReadableStream(
          {
            pull(controller) {
              if (value === 2) controller.error(new RangeError('broken'));
              else controller.enqueue(++value);
            },
          },
          { highWaterMark: 0 },
        );
      },
    };
    for (const [kind, source] of Object.entries(failing)) {
      const channel = Chan.from(source(), 2);
      const told = go(function* () {
        const values = [];
        try {
          yield* channel.forEach((value) => {
            values.push(value);
          });
        } catch (error) {
          values.push(`${error.name}: ${error.message}`);
        }
        return values;
      });
      assert.deepEqual(yield* drive(told.join()), [1, 2, 'RangeError: broken'], kind);
      const operations = [channel.recv(), channel.recvOk(), select({ value: channel.recv(), never: chan().recv() })];
      for (const operation of operations) assert.equal((yield* failure(drive, operation)).message, 'broken');
      assert.throws(() => channel.tryRecv(), RangeError);
      assert.equal(channel.closed, true);
    }
  },

  *'an error wakes all who wait'(drive) {
    let fail;
    const channel = Chan.from(
      new ReadableStream({
        start(controller) {
          fail = (error) => controller.error(error);
        },
      }),
    );
    const waiting = [];
    for (let index = 0; index < 8; index++) {
      const receiving = go(function* (how) {
        try {
          if (how === 0) yield* channel.recv();
          else if (how === 1) yield* channel.recvOk();
          else if (how === 2) yield* select({ value: channel.recv(), never: chan().recv() });
          else yield* channel.forEach(() => {});
        } catch (error) {
          return error.message;
        }
      }, index % 4);
      yield* untilParked(drive, receiving);
      waiting.push(receiving);
    }
    fail(new Error('broken'));
    for (const receiving of waiting) assert.equal(yield* drive(receiving.join()), 'broken');
  },

  *'a value that cannot be copied ends the channel, and cancels the source'(drive) {
    const seen = unseen();
    const source = sources['an async iterable'](1, seen);
    const channel = Chan.from(
      (async function* () {
        try {
          yield* source;
          yield Symbol('no copy');
          yield 'never asked for';
        } finally {
          seen.ended = 'cancelled';
        }
      })(),
    );
    assert.equal(yield* drive(channel.recv()), 0);
    assert.equal((yield* failure(drive, channel.recv())).name, 'DataCloneError');
    yield* until(drive, () => seen.ended === 'cancelled');
  },

  *'a stream brings what comes over a channel, and ends with it'(drive) {
    for (const read of Object.values(readers)) {
      for (const capacity of [0, 7]) {
        const channel = chan(capacity);
        go(function* () {
          for (let value = 0; value < 200; value++) yield* channel.send({ value });
          channel.close();
        });
        const values = yield* drive(wait(collect(read(channel))));
        assert.deepEqual(
          values,
          range(200).map((value) => ({ value })),
        );
      }
    }
  },

  *'a stream takes no more than it is asked for'(drive) {
    for (const read of Object.values(readers)) {
      const channel = chan();
      const sent = new AtomicInt();
      const sending = go(function* () {
        for (let value = 0; value < 100; value++) {
          yield* channel.send(value);
          sent.add(1);
        }
        channel.close();
      });
      const iterator = read(channel)[Symbol.asyncIterator]();
      yield* untilParked(drive, sending);
      assert.equal(sent.load(), 0);
      for (let value = 0; value < 10; value++) {
        assert.deepEqual(yield* drive(wait(iterator.next())), { value, done: false });
        for (let round = 0; round < 20; round++) yield* drive(gosched());
        // A Node stream that has given one value asks for the next.
        assert.ok(sent.load() <= value + 2, `${sent.load()} were taken after ${value + 1}`);
      }
      yield* drive(wait(iterator.return()));
      assert.equal((yield* failure(drive, sending.join())).name, 'CanceledError');
    }
  },

  *'leaving a stream ends those who send, quietly'(drive) {
    for (const read of Object.values(readers)) {
      for (const capacity of [0, 7]) {
        const channel = chan(capacity);
        const all = new WaitGroup();
        all.add(4);
        for (let sender = 0; sender < 4; sender++) {
          // Nobody joins these: an error of theirs would end the process.
          go(function* () {
            try {
              for (let value = 0; ; value++) yield* channel.send(value);
            } finally {
              channel.close();
              all.done();
            }
          });
        }
        assert.equal((yield* drive(wait(collect(read(channel), 20)))).length, 20);
        yield* drive(all.wait());
        const error = yield* failure(drive, channel.send(1));
        assert.equal(error.name, 'CanceledError');
        assert.match(error.message, /^the reader of this channel has gone/);
        assert.throws(() => channel.trySend(1), { name: 'CanceledError' });
        channel.close();
      }
    }
  },

  *'why a stream was given up comes to those who send'(drive) {
    const first = chan();
    first
      .toReadable()
      .on('error', () => {})
      .destroy(new RangeError('not like this'));
    yield* until(drive, () => first.closed);
    const error = yield* failure(drive, first.send(1));
    assert.equal(error.message, 'the reader of this channel has gone: not like this');
    assert.ok(error.cause instanceof RangeError);

    const second = chan();
    yield* drive(wait(second.toReadableStream().cancel({ uncopied: () => {}, text: Symbol('x') })));
    assert.match((yield* failure(drive, second.send(1))).message, /^the reader of this channel has gone: \[object Object\]$/);
    const third = chan();
    yield* drive(wait(third.toReadableStream().cancel('enough')));
    const told = yield* failure(drive, select({ send: third.send(1), never: chan().recv() }));
    assert.equal(told.cause, 'enough');
  },

  *'null goes over a Web stream, and fails a Node stream'(drive) {
    const web = chan(2);
    yield* drive(web.send(null));
    yield* drive(web.send(undefined));
    web.close();
    assert.deepEqual(yield* drive(wait(collect(web.toReadableStream()))), [null, undefined]);
    const node = chan(2);
    yield* drive(node.send(1));
    yield* drive(node.send(null));
    const error = yield* failure(drive, wait(collect(node.toReadable())));
    assert.equal(error.name, 'TypeError');
    assert.match(error.message, /toReadableStream/);
    assert.equal((yield* failure(drive, node.send(2))).name, 'CanceledError');
  },

  *'a pipeline: a source, goroutines in the middle, a sink'(drive) {
    const squares = chan(4);
    const numbers = Chan.from(Readable.from(range(100)), 4);
    const all = new WaitGroup();
    all.add(3);
    for (let worker = 0; worker < 3; worker++) {
      go(function* () {
        yield* numbers.forEach((value) => squares.send(value * value));
        all.done();
      });
    }
    go(function* () {
      yield* all.wait();
      squares.close();
    });
    const written = [];
    const sink = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(value, _encoding, done) {
        written.push(value);
        setImmediate(done);
      },
    });
    yield* drive(wait(pipeline(squares.toReadable(), sink)));
    assert.deepEqual(
      written.toSorted((one, other) => one - other),
      range(100).map((value) => value * value),
    );
  },

  *'an error in the middle travels both ways'(drive) {
    const seen = unseen();
    const numbers = Chan.from(sources['a Node stream'](1000, seen));
    const failing = new Transform({
      objectMode: true,
      transform(value, _encoding, done) {
        done(value === 7 ? new RangeError('seven') : null, value);
      },
    });
    const results = Chan.from(pipedInto(numbers.toReadable(), failing));
    const told = go(function* () {
      const values = [];
      try {
        yield* results.forEach((value) => {
          values.push(value);
        });
      } catch (error) {
        return [values.length <= 7, error.message];
      }
    });
    assert.deepEqual(yield* drive(told.join()), [true, 'seven']);
    yield* until(drive, () => seen.ended);
    assert.equal(numbers.closed, true);
  },

  *'bytes go through as bytes'(drive) {
    const chunks = [Buffer.from('one'), Buffer.from('two'), new Uint8Array([51])];
    const channel = Chan.from(Readable.from(chunks));
    const joined = go(function* () {
      const parts = [];
      yield* channel.forEach((chunk) => {
        parts.push(chunk);
      });
      return Buffer.concat(parts).toString();
    });
    assert.equal(yield* drive(joined.join()), 'onetwo3');
  },

  *'what is no source is refused'() {
    for (const [wrong, got] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [7, 'number'],
      ['text', 'string'],
      [{}, 'object'],
    ]) {
      const message = `Chan.from takes a readable stream, an async iterable or an iterable object, got ${got}`;
      assert.throws(() => Chan.from(wrong), { name: 'TypeError', message });
    }
    assert.throws(() => Chan.from(chan()), { name: 'TypeError', message: /got a channel: receive from it as it is$/ });
    const message = 'Chan.from: capacity must be a whole number of at least 0, got -1';
    const untouched = new ReadableStream({});
    assert.throws(() => Chan.from(untouched, -1), { name: 'RangeError', message });
    assert.equal(untouched.locked, false);
    const locked = new ReadableStream({});
    locked.getReader();
    assert.throws(() => Chan.from(locked), TypeError);
    assert.throws(() => new Chan(8), { name: 'TypeError', message: 'new Chan: make a channel with chan(capacity)' });
  },
};

/** With errors passed on, as `pipeline` does. */
function pipedInto(source, transform) {
  pipeline(source, transform).catch(() => undefined);
  return transform;
}
