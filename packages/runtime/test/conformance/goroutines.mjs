/** Programs about goroutines themselves: results, errors, arguments, handles. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, sleep, transfer, wait } from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

class PaymentError extends Error {
  name = 'PaymentError';
}

/** What joining a goroutine throws. */
function* failureOf(drive, handle) {
  try {
    yield* drive(handle.join());
  } catch (error) {
    return error;
  }
  assert.fail('the goroutine should have failed');
}

function* deeper(depth, path) {
  if (depth === 0) return path;
  const handle = go(deeper, depth - 1, [...path, depth]);
  return yield* handle;
}

export const goroutines = {
  *'a generator, a plain and an async function give their result'(drive) {
    assert.equal(yield* drive(go((a, b) => a + b, 1, 2).join()), 3);
    assert.equal(yield* drive(go(async (a, b) => a + b, 1, 2).join()), 3);
    assert.equal(
      yield* drive(
        go(
          function* (a, b) {
            yield* gosched();
            return a + b;
          },
          1,
          2,
        ).join(),
      ),
      3,
    );
    assert.equal(yield* drive(go(() => undefined).join()), undefined);
    assert.equal(yield* drive(go(() => Promise.resolve('promised')).join()), 'promised');
  },

  *'a handle is itself the operation that joins'(drive) {
    const handle = go(() => 'joined');
    assert.equal(yield* drive(handle), 'joined');
    assert.equal(yield* drive(handle), 'joined');
    assert.equal(handle.status, 'done');
  },

  *'any number may join, before and after the end, also with a handle that was sent'(drive) {
    const gate = chan();
    const joined = go(function* () {
      return { answer: yield* gate.recv() };
    });
    const handles = chan(1);
    const others = yield* parkedInOrder(drive, 10, () =>
      go(function* () {
        return (yield* joined).answer;
      }),
    );
    const remote = go(function* () {
      return (yield* yield* handles.recv()).answer;
    });
    yield* drive(handles.send(joined));
    yield* drive(gate.send(42));
    for (const other of others) assert.equal(yield* drive(other.join()), 42);
    assert.equal(yield* drive(remote.join()), 42);
    assert.deepEqual(yield* drive(joined.join()), { answer: 42 });
  },

  *'the status tells where it stands'(drive) {
    const gate = chan();
    const handle = go(function* () {
      yield* gate.recv();
    });
    yield* untilParked(drive, handle);
    yield* drive(gate.send(1));
    yield* drive(handle.join());
    assert.equal(handle.status, 'done');
    const failing = go(() => {
      throw new Error('expected');
    });
    yield* failureOf(drive, failing);
    assert.equal(failing.status, 'failed');
  },

  *'every goroutine has its own number'(drive) {
    const numbers = new Set();
    const inner = [];
    for (let index = 0; index < 8; index++) {
      inner.push(
        go(() => {
          const ids = [];
          for (let child = 0; child < 200; child++) ids.push(go(() => undefined).id);
          return ids;
        }),
      );
    }
    for (const handle of inner) {
      numbers.add(handle.id);
      for (const id of yield* drive(handle.join())) numbers.add(id);
    }
    assert.equal(numbers.size, 8 * 201);
    assert.ok([...numbers].every((number) => Number.isSafeInteger(number) && number > 0));
  },

  *'go inside of go, four deep'(drive) {
    assert.deepEqual(yield* drive(go(deeper, 4, []).join()), [4, 3, 2, 1]);
    const outer = go(function* (a) {
      const second = go(function* (b) {
        const third = go(function* (c) {
          const fourth = go(function* (d) {
            yield* gosched();
            return [a, b, c, d];
          }, 4);
          return yield* fourth;
        }, 3);
        return yield* third;
      }, 2);
      return yield* second;
    }, 1);
    assert.deepEqual(yield* drive(outer.join()), [1, 2, 3, 4]);
  },

  *'an error keeps its class name, code, cause, properties and stack'(drive) {
    const failing = go(function* chargesTheCard() {
      yield* gosched();
      const cause = new RangeError('amount is negative');
      throw Object.assign(new PaymentError('no charge', { cause }), { code: 'E_CHARGE', attempt: 3, details: { amount: -1 } });
    });
    const error = yield* failureOf(drive, failing);
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'PaymentError');
    assert.equal(error.message, 'no charge');
    assert.equal(error.code, 'E_CHARGE');
    assert.equal(error.attempt, 3);
    assert.deepEqual(error.details, { amount: -1 });
    assert.ok(error.cause instanceof RangeError);
    assert.equal(error.cause.message, 'amount is negative');
    assert.match(error.stack, /^PaymentError: no charge|^Error: no charge/);
    assert.match(error.stack, /chargesTheCard/); // Its place in the file: see test/process.
    assert.match(error.cause.stack, /chargesTheCard/);
  },

  *'what is thrown need not be an error'(drive) {
    for (const thrown of ['text', 5, null, { reason: 'because' }, 10n]) {
      const handle = go((value) => {
        throw value;
      }, thrown);
      assert.deepEqual(yield* failureOf(drive, handle), thrown);
    }
    const handle = go(async () => {
      throw undefined;
    });
    assert.equal(yield* failureOf(drive, handle), undefined);
  },

  *'an error of an async function, of a promise and of a nested goroutine arrives'(drive) {
    assert.equal(
      (yield* failureOf(
        drive,
        go(async () => Promise.reject(new TypeError('async'))),
      )).message,
      'async',
    );
    const waiting = go(function* () {
      yield* wait(Promise.reject(new TypeError('waited')));
    });
    assert.ok((yield* failureOf(drive, waiting)) instanceof TypeError);
    const nested = go(function* () {
      yield* go(() => {
        throw new SyntaxError('inner');
      });
    });
    const error = yield* failureOf(drive, nested);
    assert.ok(error instanceof SyntaxError);
    assert.equal(error.message, 'inner');
  },

  *'a goroutine can catch and go on'(drive) {
    const handle = go(function* () {
      const log = [];
      try {
        yield* go(() => {
          throw new Error('first');
        });
      } catch (error) {
        log.push(error.message);
      } finally {
        log.push('finally');
      }
      yield* sleep(0);
      return log;
    });
    assert.deepEqual(yield* drive(handle.join()), ['first', 'finally']);
  },

  *'arguments and captured variables are copies'(drive) {
    const captured = { list: [1] };
    const given = new Map([['key', [1]]]);
    const gate = chan();
    const handle = go(function* (map) {
      yield* gate.recv();
      captured.list.push('inside');
      map.get('key').push('inside');
      return [captured, map];
    }, given);
    captured.list.push(2);
    given.get('key').push(2);
    yield* drive(gate.send(1));
    assert.deepEqual(yield* drive(handle.join()), [{ list: [1, 'inside'] }, new Map([['key', [1, 'inside']]])]);
    assert.deepEqual(captured.list, [1, 2]);
    assert.deepEqual(given.get('key'), [1, 2]);
  },

  *'a result is a copy for each who joins'(drive) {
    const handle = go(() => ({ list: [1] }));
    const first = yield* drive(handle.join());
    first.list.push(2);
    assert.deepEqual(yield* drive(handle.join()), { list: [1] });
  },

  *'a transferred buffer leaves the sender'(drive) {
    const buffer = new Uint8Array([1, 2, 3]).buffer;
    const handle = go((moved) => [...new Uint8Array(moved)], transfer(buffer));
    assert.equal(buffer.byteLength, 0);
    assert.deepEqual(yield* drive(handle.join()), [1, 2, 3]);
  },

  *'shared memory is shared'(drive) {
    const shared = new Int32Array(new SharedArrayBuffer(16));
    const handles = Array.from({ length: 4 }, (_, index) => go((array, at) => Atomics.store(array, at, at + 1), shared, index));
    for (const handle of handles) yield* drive(handle.join());
    assert.deepEqual([...shared], [1, 2, 3, 4]);
  },

  *'go.local stays on its thread and copies nothing'(drive) {
    const own = { count: 0, method() {} };
    const handle = go.local(function* (object) {
      yield* gosched();
      object.count++;
      own.count++;
      return object;
    }, own);
    assert.equal(yield* drive(handle.join()), own);
    assert.equal(own.count, 2);
    const failure = new Error('the same object');
    const failing = go.local(() => {
      throw failure;
    });
    assert.equal(yield* failureOf(drive, failing), failure);
  },

  *'many local goroutines take turns'(drive) {
    const order = [];
    const handles = [0, 1, 2].map((self) =>
      go.local(function* () {
        for (let turn = 0; turn < 3; turn++) {
          order.push(`${turn}${self}`);
          yield* gosched();
        }
      }),
    );
    for (const handle of handles) yield* drive(handle.join());
    assert.deepEqual(order, [...order].sort());
    assert.equal(order.length, 9);
  },

  *'sleepers wake in the order of their times'(drive) {
    const woken = chan(4);
    const waits = [40, 5, 25, 12].map((milliseconds) =>
      go.local(function* () {
        yield* sleep(milliseconds);
        yield* woken.send(milliseconds);
      }),
    );
    for (const handle of waits) yield* drive(handle.join());
    const order = [];
    for (let index = 0; index < 4; index++) order.push(woken.tryRecv()[0]);
    assert.deepEqual(order, [5, 12, 25, 40]);
  },

  *'a goroutine that waits for a promise leaves its thread to the others'(drive) {
    const release = chan();
    const turns = new AtomicInt();
    const waiting = go(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return await release.recv();
    });
    for (let index = 0; index < 20; index++) go(() => turns.add(1));
    yield* until(drive, () => turns.load() === 20);
    yield* drive(release.send('released'));
    assert.equal(yield* drive(waiting.join()), 'released');
  },

  *'a goroutine that always yields keeps nobody out'(drive) {
    const ended = new AtomicInt();
    const yielding = go(function* () {
      let turns = 0;
      while (ended.load() === 0) {
        yield* gosched();
        turns++;
      }
      return turns;
    });
    // Each of these is a function that its thread has to load first.
    yield* drive(go(() => ended.load()).join());
    yield* drive(go(async () => ended.load()).join());
    yield* drive(
      go(function* () {
        yield* sleep(1);
        ended.store(1);
      }).join(),
    );
    assert.ok((yield* drive(yielding.join())) >= 0);
  },

  *"an error is nobody's only if its starter does not join at once, however long that takes"(drive) {
    for (let round = 0; round < 3; round++) {
      const failing = go(() => {
        throw new Error('joined late');
      });
      // What delays a thread: long work, a collection, other processes.
      for (let turn = 0; turn < 1e8 && failing.status !== 'failed'; turn++);
      for (let turn = 0; turn < 1e7; turn++);
      assert.equal((yield* failureOf(drive, failing)).message, 'joined late');
    }
  },
};
