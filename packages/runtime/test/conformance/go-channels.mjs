/**
 * What Go's own tests ask of channels (`test/chan`, `test/ken`, `runtime/chan_test.go`) and the programs beside this file do not.
 * Each was written anew, by its meaning.
 */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, select, WaitGroup } from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

const CAPACITIES = [0, 1, 10, 100];

/** The error that driving an operation throws. */
function* failure(drive, operation) {
  try {
    yield* drive(operation);
  } catch (error) {
    return error;
  }
  assert.fail('the operation should have thrown');
}

/** Adds up what comes in order: what a receiver has of each sender must come in the order in which that one sent. */
function checker(senders) {
  const last = new Array(senders).fill(-1);
  return ([sender, value]) => {
    assert.ok(value > last[sender], `${value} of sender ${sender} came after ${last[sender]}`);
    last[sender] = value;
  };
}

function* sendAll(sender, count, channel, done) {
  for (let value = 0; value < count; value++) yield* channel.send([sender, value]);
  done.done();
}

function* receiveAll(senders, channel, received, done) {
  const check = checker(senders);
  yield* channel.forEach(function* (value) {
    check(value);
    received.add(1);
    if (value[1] % 16 === 0) yield* gosched();
  });
  done.done();
}

/** A link of a chain: when its predecessor is done it receives, and lets its successor go. */
function* inTurn(channel, index, before, after) {
  yield* before.recv();
  assert.equal(yield* channel.recv(), index);
  yield* after.send(true);
}

function* relay(from, to) {
  yield* from.forEach((value) => to.send(value));
  to.close();
}

/** Waits in so many nested generators. */
function* deep(levels, channel) {
  const own = new Array(16).fill(levels);
  const below = levels === 0 ? yield* channel.recv() : yield* deep(levels - 1, channel);
  return below + own[7];
}

/** Captures nothing: there are many of it. */
function* waitInLine(line, exit, entered, gone) {
  entered.add(1);
  yield* select({ line: line.recv(), exit: exit.recv() });
  gone.add(1);
}

/** How long many that wait in one line take to leave it, from the last to the first. */
function* leaveFromBehind(drive, count) {
  const line = chan();
  const gone = new AtomicInt();
  const exits = Array.from({ length: count }, () => chan(1));
  const entered = new AtomicInt();
  for (const exit of exits) go(waitInLine, line, exit, entered, gone);
  yield* until(drive, () => entered.load() === count);
  const start = performance.now();
  for (let index = count - 1; index >= 0; index--) exits[index].trySend(true);
  yield* until(drive, () => gone.load() === count);
  const took = performance.now() - start;
  assert.equal(line.trySend(1), false, 'somebody still stood in the line');
  return took;
}

