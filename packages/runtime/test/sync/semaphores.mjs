/** Programs about `Semaphore`. */

import assert from 'node:assert/strict';
import { AtomicInt, after, chan, E_CANCELED, go, gosched, Semaphore, select } from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';
import { shown } from '../helpers/shown.mjs';

/** Takes so many, tells, and gives them back when told to. */
function taker(semaphore, weight, log, leave) {
  return go(function* () {
    const [, release] = yield* semaphore.acquire(weight);
    yield* log.send(weight);
    yield* leave.recv();
    release();
  });
}

export const semaphores = {
  *'never more than there are'(drive) {
    const semaphore = new Semaphore(5);
    const used = new AtomicInt();
    const handles = [];
    for (let member = 0; member < 10; member++) {
      handles.push(
        go(function* () {
          for (let round = 0; round < 100; round++) {
            const weight = 1 + ((member + round) % 5);
            const [before, release] = yield* semaphore.acquire(weight);
            assert.ok(before >= weight);
            assert.ok(used.add(weight) <= 5);
            if (round % 10 === 0) yield* gosched();
            used.add(-weight);
            release();
          }
        }),
      );
    }
    for (const handle of handles) yield* drive(handle.join());
    assert.equal(semaphore.getValue(), 5);
  },

  *'those who wait are served in order of arrival, whatever their weights'(drive) {
    const semaphore = new Semaphore(4);
    const log = chan(20);
    const leave = chan(20);
    const [, release] = yield* drive(semaphore.acquire(4));
    const weights = [3, 2, 4, 1, 4, 2, 3, 2]; // Of two neighbours, one at a time can be let in.
    yield* parkedInOrder(drive, weights.length, (index) => taker(semaphore, weights[index], log, leave));
    release();
    for (let index = 0; index < weights.length; index++) {
      assert.equal(yield* drive(log.recv()), weights[index]);
      yield* drive(leave.send(1));
    }
    yield* until(drive, () => semaphore.getValue() === 4);
  },

  *'a waiter of two is not overtaken by one of one, and loses no wake-up'(drive) {
    const semaphore = new Semaphore(2);
    const log = chan(4);
    const leave = chan(4);
    yield* drive(semaphore.acquire(2));
    const heavy = taker(semaphore, 2, log, leave);
    yield* untilParked(drive, heavy);
    const light = taker(semaphore, 1, log, leave);
    yield* untilParked(drive, light);
    semaphore.release();
    assert.equal(semaphore.tryAcquire(), false);
    assert.equal((yield* drive(select({ got: semaphore.acquire(1) }, { default: true }))).key, 'default');
    const newcomer = taker(semaphore, 1, log, leave);
    yield* untilParked(drive, newcomer);
    assert.equal(semaphore.getValue(), 1);
    for (let turn = 0; turn < 10; turn++) yield* drive(gosched());
    assert.equal(log.length, 0);
    semaphore.release();
    assert.equal(yield* drive(log.recv()), 2);
    yield* drive(leave.send(1));
    for (let index = 0; index < 2; index++) {
      assert.equal(yield* drive(log.recv()), 1);
      yield* drive(leave.send(1));
    }
    for (const one of [heavy, light, newcomer]) yield* drive(one.join());
    assert.equal(semaphore.getValue(), 2);
  },

  *'a heavy one that leaves the line lets in those behind it'(drive) {
    const semaphore = new Semaphore(2);
    const log = chan(4);
    const leave = chan(4);
    const [, release] = yield* drive(semaphore.acquire());
    const heavy = taker(semaphore, 2, log, leave);
    yield* untilParked(drive, heavy);
    const light = taker(semaphore, 1, log, leave);
    yield* untilParked(drive, light);
    heavy.cancel();
    assert.equal(yield* drive(log.recv()), 1);
    try {
      yield* drive(heavy.join());
      assert.fail('it was cancelled');
    } catch (error) {
      assert.equal(error.name, 'CanceledError');
    }
    const selecting = go(function* () {
      return (yield* select({ got: semaphore.acquire(2), late: after(20) })).key;
    });
    yield* untilParked(drive, selecting);
    release();
    const next = taker(semaphore, 1, log, leave);
    assert.equal(yield* drive(selecting.join()), 'late');
    assert.equal(yield* drive(log.recv()), 1);
    yield* drive(leave.send(1));
    yield* drive(leave.send(1));
    for (const one of [light, next]) yield* drive(one.join());
    assert.equal(semaphore.getValue(), 2);
  },

  *'one that was let in and is cancelled gives back what it got'(drive) {
    for (let round = 0; round < 20; round++) {
      const semaphore = new Semaphore(1);
      const [, release] = yield* drive(semaphore.acquire());
      const waiting = yield* parkedInOrder(drive, 3, () =>
        go(function* () {
          const [, giveBack] = yield* semaphore.acquire();
          try {
            yield* gosched();
          } finally {
            giveBack();
          }
        }),
      );
      release();
      waiting[0].cancel();
      waiting[1].cancel();
      for (const one of waiting) {
        try {
          yield* drive(one.join());
        } catch (error) {
          assert.equal(error.name, 'CanceledError');
        }
      }
      assert.equal(semaphore.getValue(), 1);
    }
  },

  *'acquire is a case of a select'(drive) {
    const semaphore = new Semaphore(3);
    const hit = yield* drive(select({ got: semaphore.acquire(2), late: after(60_000) }));
    assert.equal(hit.key, 'got');
    assert.equal(hit.value[0], 3);
    assert.equal(semaphore.getValue(), 1);
    const tooMany = yield* drive(select({ got: semaphore.acquire(2), late: after(1) }));
    assert.equal(tooMany.key, 'late');
    assert.equal(semaphore.getValue(), 1);
    assert.equal((yield* drive(select({ got: semaphore.acquire(2) }, { default: true }))).key, 'default');
    const waiting = go(function* () {
      const won = yield* select({ got: semaphore.acquire(3), other: chan().recv() });
      won.value[1]();
      return won.value[0];
    });
    yield* untilParked(drive, waiting);
    hit.value[1]();
    assert.equal(yield* drive(waiting.join()), 3);
    assert.equal(semaphore.getValue(), 3);
  },

  *'a select that goes elsewhere holds nothing'(drive) {
    const semaphore = new Semaphore(1);
    const channel = chan(1);
    for (let round = 0; round < 50; round++) {
      yield* drive(channel.send(round));
      const hit = yield* drive(select({ got: semaphore.acquire(), value: channel.recv() }));
      if (hit.key === 'got') {
        assert.equal(semaphore.getValue(), 0);
        hit.value[1]();
        assert.equal(channel.length, 1);
        yield* drive(channel.recv());
      }
      assert.equal(semaphore.getValue(), 1);
      assert.equal(channel.length, 0);
    }
  },

  *'tryAcquire never waits, and tells'(drive) {
    const semaphore = new Semaphore(3);
    assert.equal(semaphore.tryAcquire(2), true);
    assert.equal(semaphore.tryAcquire(2), false);
    assert.equal(yield* drive(go((shared) => shared.tryAcquire(), semaphore).join()), true);
    assert.equal(semaphore.tryAcquire(), false);
    semaphore.release(3);
    assert.equal(semaphore.getValue(), 3);
  },

  *'runExclusive holds, passes the value, and gives back, in goroutines with a generator function'(drive) {
    const semaphore = new Semaphore(3);
    const running = go(function* () {
      return yield* semaphore.runExclusive(function* (value) {
        yield* gosched();
        return [value, semaphore.getValue()];
      }, 2);
    });
    assert.deepEqual(yield* drive(running.join()), [3, 1]);
    assert.equal(semaphore.getValue(), 3);
    assert.equal(yield* drive(semaphore.runExclusive((value) => value)), 3);
    assert.equal(yield* drive(semaphore.runExclusive(async (value) => value + 1, 3)), 4);
    const generated = semaphore.runExclusive(function* (value) {
      yield* gosched();
      return value + 2;
    });
    assert.equal(yield* drive(generated), 5);
    let error;
    try {
      yield* drive(
        semaphore.runExclusive(function* () {
          yield* gosched();
          throw new Error('inside');
        }, 3),
      );
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error?.message, 'inside');
    assert.equal(semaphore.getValue(), 3);
  },

  *'priorities across threads'(drive) {
    const semaphore = new Semaphore(1);
    const log = chan(10);
    const [, release] = yield* drive(semaphore.acquire());
    const priorities = [0, 2, -1, 1.5, 2];
    yield* parkedInOrder(drive, priorities.length, (index) =>
      go(function* () {
        const [, giveBack] = yield* semaphore.acquire(1, priorities[index]);
        yield* log.send(index);
        giveBack();
      }),
    );
    release();
    for (const index of [1, 4, 3, 0, 2]) assert.equal(yield* drive(log.recv()), index);
  },

  *'cancel sends away who waits, on whatever thread'(drive) {
    const semaphore = new Semaphore(0, new RangeError('closing down'));
    const usual = new Semaphore(0);
    const waiting = yield* parkedInOrder(drive, 3, () =>
      go(function* () {
        try {
          yield* semaphore.acquire();
        } catch (error) {
          return `${error.name}: ${error.message}`;
        }
      }),
    );
    const other = go(function* () {
      try {
        yield* select({ got: usual.acquire(), other: chan().recv() });
      } catch (error) {
        return error === E_CANCELED;
      }
    });
    yield* untilParked(drive, other);
    semaphore.cancel();
    usual.cancel();
    for (const one of waiting) assert.equal(yield* drive(one.join()), 'RangeError: closing down');
    assert.equal(yield* drive(other.join()), true);
    assert.equal(semaphore.getValue(), 0);
    semaphore.release();
    yield* drive(semaphore.acquire());
  },

  *'waitForUnlock across threads'(drive) {
    const semaphore = new Semaphore(1);
    yield* drive(semaphore.waitForUnlock());
    yield* drive(semaphore.acquire());
    const waiting = yield* parkedInOrder(drive, 3, () =>
      go(function* () {
        yield* semaphore.waitForUnlock();
        return 'free';
      }),
    );
    const heavy = go(function* () {
      yield* semaphore.waitForUnlock(2);
      return 'more';
    });
    yield* untilParked(drive, heavy);
    semaphore.release();
    for (const one of waiting) assert.equal(yield* drive(one.join()), 'free');
    assert.equal(semaphore.getValue(), 1);
    assert.equal(heavy.status, 'waiting');
    semaphore.setValue(2);
    assert.equal(yield* drive(heavy.join()), 'more');
  },

  *misuse() {
    for (const wrong of [0.5, Number.NaN, '1', undefined, 2 ** 31]) {
      const message = `the value of a Semaphore is a whole number of 32 bits, got ${shown(wrong)}`;
      assert.throws(() => new Semaphore(wrong), { name: 'RangeError', message });
      assert.throws(() => new Semaphore(1).setValue(wrong), { name: 'RangeError', message });
    }
    const semaphore = new Semaphore(1);
    for (const [wrong, wanted] of [
      [0, 'positive'],
      [-1, 'positive'],
      [1.5, 'a whole number of 32 bits'],
      ['1', 'a whole number of 32 bits'],
    ]) {
      const refused = { name: 'RangeError', message: `invalid weight ${wrong}: must be ${wanted}` };
      for (const way of ['acquire', 'tryAcquire', 'release', 'waitForUnlock'])
        assert.throws(() => semaphore[way](wrong), refused);
    }
    assert.throws(() => semaphore.acquire(1, Number.NaN), {
      name: 'RangeError',
      message: 'a priority must be a number, got NaN',
    });
    assert.throws(() => semaphore.runExclusive(1), { name: 'TypeError', message: 'runExclusive takes a function, got number' });
    semaphore.setValue(2 ** 31 - 1);
    assert.throws(() => semaphore.release(), { name: 'RangeError', message: 'Semaphore value out of range: 2147483647 + 1' });
    assert.equal(semaphore.getValue(), 2 ** 31 - 1);
  },

  *'goes by reference'(drive) {
    const semaphore = new Semaphore(2);
    const channel = chan(1);
    yield* drive(channel.send([semaphore]));
    assert.equal((yield* drive(channel.recv()))[0], semaphore);
    yield* drive(go((shared) => shared.release(3), semaphore).join());
    assert.equal(semaphore.getValue(), 5);
  },
};
