/** Programs about `select`: what the Go specification says of it, and the errors that its implementations have had. */
import assert from 'node:assert/strict';
import { AtomicInt, after, chan, go, gosched, Mutex, select, sleep, WaitGroup, wait } from 'goroutines';
import { failureOf, parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

/** A channel with values, closed. */
function filled(...values) {
  const channel = chan(values.length);
  for (const value of values) channel.trySend(value);
  channel.close();
  return channel;
}

/** Each of these is started as a goroutine, and waits for ever or does not wait at all. */
const waits = [
  ['no case', () => select({})],
  ['only null cases', () => select({ receive: null, send: null })],
  ['a receive from an empty channel', () => select({ receive: chan().recv() })],
  ['a receive from an empty buffered channel', () => select({ receive: chan(1).recv() })],
  ['a send on an unbuffered channel', () => select({ send: chan().send(7) })],
  ['a send on a full channel', () => select({ send: full().send(7) })],
  ['a null case and one that is not ready', () => select({ nothing: null, receive: chan().recv() })],
  ['both ends of one channel', () => itself(chan())],
];
const never = [
  ['default alone', 'default', () => select({}, { default: true })],
  ['default and null cases', 'default', () => select({ receive: null, send: null }, { default: true })],
  ['default and a receive that is not ready', 'default', () => select({ receive: chan().recv() }, { default: true })],
  ['default and a send that is not ready', 'default', () => select({ send: chan().send(7) }, { default: true })],
  ['default and both ends of one channel', 'default', () => itself(chan(), { default: true })],
  ['default and a send into a free buffer', 'send', () => select({ send: chan(1).send(7) }, { default: true })],
  ['default and a receive from a full buffer', 'receive', () => select({ receive: full().recv() }, { default: true })],
  ['default and a receive from a closed channel', 'receive', () => select({ receive: filled().recv() }, { default: true })],
  ['a send into a free buffer', 'send', () => select({ send: chan(1).send(7) })],
  ['a receive from a full buffer', 'receive', () => select({ receive: full().recv() })],
  ['a receive from a closed channel', 'receive', () => select({ receive: filled().recv() })],
  ['a receive with its flag from a closed channel', 'receive', () => select({ receive: filled().recvOk() })],
  ['a null case and one that is ready', 'receive', () => select({ nothing: null, receive: full().recv() })],
];

function full() {
  const channel = chan(1);
  channel.trySend('buffered');
  return channel;
}

function itself(channel, options) {
  return select({ send: channel.send(1), receive: channel.recv() }, options);
}

export const selects = {
  *'a goroutine is a case: its end, in as many selects as one likes'(drive) {
    const gate = chan();
    const running = go(function* () {
      return yield* gate.recv();
    });
    assert.equal((yield* drive(select({ ended: running, late: after(1) }))).key, 'late');
    assert.equal((yield* drive(select({ ended: running }, { default: true }))).key, 'default');
    const waiting = go(function* () {
      return yield* select({ never: chan().recv(), ended: running });
    });
    yield* untilParked(drive, waiting);
    yield* drive(gate.send('result'));
    assert.deepEqual(yield* drive(waiting.join()), { key: 'ended', value: 'result' });
    assert.deepEqual(yield* drive(select({ ended: running })), { key: 'ended', value: 'result' });
    const failing = go(() => {
      throw new RangeError('on purpose');
    });
    const error = yield* failureOf(drive, { join: () => select({ ended: failing }) });
    assert.match(error.message, /on purpose/);
  },
  *'the table of what waits'(drive) {
    for (let row = 0; row < waits.length; row++) {
      const handle = go(function* (index) {
        return (yield* waits[index][1]()).key;
      }, row);
      yield* until(drive, () => handle.status !== 'runnable' && handle.status !== 'running');
      assert.equal(handle.status, 'waiting', waits[row][0]);
    }
  },

  *'the table of what does not wait'(drive) {
    for (const [what, key, start] of never) assert.equal((yield* drive(start())).key, key, what);
  },

  *'gives the key, the value and for a receive whether it was sent'(drive) {
    const values = filled('a');
    assert.deepEqual(yield* drive(select({ got: values.recv() })), { key: 'got', value: 'a', ok: true });
    assert.deepEqual(yield* drive(select({ got: values.recv() })), { key: 'got', value: undefined, ok: false });
    assert.deepEqual(yield* drive(select({ got: filled('b').recvOk() })), { key: 'got', value: ['b', true], ok: true });
    assert.deepEqual(yield* drive(select({ sent: chan(1).send(1) })), { key: 'sent', value: undefined });
    assert.deepEqual(yield* drive(select({ late: after(0) })), { key: 'late', value: undefined });
    assert.deepEqual(yield* drive(select({ never: chan().recv() }, { default: true })), { key: 'default', value: undefined });
  },

  *'a case that is ready is chosen as often as the others'(drive) {
    const closed = filled();
    const buffer = chan(1);
    const hits = { receive: 0, again: 0, flagged: 0, send: 0 };
    for (let round = 0; round < 10_000; round++) {
      const cases = { receive: closed.recv(), again: closed.recv(), flagged: closed.recvOk(), send: buffer.send(round) };
      const hit = yield* drive(select({ never: chan().recv(), ...cases, nothing: null }));
      hits[hit.key]++;
      if (hit.key === 'send') assert.deepEqual(buffer.tryRecv(), [round, true]);
    }
    for (const [key, count] of Object.entries(hits)) assert.ok(count > 2250 && count < 2750, `${key} was chosen ${count} times`);
  },

  *'a receiver that waits gets values of both cases of a sender'(drive) {
    for (const capacity of [0, 100]) {
      const channel = chan(capacity);
      const ones = go(function* () {
        let sum = 0;
        for (let index = 0; index < 100; index++) {
          yield* gosched();
          sum += yield* channel.recv();
        }
        return sum;
      });
      for (let index = 0; index < 100; index++) yield* drive(select({ one: channel.send(1), zero: channel.send(0) }));
      const sum = yield* drive(ones.join());
      assert.ok(sum > 10 && sum < 90, `${sum} of 100`);
    }
  },

  *'a waiting select is served by whoever comes first, and only once'(drive) {
    for (const served of ['left', 'right']) {
      const channels = { left: chan(), right: chan() };
      const selecting = go(function* () {
        return yield* select({ left: channels.left.recv(), right: channels.right.recv() });
      });
      yield* untilParked(drive, selecting);
      yield* drive(channels[served].send('here'));
      assert.deepEqual(yield* drive(selecting.join()), { key: served, value: 'here', ok: true });
      assert.equal(channels.left.trySend(1), false);
      assert.equal(channels.right.trySend(1), false);
    }
  },

  *'a waiting select sends on the channel that is received from first'(drive) {
    const left = chan();
    const right = chan();
    const selecting = go(function* () {
      return (yield* select({ left: left.send({ from: 'left' }), right: right.send({ from: 'right' }) })).key;
    });
    yield* untilParked(drive, selecting);
    assert.deepEqual(yield* drive(right.recv()), { from: 'right' });
    assert.equal(yield* drive(selecting.join()), 'right');
    assert.deepEqual(left.tryRecv(), [undefined, false]);
  },

  *'close wakes a waiting select: the receive is ready, the send throws'(drive) {
    const left = chan();
    const right = chan();
    const receiving = go(function* () {
      return yield* select({ left: left.recv(), right: right.recv() });
    });
    const sending = go(function* () {
      try {
        yield* select({ left: left.send(1), right: right.send(2) });
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    });
    // One waits to receive and the other to send on the same channels: they meet.
    const met = yield* drive(receiving.join());
    assert.equal(met.ok, true);
    assert.equal(yield* drive(sending.join()), undefined);

    const again = go(function* () {
      return yield* select({ left: left.recv(), right: right.recv() });
    });
    yield* untilParked(drive, again);
    right.close();
    assert.deepEqual(yield* drive(again.join()), { key: 'right', value: undefined, ok: false });

    const failing = go(function* () {
      try {
        yield* select({ left: left.send(1), other: chan().send(2) });
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    });
    yield* untilParked(drive, failing);
    left.close();
    assert.equal(yield* drive(failing.join()), 'ClosedChannelError: send on closed channel');
  },

  *'a send on a closed channel throws when its case is the hit'(drive) {
    const closed = filled();
    for (const options of [{}, { default: true }]) {
      let error;
      try {
        yield* drive(select({ send: closed.send(1), nothing: null }, options));
      } catch (thrown) {
        error = thrown;
      }
      assert.equal(error?.name, 'ClosedChannelError');
      assert.equal(error.message, 'send on closed channel');
    }
  },

  *'the same channel may stand in several cases'(drive) {
    const twice = chan();
    const other = chan();
    const done = chan();
    const first = go(function* () {
      const hit = yield* select({ one: twice.recv(), two: twice.recv(), other: other.recv() });
      yield* done.send(hit.key);
    });
    yield* untilParked(drive, first);
    const second = go(function* () {
      return yield* twice.recv();
    });
    yield* untilParked(drive, second);
    yield* drive(other.send(7));
    assert.equal(yield* drive(done.recv()), 'other');
    yield* drive(twice.send(8));
    assert.equal(yield* drive(second.join()), 8);
  },

  *'a case that lost leaves the queue in order'(drive) {
    const busy = chan();
    const quick = chan();
    const ended = chan();
    const before = go(function* () {
      return yield* busy.recv();
    });
    yield* untilParked(drive, before);
    const selecting = go(function* () {
      const hit = yield* select({ busy: busy.recv(), quick: quick.recv() });
      yield* ended.send(hit.key);
      return yield* busy.recv();
    });
    yield* untilParked(drive, selecting);
    const behind = go(function* () {
      return yield* busy.recv();
    });
    yield* untilParked(drive, behind);
    yield* drive(quick.send(true));
    assert.equal(yield* drive(ended.recv()), 'quick');
    yield* drive(busy.send('before'));
    yield* drive(busy.send('behind'));
    yield* drive(busy.send('selecting'));
    assert.deepEqual(
      [yield* drive(before.join()), yield* drive(behind.join()), yield* drive(selecting.join())],
      ['before', 'behind', 'selecting'],
    );
  },

  *'senders and receivers meet whether they select or not'(drive) {
    for (let sender = 0; sender < 3; sender++) {
      for (let receiver = 0; receiver < 3; receiver++) {
        const channel = chan();
        const received = go(function* () {
          if (receiver === 0) return yield* channel.recv();
          if (receiver === 1) return (yield* select({ one: channel.recv() })).value;
          return (yield* select({ one: channel.recv(), other: chan().recv() })).value;
        });
        yield* drive(gosched());
        if (sender === 0) yield* drive(channel.send('value'));
        else if (sender === 1) yield* drive(select({ one: channel.send('value') }));
        else yield* drive(select({ one: channel.send('value'), other: chan().send('value') }));
        assert.equal(yield* drive(received.join()), 'value');
      }
    }
  },

  *'two goroutines that select on both ends of one channel never receive from themselves'(drive) {
    for (const capacity of [0, 10]) {
      const channel = chan(capacity);
      const ended = chan(2);
      for (let member = 0; member < 2; member++) {
        go(function* (self) {
          for (let round = 0; round < 1000; round++) {
            const cases =
              self === 0 || round % 2 === 0
                ? { send: channel.send(self), receive: channel.recv() }
                : { receive: channel.recv(), send: channel.send(self) };
            const hit = yield* select(cases);
            assert.ok(capacity > 0 || hit.key === 'send' || hit.value !== self, 'received from itself');
          }
          yield* ended.send(self);
        }, member);
      }
      assert.equal((yield* drive(ended.recv())) + (yield* drive(ended.recv())), 1);
    }
  },

  *'no value is sent by two cases'(drive) {
    const inputs = [chan(), chan(), chan(), chan()];
    const merged = chan();
    go(function* () {
      for (let value = 0; value < 5000; value++) {
        yield* select({
          first: inputs[0].send(value),
          second: inputs[1].send(value),
          third: inputs[2].send(value),
          fourth: inputs[3].send(value),
        });
      }
      for (const input of inputs) input.close();
    });
    const group = new WaitGroup();
    group.add(4);
    for (let index = 0; index < 4; index++) {
      go(function* (input) {
        yield* input.forEach((value) => merged.send(value));
        group.done();
      }, inputs[index]);
    }
    go(function* () {
      yield* group.wait();
      merged.close();
    });
    const seen = new Set();
    for (let [value, ok] = yield* drive(merged.recvOk()); ok; [value, ok] = yield* drive(merged.recvOk())) {
      assert.ok(!seen.has(value), `${value} came twice`);
      seen.add(value);
    }
    assert.equal(seen.size, 5000);
  },

  *'sends, receives and selects over four channels'(drive) {
    const rounds = 2000;
    const channels = [chan(), chan(), chan(2), chan(3)];
    const names = ['a', 'b', 'c', 'd'];
    const group = new WaitGroup();
    group.add(10);
    for (let index = 0; index < 4; index++) {
      go(function* (channel) {
        for (let round = 0; round < rounds; round++) yield* channel.send(1);
        group.done();
      }, channels[index]);
      go(function* (channel) {
        for (let round = 0; round < rounds; round++) assert.equal(yield* channel.recv(), 1);
        group.done();
      }, channels[index]);
    }
    for (const sends of [true, false]) {
      go(function* (sending) {
        const left = [rounds, rounds, rounds, rounds];
        for (let round = 0; round < 4 * rounds; round++) {
          const cases = {};
          for (let index = 0; index < 4; index++) {
            cases[names[index]] = left[index] === 0 ? null : sending ? channels[index].send(1) : channels[index].recv();
          }
          left[names.indexOf((yield* select(cases)).key)]--;
        }
        assert.deepEqual(left, [0, 0, 0, 0]);
        group.done();
      }, sends);
    }
    yield* drive(group.wait());
    for (const channel of channels) assert.equal(channel.length, 0);
  },

  *'selects that lock the same channels in different order do not stop each other'(drive) {
    const channels = Array.from({ length: 16 }, () => chan(1));
    const group = new WaitGroup();
    group.add(8);
    for (let member = 0; member < 8; member++) {
      go(function* (self) {
        const order = self % 2 === 0 ? channels : [...channels].reverse();
        for (let round = 0; round < 300; round++) {
          const cases = {};
          for (const [index, channel] of order.entries()) {
            cases[`${index}`] = (index + round) % 2 === 0 ? channel.send(round) : channel.recv();
          }
          yield* select(cases, { default: true });
        }
        group.done();
      }, member);
    }
    yield* drive(group.wait());
  },

  *'default is never taken while one of the channels is ready at every moment'(drive) {
    const result = chan(1);
    for (let round = 0; round < 2000; round++) {
      const first = chan(1);
      const second = chan(round % 2);
      yield* drive(first.send(1));
      go(
        function* (one, two, answer) {
          yield* answer.send((yield* select({ one: one.recv(), two: two.recv() }, { default: true })).key);
        },
        first,
        second,
        result,
      );
      if (round % 2 === 1) yield* drive(second.send(1));
      else second.close();
      first.tryRecv();
      assert.notEqual(yield* drive(result.recv()), 'default', `round ${round}`);
    }
  },

  *'default is never taken while a value moves between two channels and is always in one of them'(drive) {
    const left = chan(1);
    const right = chan(1);
    const ended = new AtomicInt();
    left.trySend(1);
    const moving = go(function* () {
      for (let move = 1; ended.load() === 0; move++) {
        right.trySend(1);
        left.tryRecv();
        left.trySend(1);
        right.tryRecv();
        if (move % 50 === 0) yield* gosched();
      }
    });
    for (let round = 0; round < 10_000; round++) {
      const { key } = yield* drive(select({ left: left.recv(), right: right.recv() }, { default: true }));
      assert.notEqual(key, 'default', `round ${round}`);
      (key === 'left' ? left : right).trySend(1);
      if (round % 50 === 0) yield* drive(gosched());
    }
    ended.store(1);
    yield* drive(moving.join());
  },

  *'a timer, a promise, a lock, a group and a join may be cases'(drive) {
    assert.equal((yield* drive(select({ late: after(1), never: chan().recv() }))).key, 'late');
    assert.equal((yield* drive(select({ settled: wait(Promise.resolve(5)), never: chan().recv() }))).value, 5);
    const rejected = yield* drive(
      select({ never: chan().recv(), caught: wait(Promise.reject(new Error('no')).catch((error) => error.message)) }),
    );
    assert.deepEqual(rejected, { key: 'caught', value: 'no' });

    const mutex = new Mutex();
    const { key, value: guard } = yield* drive(select({ lock: mutex.lock(), never: chan().recv() }));
    assert.equal(key, 'lock');
    assert.equal(mutex.tryLock(), false);
    assert.equal((yield* drive(select({ lock: mutex.lock(), late: after(1) }))).key, 'late');
    guard.unlock();
    assert.equal(mutex.tryLock(), true);
    mutex.unlock();

    const group = new WaitGroup();
    group.add();
    const ended = go(() => {
      group.done();
      return 'ended';
    });
    assert.equal((yield* drive(select({ group: group.wait(), never: chan().recv() }))).key, 'group');
    assert.deepEqual(yield* drive(select({ join: ended.join(), never: chan().recv() })), { key: 'join', value: 'ended' });
  },

  *'a promise that rejects throws when its case is the hit'(drive) {
    let error;
    try {
      yield* drive(select({ settled: wait(Promise.reject(new RangeError('rejected'))), never: chan().recv() }));
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, 'rejected');
  },

  *'a lock that a waiting select did not get is free for others, and one that it got is its own'(drive) {
    const mutex = new Mutex();
    const quit = chan();
    yield* drive(mutex.lock());
    const leaving = go(function* () {
      return (yield* select({ lock: mutex.lock(), quit: quit.recv() })).key;
    });
    yield* untilParked(drive, leaving);
    yield* drive(quit.send(1));
    assert.equal(yield* drive(leaving.join()), 'quit');
    mutex.unlock();
    assert.equal(mutex.isLocked(), false);

    yield* drive(mutex.lock());
    const getting = go(function* () {
      return (yield* select({ lock: mutex.lock(), quit: quit.recv() })).key;
    });
    yield* untilParked(drive, getting);
    mutex.unlock();
    assert.equal(yield* drive(getting.join()), 'lock');
    assert.equal(mutex.isLocked(), true);
    assert.equal(quit.trySend(1), false);
  },

  *'many selects wait for one close'(drive) {
    const stop = chan();
    const counted = new AtomicInt();
    const handles = yield* parkedInOrder(drive, 50, () =>
      go(function* () {
        const hit = yield* select({ stop: stop.recv(), never: chan().recv(), late: after(600_000) });
        if (hit.key === 'stop' && hit.ok === false) counted.add(1);
      }),
    );
    stop.close();
    for (const handle of handles) yield* drive(handle.join());
    assert.equal(counted.load(), 50);
  },

  *'an operation is driven by one select only'(drive) {
    const channel = filled(1, 2, 3);
    const receive = channel.recv();
    yield* drive(select({ receive }));
    for (const again of [() => select({ receive }), () => receive, () => select({ receive }, { default: true })]) {
      let error;
      try {
        yield* drive(again());
      } catch (thrown) {
        error = thrown;
      }
      assert.equal(error?.name, 'RuntimeStateError');
      assert.match(error.message, /^this operation \(chan receive\) was driven before/);
    }
    const chosen = select({ receive: channel.recv() });
    yield* drive(chosen);
    let error;
    try {
      yield* drive(chosen);
    } catch (thrown) {
      error = thrown;
    }
    assert.match(error.message, /^this operation \(select\) was driven before/);
    assert.equal(yield* drive(channel.recv()), 3);
  },

  *'a value that cannot be copied throws, and no case is carried out'(drive) {
    const channel = filled(1);
    let error;
    try {
      yield* drive(select({ receive: channel.recv(), send: chan(1).send({ deep: [Symbol('no copy')] }) }));
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error?.name, 'DataCloneError');
    assert.match(error.message, /value\.deep\[0\]/);
    assert.deepEqual(channel.tryRecv(), [1, true]);
  },

  *'what is no operation is refused by name'() {
    assert.throws(() => select(null), { name: 'TypeError', message: 'select takes an object of operations, got null' });
    assert.throws(() => select(7), { name: 'TypeError', message: 'select takes an object of operations, got number' });
    assert.throws(() => select({ promise: Promise.resolve() }), {
      name: 'TypeError',
      message: /^select: case 'promise' is not an operation/,
    });
    assert.throws(() => select({ channel: chan() }), {
      name: 'TypeError',
      message: /^select: case 'channel' is not an operation/,
    });
    assert.throws(() => select({ turn: gosched() }), { name: 'TypeError', message: /^select: case 'turn' is not an operation/ });
  },

  *'the others run while a select sleeps'(drive) {
    const ticks = new AtomicInt();
    const ticking = go(function* () {
      for (;;) {
        ticks.add(1);
        yield* sleep(0);
      }
    });
    const hit = yield* drive(select({ never: chan().recv(), late: after(5) }));
    assert.equal(hit.key, 'late');
    const seen = ticks.load();
    yield* until(drive, () => ticks.load() > seen);
    ticking.cancel?.();
  },
};