export const goChannels = {
  // test/chan/fifo.go
  *'a buffer that was filled at once is emptied in order'(drive) {
    const channel = chan(1000);
    for (let value = 0; value < 1000; value++) yield* drive(channel.send(value));
    for (let value = 0; value < 1000; value++) assert.equal(yield* drive(channel.recv()), value);
  },

  *'a chain in which each receives when the one before has received'(drive) {
    const channel = chan();
    const first = chan();
    let before = first;
    for (let index = 0; index < 200; index++) {
      const after = chan(1);
      go(inTurn, channel, index, before, after);
      before = after;
    }
    yield* drive(first.send(true));
    for (let index = 0; index < 200; index++) yield* drive(channel.send(index));
    assert.equal(yield* drive(before.recv()), true);
  },

  // test/chan/nonblock.go
  *'values of every kind, without waiting: nobody there, somebody there, room in the buffer'(drive) {
    const values = [
      7,
      -0.5,
      Number.NaN,
      2n ** 70n,
      'text',
      'a text that fits into no cell',
      true,
      false,
      null,
      undefined,
      { deep: [1] },
    ];
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      const channel = chan();
      assert.equal((yield* drive(select({ got: channel.recv() }, { default: true }))).key, 'default');
      assert.deepEqual(channel.tryRecv(), [undefined, false]);
      assert.equal((yield* drive(select({ sent: channel.send(value) }, { default: true }))).key, 'default');
      assert.equal(channel.trySend(value), false);

      const receiver = go(function* () {
        return yield* channel.recv();
      });
      yield* untilParked(drive, receiver);
      assert.equal((yield* drive(select({ sent: channel.send(value) }, { default: true }))).key, 'sent');
      assert.deepEqual(yield* drive(receiver.join()), value);

      const sender = go(function* (which) {
        yield* channel.send(values[which]);
      }, index);
      yield* untilParked(drive, sender);
      const hit = yield* drive(select({ got: channel.recv() }, { default: true }));
      assert.deepEqual(hit, { key: 'got', value, ok: true });
      yield* drive(sender.join());

      const buffered = chan(1);
      assert.equal(buffered.trySend(value), true);
      assert.equal((yield* drive(select({ sent: buffered.send(value) }, { default: true }))).key, 'default');
      assert.deepEqual(buffered.tryRecv(), [value, true]);
      assert.equal((yield* drive(select({ sent: buffered.send(value) }, { default: true }))).key, 'sent');
      assert.deepEqual((yield* drive(select({ got: buffered.recv() }, { default: true }))).value, value);
      assert.deepEqual(buffered.tryRecv(), [undefined, false]);
    }
  },

  // test/chan/zerosize.go
  *'values that are nothing still count'(drive) {
    const channel = chan(5000);
    for (let index = 0; index < 5000; index++) assert.equal(channel.trySend(undefined), true);
    assert.equal(channel.trySend(undefined), false);
    assert.equal(channel.length, 5000);
    channel.close();
    let count = 0;
    while ((yield* drive(channel.recvOk()))[1]) count++;
    assert.equal(count, 5000);
  },

  // test/closedchan.go
  *'the table of what a closed channel does'(drive) {
    const closed = [
      ['unbuffered', () => chan(), []],
      ['buffered and empty', () => chan(2), []],
      ['buffered, with values', () => chan(2), ['left', 'over']],
    ];
    const receives = [
      ['recv', (channel) => channel.recvOk()],
      ['select', (channel) => select({ got: channel.recvOk() })],
      ['select of two', (channel) => select({ got: channel.recvOk(), never: chan().recvOk() })],
      ['select with default', (channel) => select({ got: channel.recvOk() }, { default: true })],
    ];
    const sends = [
      ['send', (channel) => channel.send(1)],
      ['select', (channel) => select({ sent: channel.send(1) })],
      ['select of two', (channel) => select({ sent: channel.send(1), never: chan().recv() })],
      ['select with default', (channel) => select({ sent: channel.send(1) }, { default: true })],
    ];
    for (const [what, make, contents] of closed) {
      const closedOne = () => {
        const channel = make();
        for (const value of contents) channel.trySend(value);
        channel.close();
        return channel;
      };
      for (const [how, receive] of receives) {
        const channel = closedOne();
        for (const value of [...contents, undefined, undefined]) {
          const outcome = yield* drive(receive(channel));
          const expected = [value, value !== undefined];
          assert.deepEqual(how === 'recv' ? outcome : outcome.value, expected, `${how} of one that is ${what}`);
        }
      }
      for (const [how, send] of sends) {
        const channel = closedOne();
        const error = yield* failure(drive, send(channel));
        assert.equal(
          `${error.name}: ${error.message}`,
          'ClosedChannelError: send on closed channel',
          `${how} on one that is ${what}`,
        );
        assert.throws(() => channel.trySend(1), { name: 'ClosedChannelError' });
        assert.throws(() => channel.close(), { name: 'ClosedChannelError' });
        assert.equal(channel.length, contents.length);
      }
    }
  },

  // test/ken/chan.go
  *'fans of senders and receivers, each sender in order'(drive) {
    for (const capacity of CAPACITIES) {
      for (const [senders, receivers] of [
        [1, 1],
        [4, 1],
        [1, 4],
        [4, 4],
        [10, 10],
      ]) {
        const channel = chan(capacity);
        const received = new AtomicInt();
        const [sent, ended] = [new WaitGroup(), new WaitGroup()];
        sent.add(senders);
        ended.add(receivers);
        for (let index = 0; index < receivers; index++) go(receiveAll, senders, channel, received, ended);
        for (let index = 0; index < senders; index++) go(sendAll, index, 100, channel, sent);
        yield* drive(sent.wait());
        channel.close();
        yield* drive(ended.wait());
        assert.equal(received.load(), 100 * senders, `${senders} to ${receivers}, capacity ${capacity}`);
      }
    }
  },

  *'fans in which both ends select among all channels'(drive) {
    for (const capacity of CAPACITIES) {
      const channels = Array.from({ length: 4 }, () => chan(capacity));
      const received = new AtomicInt();
      const stop = chan();
      const [sent, ended] = [new WaitGroup(), new WaitGroup()];
      sent.add(4);
      ended.add(4);
      for (let index = 0; index < 4; index++) {
        go(function* (self) {
          const [a, b, c, d] = channels;
          // Which of them brings it is left open, so the order holds for one channel only.
          for (let value = 0; value < 100; value++) {
            yield* select({
              a: a.send([self, value]),
              b: b.send([self, value]),
              c: c.send([self, value]),
              d: d.send([self, value]),
            });
          }
          sent.done();
        }, index);
        go(function* () {
          const [a, b, c, d] = channels;
          const checks = { a: checker(4), b: checker(4), c: checker(4), d: checker(4) };
          for (;;) {
            const hit = yield* select({ a: a.recv(), b: b.recv(), c: c.recv(), d: d.recv(), stop: stop.recv() });
            if (hit.key === 'stop') break;
            checks[hit.key](hit.value);
            received.add(1);
          }
          ended.done();
        });
      }
      yield* drive(sent.wait());
      yield* until(drive, () => received.load() === 400);
      stop.close();
      yield* drive(ended.wait());
      for (const channel of channels) assert.equal(channel.length, 0);
    }
  },

  *'a row of relays keeps the order'(drive) {
    for (const capacity of CAPACITIES) {
      const first = chan(capacity);
      let last = first;
      for (let index = 0; index < 20; index++) {
        const next = chan(capacity);
        go(relay, last, next);
        last = next;
      }
      go(function* () {
        for (let value = 0; value < 200; value++) yield* first.send(value);
        first.close();
      });
      for (let value = 0; value < 200; value++) assert.equal(yield* drive(last.recv()), value);
      assert.deepEqual(yield* drive(last.recvOk()), [undefined, false]);
    }
  },

  // runtime/chan_test.go: TestShrinkStackDuringBlockedSend, TestSelectStackAdjust
  *'who waits deep inside of generators goes on there'(drive) {
    const channel = chan();
    const waiting = yield* parkedInOrder(drive, 10, () => go(deep, 200, channel));
    // What the collector would move or take meanwhile.
    let garbage = [];
    for (let round = 0; round < 50; round++) {
      garbage = Array.from({ length: 10_000 }, (_, index) => ({ index, garbage: index % 2 === 0 ? null : garbage[index] }));
      yield* drive(gosched());
    }
    for (let index = 0; index < 10; index++) yield* drive(channel.send(index));
    const sum = (200 * 201) / 2;
    for (const [index, handle] of waiting.entries()) assert.equal(yield* drive(handle.join()), sum + index);
  },

  // test/chanlinear.go
  *'leaving a long line from its end takes no look at the others'(drive) {
    // Ten times as many would take a hundred times as long. One quiet moment is enough to show that they do not.
    const ratios = [];
    do {
      const few = yield* leaveFromBehind(drive, 1000);
      const many = yield* leaveFromBehind(drive, 10_000);
      ratios.push(many / few);
    } while (Math.min(...ratios) > 30 && ratios.length < 5);
    assert.ok(Math.min(...ratios) <= 30, `ten times as many took ${ratios} times as long`);
  },

  // test/chan/sieve2.go, by a mutex and a map in place of its heap
  *'primes, each crossing its multiples out'(drive) {
    const found = chan();
    go(function* () {
      const next = new Map();
      for (let number = 2; ; number++) {
        const step = next.get(number);
        next.delete(number);
        if (step === undefined) yield* found.send(number);
        const prime = step ?? number;
        let multiple = step === undefined ? number * number : number + prime;
        while (next.has(multiple)) multiple += prime;
        next.set(multiple, prime);
      }
    });
    const primes = [];
    for (let index = 0; index < 500; index++) primes.push(yield* drive(found.recv()));
    assert.equal(primes.at(-1), 3571);
    assert.deepEqual(primes.slice(0, 8), [2, 3, 5, 7, 11, 13, 17, 19]);
  },

  // runtime/chan_test.go: TestChan, "close wakes all", of every kind at once
  *'a close wakes senders, receivers and selects, each once'(drive) {
    for (const capacity of [0, 3]) {
      const [full, empty] = [chan(capacity), chan(capacity)];
      for (let index = 0; index < capacity; index++) full.trySend(index);
      const woken = yield* parkedInOrder(drive, 24, (index) =>
        go(function* (how) {
          try {
            if (how === 0) yield* full.send(1);
            else if (how === 1) yield* select({ sent: full.send(1), got: empty.recv() });
            else if (how === 2) return (yield* empty.recvOk())[1];
            else return (yield* select({ got: empty.recv(), locked: chan().recv() })).ok;
          } catch (error) {
            return error.name;
          }
        }, index % 4),
      );
      full.close();
      empty.close();
      for (const [index, handle] of woken.entries()) {
        assert.equal(yield* drive(handle.join()), index % 4 < 2 ? 'ClosedChannelError' : false);
      }
      assert.equal(full.length, capacity);
    }
  },
};
