/** Programs about `Barrier`. */

import assert from 'node:assert/strict';
import { AtomicInt, after, Barrier, chan, go, gosched, select } from 'goroutines';
import { parkedInOrder, until } from '../helpers/conditions.mjs';
import { shown } from '../helpers/shown.mjs';

export const barriers = {
  *'all go on when the last has come, round after round, with one leader each'(drive) {
    const parties = 5;
    const rounds = 50;
    const barrier = new Barrier(parties);
    const arrived = new AtomicInt();
    const leaders = new AtomicInt();
    const handles = [];
    for (let member = 1; member < parties; member++) {
      handles.push(
        go(function* () {
          for (let round = 1; round <= rounds; round++) {
            if ((member + round) % 3 === 0) yield* gosched();
            arrived.add(1);
            const { leader } = yield* barrier.wait();
            if (leader) leaders.add(1);
            assert.ok(arrived.load() >= parties * round && arrived.load() < parties * (round + 1));
          }
        }),
      );
    }
    for (let round = 1; round <= rounds; round++) {
      arrived.add(1);
      const { leader } = yield* drive(barrier.wait());
      if (leader) leaders.add(1);
      assert.ok(arrived.load() >= parties * round && arrived.load() < parties * (round + 1));
    }
    for (const handle of handles) yield* drive(handle.join());
    assert.equal(leaders.load(), rounds);
  },

  *'the last to come is the leader, and does not wait'(drive) {
    const barrier = new Barrier(3);
    const waiting = yield* parkedInOrder(drive, 2, () =>
      go(function* () {
        return (yield* barrier.wait()).leader;
      }),
    );
    assert.deepEqual(yield* drive(barrier.wait()), { leader: true });
    for (const one of waiting) assert.equal(yield* drive(one.join()), false);
  },

  *'for one party it is always open'(drive) {
    const barrier = new Barrier(1);
    for (let round = 0; round < 3; round++) assert.deepEqual(yield* drive(barrier.wait()), { leader: true });
  },

  *'who is cancelled has not come'(drive) {
    const barrier = new Barrier(3);
    const [first, second] = yield* parkedInOrder(drive, 2, () =>
      go(function* () {
        return (yield* barrier.wait()).leader;
      }),
    );
    first.cancel();
    try {
      yield* drive(first.join());
      assert.fail('it was cancelled');
    } catch (error) {
      assert.equal(error.name, 'CanceledError');
    }
    const third = go(function* () {
      return (yield* barrier.wait()).leader;
    });
    yield* until(drive, () => third.status === 'waiting');
    assert.equal(second.status, 'waiting');
    assert.deepEqual(yield* drive(barrier.wait()), { leader: true });
    for (const one of [second, third]) assert.equal(yield* drive(one.join()), false);
  },

  *misuse() {
    for (const wrong of [0, -1, 1.5, Number.NaN, '2', 2 ** 31]) {
      const message = `a Barrier is for a whole number of parties from 1 to 2147483647, got ${shown(wrong)}`;
      assert.throws(() => new Barrier(wrong), { name: 'RangeError', message });
    }
    const barrier = new Barrier(2);
    assert.throws(() => select({ all: barrier.wait(), late: after(1) }), {
      name: 'TypeError',
      message: /^select: case 'all' is not an operation that select can drive \(barrier\)/,
    });
  },

  *'goes by reference'(drive) {
    const barrier = new Barrier(2);
    const channel = chan(1);
    yield* drive(channel.send(barrier));
    assert.equal(yield* drive(channel.recv()), barrier);
    const other = go(function* (shared) {
      yield* shared.wait();
      return 'met';
    }, barrier);
    yield* drive(barrier.wait());
    assert.equal(yield* drive(other.join()), 'met');
  },
};
