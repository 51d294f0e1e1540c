/**
 * What Go's own tests ask of select (`test/chan/select*.go`, `runtime/chan_test.go`) and `selects.mjs` does not. Each was written
 * anew, by its meaning.
 */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, Mutex, runtime, select, WaitGroup } from 'goroutines';
import { parkedInOrder, untilParked } from '../helpers/conditions.mjs';

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

/** A goroutine that loses a select again and again leaves nothing behind. */
function* losing(rounds, never, often) {
  for (let round = 0; round < rounds; round++) {
    const hit = yield* select({ never: never.recv(), often: often.recv() });
    assert.equal(hit.key, 'often');
  }
}

function bytesInUse() {
  const { waiters = 0, channels = 0, values = 0 } = runtime.stats().memory;
  return waiters + channels + values;
}

export const goSelects = {
  // test/chan/select.go
  *'a case is switched off by null, and its value is evaluated all the same'(drive) {
    const evaluated = [];
    const value = (bit) => {
      evaluated.push(bit);
      return bit;
    };
    const off = (bit) => {
      value(bit);
      return null;
    };
    function* sendBoth(one, other) {
      let count = 0;
      for (;;) {
        const bit = 1 << evaluated.length;
        const cases = {
          one: one === null ? off(bit) : one.send(value(bit)),
          other: other === null ? off(bit) : other.send(value(bit)),
        };
        const hit = yield* drive(select(cases, { default: true }));
        if (hit.key === 'default') return count;
        if (hit.key === 'one') one = null;
        else other = null;
        count++;
      }
    }
    const [one, other] = [chan(1), chan(1)];
    assert.equal(yield* sendBoth(one, other), 2);
    const sum = (yield* drive(one.recv())) + (yield* drive(other.recv()));
    assert.equal(sum, 1 + 4, 'the values of the first and of the second round');
    assert.equal(yield* sendBoth(one, null), 1);
    assert.equal(yield* sendBoth(null, null), 0);
    assert.equal(evaluated.length, 2 * (3 + 2 + 1));
  },

  // test/chan/select5.go
  *'a case that was not chosen has had no effect, and can be driven no more'(drive) {
    for (let round = 0; round < 200; round++) {
      const [source, sink, other] = [chan(1), chan(1), chan(1)];
      source.trySend('kept');
      const cases = { received: source.recv(), sent: sink.send('new'), elsewhere: other.send('new') };
      const { key } = yield* drive(select(cases));
      assert.deepEqual(
        [source.length, sink.length, other.length],
        [key === 'received' ? 0 : 1, key === 'sent' ? 1 : 0, key === 'elsewhere' ? 1 : 0],
      );
      for (const operation of Object.values(cases)) {
        assert.equal((yield* failure(drive, operation)).name, 'RuntimeStateError');
      }
    }
  },

  // test/chan/doubleselect.go, where who selects is this program itself
  *'of the cases that are ready for a value one takes it'(drive) {
    const inputs = Array.from({ length: 4 }, () => chan());
    const seen = new Int32Array(new SharedArrayBuffer(4 * 2000));
    const all = new WaitGroup();
    for (const input of inputs) {
      all.go(function* () {
        yield* input.forEach((value) => {
          Atomics.add(seen, value, 1);
        });
      });
    }
    const [a, b, c, d] = inputs;
    for (let value = 0; value < 2000; value++) {
      yield* drive(select({ a: a.send(value), b: b.send(value), c: c.send(value), d: d.send(value) }));
    }
    for (const input of inputs) input.close();
    yield* drive(all.wait());
    assert.equal(
      seen.findIndex((times) => times !== 1),
      -1,
      'a value that did not come once',
    );
  },

  // test/chan/select6.go
  *'a select that stood last in a line and lost keeps nobody behind it waiting'(drive) {
    const [line, elsewhere] = [chan(), chan()];
    const receives = () =>
      go(function* () {
        return yield* line.recv();
      });
    const before = yield* parkedInOrder(drive, 2, receives);
    const loser = go(function* () {
      return (yield* select({ line: line.recv(), elsewhere: elsewhere.recv() })).key;
    });
    yield* untilParked(drive, loser);
    yield* drive(elsewhere.send(true));
    assert.equal(yield* drive(loser.join()), 'elsewhere');
    const behind = yield* parkedInOrder(drive, 2, receives);
    for (let value = 0; value < 4; value++) yield* drive(line.send(value));
    for (const [index, handle] of [...before, ...behind].entries()) assert.equal(yield* drive(handle.join()), index);
    assert.equal(line.trySend(4), false);
  },

  // runtime/chan_test.go: TestSelectFairness
  *'among cases that others keep ready, each has its turn'(drive) {
    const [one, other, out, stop] = [chan(128), chan(128), chan(), chan()];
    for (const channel of [one, other]) {
      go(function* () {
        for (;;) if ((yield* select({ sent: channel.send(channel.length), stop: stop.recv() })).key === 'stop') return;
      });
    }
    go(function* () {
      for (;;) {
        const hit = yield* select({ one: one.recv(), other: other.recv(), stop: stop.recv() });
        if (hit.key === 'stop') return;
        if ((yield* select({ out: out.send(hit.key), stop: stop.recv() })).key === 'stop') return;
      }
    });
    const counts = { one: 0, other: 0 };
    for (let round = 0; round < 10_000; round++) counts[yield* drive(out.recv())]++;
    stop.close();
    // No share is asked for here (`selects.mjs` does): who fills a channel may stand on a thread that has its turn every 5 ms.
    for (const [key, count] of Object.entries(counts)) assert.ok(count > 300, `${key} was chosen ${count} times of 10,000`);
  },

  // runtime/chan_test.go: TestNonblockSelectRace
  *'one of two that only just meet sees the other'(drive) {
    for (let round = 0; round < 500; round++) {
      const [one, other] = [chan(1), chan(1)];
      one.trySend(1);
      const found = go(function* () {
        const hit = yield* select({ one: one.recv(), other: other.recv() }, { default: true });
        return hit.key !== 'default';
      });
      other.trySend(1);
      one.tryRecv();
      assert.equal(yield* drive(found.join()), true, `round ${round}`);
    }
  },

  // test/chan/select2.go
  *'a select that loses a case tens of thousands of times leaves nothing in its line'(drive) {
    const [never, often] = [chan(), chan()];
    const feed = (rounds) =>
      go(function* () {
        for (let round = 0; round < rounds; round++) yield* often.send(round);
      });
    let loser = go(losing, 1000, never, often);
    yield* drive(feed(1000).join());
    yield* drive(loser.join());
    const before = bytesInUse();
    loser = go(losing, 30_000, never, often);
    yield* drive(feed(30_000).join());
    yield* drive(loser.join());
    const grown = bytesInUse() - before;
    assert.ok(grown < 100_000, `${grown} bytes more are in use`);
    assert.equal(never.trySend(1), false);
  },

  // runtime/chan_test.go: TestPseudoRandomSend
  *'a sender that chooses between two values takes both, by every capacity'(drive) {
    for (const capacity of CAPACITIES) {
      const channel = chan(capacity);
      const counts = go(function* () {
        const seen = [0, 0];
        for (let round = 0; round < 300; round++) {
          yield* gosched();
          seen[yield* channel.recv()]++;
        }
        return seen;
      });
      for (let round = 0; round < 300; round++) yield* drive(select({ zero: channel.send(0), one: channel.send(1) }));
      const [zeros, ones] = yield* drive(counts.join());
      assert.ok(zeros > 90 && ones > 90, `${zeros} zeros and ${ones} ones`);
    }
  },

  // runtime/chan_test.go: TestSelfSelect with a lock in between, so that neither end can be its own
  *'a select with a lock and both ends of a channel'(drive) {
    const channel = chan();
    const mutex = new Mutex();
    const turns = new AtomicInt();
    const all = new WaitGroup();
    all.add(4);
    for (let member = 0; member < 4; member++) {
      go(function* (self) {
        for (let round = 0; round < 200; round++) {
          const hit = yield* select({ sent: channel.send(self), got: channel.recv(), locked: mutex.lock() });
          if (hit.key === 'got') assert.notEqual(hit.value, self);
          if (hit.key === 'locked') {
            turns.add(1);
            hit.value.unlock();
          }
        }
        all.done();
      }, member);
    }
    yield* drive(all.wait());
    assert.ok(turns.load() > 0);
    assert.equal(mutex.tryLock(), true);
    mutex.unlock();
  },
};
