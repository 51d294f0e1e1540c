/** Programs that use everything wrongly: what is said, and that nothing stays behind. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, Mutex, runtime, select, sleep, WaitGroup, wait } from 'goroutines';

const fine = () => undefined;
const channel = chan(1);
const closed = chan(1);
closed.close();
const mutex = new Mutex();
const group = new WaitGroup();

/** What is done, the error's name, and its message. */
const misuses = [
  [() => go(), 'TypeError', 'go takes a function, got undefined'],
  [() => go(null), 'TypeError', 'go takes a function, got null'],
  [() => go('text'), 'TypeError', 'go takes a function, got string'],
  [() => go((function* () {})()), 'TypeError', 'go takes a function, got object: pass the generator function itself, without calling it'],
  [() => go.local(7), 'TypeError', 'go.local takes a function, got number'],
  [() => go.with({}, {}), 'TypeError', 'go.with takes a function, got object'],
  [() => go.with(null, fine), 'TypeError', 'go.with takes options first, got null'],
  [() => go.with({ title: 'x' }, fine), 'TypeError', "go.with: unknown option 'title'; known are name, signal"],
  [() => go.with({ name: 7 }, fine), 'TypeError', 'go.with: name must be a string, got number'],
  [() => go.with({ signal: {} }, fine), 'TypeError', 'go.with: signal must be an AbortSignal, as of an AbortController'],
  [() => go(fine, { list: [1, { symbol: Symbol('s') }] }), 'DataCloneError', /^cannot pass to go: .*list\[1\]\.symbol/],
  [() => go(fine, 1, 'more than a cell', { map: new WeakMap() }), 'DataCloneError', /^cannot pass to go: .*map/],
  [() => channel.trySend({ deep: { symbol: Symbol('s') } }), 'DataCloneError', /^cannot send on a channel: value\.deep\.symbol/],
  [() => chan(-1), 'RangeError', 'chan capacity must be a whole number of at least 0, got -1'],
  [() => chan(1.5), 'RangeError', 'chan capacity must be a whole number of at least 0, got 1.5'],
  [() => chan(Number.NaN), 'RangeError', 'chan capacity must be a whole number of at least 0, got NaN'],
  [() => chan('3'), 'RangeError', 'chan capacity must be a whole number of at least 0, got 3'],
  [() => chan(2 ** 40), 'ArenaExhaustedError', /^no room for 8,796,093,022,\d+ bytes: /],
  [() => closed.trySend({ a: 'value that is dropped' }), 'ClosedChannelError', 'send on closed channel'],
  [() => closed.close(), 'ClosedChannelError', 'close of closed channel'],
  [() => mutex.unlock(), 'SyncError', 'unlock of unlocked mutex'],
  [() => group.done(), 'SyncError', /^negative WaitGroup counter: 0 \+ -1; /],
  [() => group.add(-3), 'SyncError', /^negative WaitGroup counter: 0 \+ -3; /],
  [() => group.add(0.5), 'RangeError', 'WaitGroup.add takes a whole number, got 0.5'],
  [() => new AtomicInt(0.5), 'RangeError', 'AtomicInt holds whole numbers from -2147483648 to 2147483647, got 0.5'],
  [() => sleep('soon'), 'RangeError', 'sleep takes milliseconds as a number, got soon'],
  [() => sleep(Number.NaN), 'RangeError', 'sleep takes milliseconds as a number, got NaN'],
  [() => wait(5), 'TypeError', 'wait takes a promise, got number'],
  [() => wait(null), 'TypeError', 'wait takes a promise, got null'],
  [() => select({ first: 5 }), 'TypeError', /^select: case 'first' is not an operation/],
  [() => runtime.on('other', fine), 'TypeError', "runtime.on: unknown event 'other'; known is uncaught"],
];

const driven = [
  [() => closed.send({ a: 'value that is dropped' }), 'ClosedChannelError', 'send on closed channel'],
  [() => select({ send: closed.send({ a: 'value' }), other: channel.send(Symbol('s')) }), 'DataCloneError', /^cannot send on a channel: /],
  [() => channel.send({ deep: [Symbol('s')] }), 'DataCloneError', /^cannot send on a channel: value\.deep\[0\]/],
];

function check(error, name, message, what) {
  assert.equal(error?.name, name, what);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
}

export const misuse = {
  *'what is wrong throws at the call, says what, and leaves nothing in shared memory'() {
    for (const [act, name, message] of misuses) {
      // Twice: the first may load a function or take a waiter that is kept.
      for (const attempt of ['first', 'second']) {
        const before = runtime.stats();
        let error;
        try {
          act();
        } catch (thrown) {
          error = thrown;
        }
        check(error, name, message, String(act));
        if (attempt === 'first') continue;
        const now = runtime.stats();
        assert.deepEqual(now.memory, before.memory, String(act));
        assert.equal(now.goroutines, before.goroutines, String(act));
      }
    }
  },

  *'so do operations when they are driven'(drive) {
    for (const [make, name, message] of driven) {
      for (const attempt of ['first', 'second']) {
        const before = runtime.stats().memory;
        let error;
        try {
          yield* drive(make());
        } catch (thrown) {
          error = thrown;
        }
        check(error, name, message, String(make));
        if (attempt === 'second') assert.deepEqual(runtime.stats().memory, before, String(make));
      }
    }
    assert.equal(channel.length, 0);
  },

  *'what was used wrongly can be used rightly'(drive) {
    yield* drive(channel.send('value'));
    assert.equal(yield* drive(channel.recv()), 'value');
    const guard = yield* drive(mutex.lock());
    guard.unlock();
    group.add();
    group.done();
    yield* drive(group.wait());
    assert.equal(yield* drive(go((value) => value, 'runs').join()), 'runs');
  },
};
