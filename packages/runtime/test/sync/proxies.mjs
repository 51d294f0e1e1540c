/** Programs about `proxy`: objects that stay where they are and are called from elsewhere. */
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { threadId } from 'node:worker_threads';
import { AtomicInt, chan, go, gosched, Mutex, proxy, runtime, select, transfer, WaitGroup, wait } from 'goroutines';
import { until } from '../helpers/conditions.mjs';

class Account {
  constructor(balance) {
    this.balance = balance;
  }

  put(amount) {
    this.balance += amount;
    return this.balance;
  }
}

function makeApi() {
  return {
    calls: 0,
    thread: threadId,
    nested: { deeper: { name: 'nested' } },
    Account,
    count(amount = 1) {
      this.calls += amount;
      return this.calls;
    },
    where: () => threadId,
    async later(value) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return { value };
    },
    fail() {
      throw Object.assign(new RangeError('as told'), { code: 'TOLD' });
    },
    async failLater() {
      throw 'a text';
    },
    uncopied: () => Symbol('stays'),
    twice: async (callback) => (await callback(1)) + (await callback(2)),
    async send(channel, value) {
      await channel.send(value);
      return channel;
    },
    lengthOf: (bytes) => bytes.byteLength,
  };
}

/** The error that driving an operation throws. */
function* failure(drive, operation) {
  try {
    yield* drive(operation);
  } catch (error) {
    return error;
  }
  assert.fail('the operation should have thrown');
}

/** Calls a proxy from goroutines on whichever threads; gives what they were told. */
function* callFrom(drive, count, body, ...args) {
  const handles = Array.from({ length: count }, (_, index) => go(body, index, ...args));
  const told = [];
  for (const handle of handles) told.push(yield* drive(handle.join()));
  return told;
}

export const proxies = {
  *'methods are called where the object is'(drive) {
    const object = makeApi();
    const api = proxy(object);
    assert.equal(yield* drive(wait(api.count())), 1);
    const told = yield* callFrom(
      drive,
      8,
      function* (index, remote) {
        yield* wait(remote.count(1));
        yield* gosched();
        const { value } = yield* wait(remote.later(index));
        return [value, yield* wait(remote.where())];
      },
      api,
    );
    assert.deepEqual(
      told,
      Array.from({ length: 8 }, (_, index) => [index, threadId]),
    );
    assert.equal(object.calls, 9);
  },

  *'it is captured, sent, returned, and made on another thread'(drive) {
    const api = proxy(makeApi());
    assert.equal(
      yield* drive(
        go(function* () {
          return yield* wait(api.count(3));
        }).join(),
      ),
      3,
    );
    const channel = chan(1);
    yield* drive(channel.send({ deep: [api] }));
    const received = yield* drive(channel.recv());
    assert.equal(received.deep[0], api);
    assert.equal(yield* drive(wait(received.deep[0].count())), 4);

    const made = yield* drive(go(() => proxy({ makeTwo: () => 2, thread: threadId })).join());
    assert.equal(yield* drive(wait(made.makeTwo())), 2);
    const home = yield* drive(wait(made.thread));
    assert.equal(typeof home, 'number');
    assert.equal(
      yield* drive(
        go(function* (remote) {
          return yield* wait(remote.thread);
        }, made).join(),
      ),
      home,
    );
  },

  *'properties, instances, callbacks'(drive) {
    const api = proxy(makeApi());
    const told = go(function* () {
      const account = yield* wait(new api.Account(10));
      yield* wait(account.put(5));
      const seen = [];
      const callback = proxy((value) => {
        seen.push(value);
        return 10 * value;
      });
      return [
        yield* wait(api.nested.deeper.name),
        yield* wait(api.nested.deeper),
        yield* wait(account.balance),
        yield* wait(api.twice(callback)),
        seen,
      ];
    });
    assert.deepEqual(yield* drive(told.join()), ['nested', { name: 'nested' }, 15, 30, [1, 2]]);
  },

  *'arguments and results are what they would be over a channel'(drive) {
    const api = proxy(makeApi());
    const mutex = new Mutex();
    const told = go(function* () {
      const channel = chan(1);
      const back = yield* wait(api.send(channel, { mutex, list: [1] }));
      const value = yield* channel.recv();
      const bytes = new ArrayBuffer(16);
      const length = yield* wait(api.lengthOf(transfer(bytes)));
      return [back === channel, value, length, bytes.byteLength];
    });
    const [same, value, length, left] = yield* drive(told.join());
    assert.deepEqual([same, value.list, length, left], [true, [1], 16, 0]);
    assert.equal(value.mutex, mutex);
  },

  *'errors come to the caller, as they are'(drive) {
    const api = proxy(makeApi());
    const error = yield* failure(drive, wait(api.fail()));
    assert.ok(error instanceof RangeError);
    assert.deepEqual([error.message, error.code], ['as told', 'TOLD']);
    assert.equal(yield* failure(drive, wait(api.failLater())), 'a text');
    assert.equal((yield* failure(drive, wait(api.missing()))).name, 'TypeError');
    for (const uncopied of [() => api.uncopied(), () => api.count(Symbol('stays'))]) {
      const refused = yield* failure(drive, wait(uncopied()));
      assert.equal(refused.name, 'DataCloneError');
      assert.match(refused.message, /Symbol\(stays\)/);
    }
    assert.equal(yield* drive(wait(api.count())), 1);
  },

  *'calls of several at once, each answered'(drive) {
    const api = proxy(makeApi());
    const sum = new AtomicInt();
    const all = new WaitGroup();
    all.add(6);
    for (let member = 0; member < 6; member++) {
      go(function* () {
        for (let round = 0; round < 50; round++) {
          // Several on their way at one time.
          const calls = [api.later(1), api.count(), api.later(2)];
          const first = yield* select({ settled: wait(calls[0]), never: chan().recv() });
          sum.add(first.value.value + (yield* wait(calls[2])).value);
          yield* wait(calls[1]);
        }
        all.done();
      });
    }
    yield* drive(all.wait());
    assert.equal(sum.load(), 6 * 50 * 3);
    assert.equal(yield* drive(wait(api.calls)), 300);
  },

  *'a proxy of a proxy, and of what is none'(drive) {
    const api = proxy(makeApi());
    assert.equal(proxy(api), api);
    const sub = go(function* (remote) {
      return yield* wait(remote.deeper.name);
    }, proxy(api.nested));
    assert.equal(yield* drive(sub.join()), 'nested');
    for (const [wrong, got] of [
      [7, 'number'],
      [null, 'null'],
      [undefined, 'undefined'],
      ['text', 'string'],
    ]) {
      assert.throws(() => proxy(wrong), { name: 'TypeError', message: `proxy() takes an object or a function, got ${got}` });
    }
    const add = proxy((one, other) => one + other);
    assert.equal(yield* drive(wait(add(1, 2))), 3);
  },

  *'the object is let go of when nobody has a proxy any more'(drive) {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    const before = runtime.numGoroutine();
    const gone = [];
    for (let index = 0; index < 5; index++) gone.push(made(index));
    yield* drive(gosched());
    yield* until(drive, () => {
      collect();
      return gone.every((object) => object.deref() === undefined) && runtime.numGoroutine() <= before;
    });
  },
};

/** An object that only its proxy holds, and that was called. */
function made(index) {
  const object = { index, garbage: new Array(1000).fill(index), own: () => index };
  const remote = proxy(object);
  remote.own().then((value) => assert.equal(value, index));
  return new WeakRef(object);
}
