/** Programs about what `Mutex` has of async-mutex, where its users are goroutines, or both kinds at once. */
import assert from 'node:assert/strict';
import {
  AtomicInt,
  after,
  chan,
  E_ALREADY_LOCKED,
  E_CANCELED,
  E_TIMEOUT,
  go,
  gosched,
  Mutex,
  Semaphore,
  select,
  tryAcquire,
  wait,
  withTimeout,
} from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

function* errorOf(drive, operation) {
  try {
    yield* drive(operation);
  } catch (error) {
    return error;
  }
  assert.fail('it should have thrown');
}

export const exclusives = {
  *'acquire gives a releaser that gives back once'(drive) {
    const mutex = new Mutex();
    const release = yield* drive(mutex.acquire());
    assert.equal(mutex.isLocked(), true);
    release();
    assert.equal(mutex.isLocked(), false);
    yield* drive(mutex.lock());
    release();
    assert.equal(mutex.isLocked(), true);
    mutex.release();
    mutex.release();
    assert.equal(mutex.isLocked(), false);
  },

  *'in a goroutine it does nothing until it is driven, in async code it begins at the call'(drive) {
    const mutex = new Mutex();
    const inGoroutine = go(function* () {
      const operation = mutex.acquire();
      const before = mutex.isLocked();
      (yield* operation)();
      return before;
    });
    assert.equal(yield* drive(inGoroutine.join()), false);
    const inAsyncCode = go(async () => {
      await undefined;
      const operation = mutex.acquire();
      const before = mutex.isLocked();
      (await operation)();
      return before;
    });
    assert.equal(yield* drive(inAsyncCode.join()), true);
    assert.equal(mutex.isLocked(), false);
  },

  *'those who lock and those who acquire stand in one line'(drive) {
    const mutex = new Mutex();
    const log = chan(10);
    const guard = yield* drive(mutex.lock());
    yield* parkedInOrder(drive, 6, (index) =>
      go(function* () {
        if (index % 2 === 0) yield* mutex.lock();
        else yield* mutex.acquire();
        yield* log.send(index);
        mutex.release();
      }),
    );
    guard.unlock();
    for (let index = 0; index < 6; index++) assert.equal(yield* drive(log.recv()), index);
  },

  *'the highest priority is served first'(drive) {
    const mutex = new Mutex();
    const log = chan(10);
    const guard = yield* drive(mutex.lock());
    const priorities = [-1, 0, 2, 1, 2, -0.5];
    yield* parkedInOrder(drive, priorities.length, (index) =>
      go(function* () {
        const release = yield* mutex.acquire(priorities[index]);
        yield* log.send(index);
        release();
      }),
    );
    guard.unlock();
    for (const index of [2, 4, 3, 1, 5, 0]) assert.equal(yield* drive(log.recv()), index);
    assert.throws(() => mutex.acquire('1'), { name: 'RangeError', message: "a priority must be a number, got '1'" });
  },

  *'runExclusive: one at a time, whatever the function is'(drive) {
    const mutex = new Mutex();
    const inside = new AtomicInt();
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const handles = [];
    for (let member = 0; member < 6; member++) {
      handles.push(
        go(function* () {
          for (let round = 0; round < 50; round++) {
            yield* mutex.runExclusive(function* () {
              assert.equal(inside.add(1), 1);
              const before = counter[0];
              yield* gosched();
              counter[0] = before + 1;
              inside.add(-1);
            });
            yield* mutex.runExclusive(() => {
              counter[0]++;
            });
          }
        }),
        go(async () => {
          for (let round = 0; round < 50; round++) {
            await mutex.runExclusive(async () => {
              assert.equal(inside.add(1), 1);
              const before = counter[0];
              await undefined;
              counter[0] = before + 1;
              inside.add(-1);
            });
          }
        }),
      );
    }
    for (let round = 0; round < 50; round++) {
      yield* drive(
        mutex.runExclusive(function* () {
          assert.equal(inside.add(1), 1);
          const before = counter[0];
          yield* gosched();
          counter[0] = before + 1;
          inside.add(-1);
          return 'done';
        }),
      );
    }
    for (const handle of handles) yield* drive(handle.join());
    assert.equal(counter[0], 6 * 150 + 50);
    assert.equal(mutex.isLocked(), false);
  },

  *'runExclusive gives the result, and gives back when the function throws or is cancelled'(drive) {
    const mutex = new Mutex();
    assert.equal(yield* drive(mutex.runExclusive(() => 1)), 1);
    assert.equal(yield* drive(mutex.runExclusive(async () => 2)), 2);
    const error = yield* errorOf(
      drive,
      mutex.runExclusive(function* () {
        yield* gosched();
        throw new Error('inside');
      }),
    );
    assert.equal(error.message, 'inside');
    const failure = yield* errorOf(
      drive,
      mutex.runExclusive(() => {
        throw new Error('at once');
      }),
    );
    assert.equal(failure.message, 'at once');
    assert.equal(mutex.isLocked(), false);
    const waiting = go(function* () {
      yield* mutex.runExclusive(function* () {
        yield* chan().recv();
      });
    });
    yield* untilParked(drive, waiting);
    assert.equal(mutex.isLocked(), true);
    waiting.cancel();
    assert.equal((yield* errorOf(drive, waiting.join())).name, 'CanceledError');
    assert.equal(mutex.isLocked(), false);
  },

  *'cancel sends away all that wait, however they do'(drive) {
    const mutex = new Mutex();
    const guard = yield* drive(mutex.lock());
    const waiting = yield* parkedInOrder(drive, 4, (index) =>
      go(function* () {
        try {
          if (index === 0) yield* mutex.lock();
          else if (index === 1) yield* mutex.acquire();
          else if (index === 2) yield* mutex.runExclusive(() => assert.fail('it was cancelled'));
          else yield* select({ lock: mutex.lock(), other: chan().recv() });
        } catch (error) {
          return error === E_CANCELED;
        }
      }),
    );
    mutex.cancel();
    for (const one of waiting) assert.equal(yield* drive(one.join()), true);
    assert.equal(mutex.isLocked(), true);
    guard.unlock();
    assert.equal(mutex.tryLock(), true);
    mutex.unlock();
  },

  *'cancel sends away one that was woken, too, if it finds the mutex taken again'(drive) {
    for (let round = 0; round < 20; round++) {
      const mutex = new Mutex();
      yield* drive(mutex.lock());
      const waiting = go(function* () {
        try {
          (yield* mutex.lock()).unlock();
          return 'got it';
        } catch (error) {
          return error === E_CANCELED;
        }
      });
      yield* untilParked(drive, waiting);
      mutex.unlock();
      const taken = mutex.tryLock(); // Before the one that was woken; or it is inside now, or was.
      if (taken) mutex.cancel();
      const outcome = yield* drive(waiting.join());
      assert.ok(outcome === 'got it' || (taken && outcome === true), `${outcome}, ${taken}`);
      assert.equal(mutex.isLocked(), taken);
    }
  },

  *'the errors are the same ones on every thread'(drive) {
    const errors = { E_ALREADY_LOCKED, E_CANCELED, E_TIMEOUT };
    const failing = go(function* () {
      yield* gosched();
      throw errors.E_CANCELED; // Captured, and so copied, and so is what joining gives.
    });
    assert.equal(yield* errorOf(drive, failing.join()), E_CANCELED);
    const channel = chan(1);
    yield* drive(channel.send([errors, E_TIMEOUT, E_TIMEOUT]));
    const [received, ...twice] = yield* drive(channel.recv());
    assert.equal(received.E_ALREADY_LOCKED, E_ALREADY_LOCKED);
    assert.deepEqual([twice[0] === E_TIMEOUT, twice[1] === E_TIMEOUT], [true, true]);
  },

  *'an error of the maker is the same one on its thread, and a copy elsewhere'(drive) {
    const error = Object.assign(new TypeError('closing down'), { code: 'E_CLOSING' });
    const mutex = new Mutex(error);
    const guard = yield* drive(mutex.lock());
    const waiting = go(function* () {
      try {
        yield* mutex.acquire();
      } catch (thrown) {
        return [thrown.name, thrown.message, thrown.code];
      }
    });
    yield* untilParked(drive, waiting);
    const local = go.local(function* () {
      try {
        yield* mutex.acquire();
      } catch (thrown) {
        return thrown;
      }
    });
    yield* untilParked(drive, local);
    mutex.cancel();
    assert.deepEqual(yield* drive(waiting.join()), ['TypeError', 'closing down', 'E_CLOSING']);
    assert.equal(yield* drive(local.join()), error);
    guard.unlock();
    assert.throws(() => new Mutex({ toString: Symbol('no') }), { name: 'DataCloneError' });
  },

  *'waitForUnlock takes nothing'(drive) {
    const mutex = new Mutex();
    yield* drive(mutex.waitForUnlock());
    const guard = yield* drive(mutex.lock());
    const waiting = yield* parkedInOrder(drive, 3, () =>
      go(function* () {
        yield* mutex.waitForUnlock();
        return 'free';
      }),
    );
    const locking = go(function* () {
      const held = yield* mutex.lock();
      yield* gosched();
      held.unlock();
    });
    yield* untilParked(drive, locking);
    guard.unlock();
    for (const one of waiting) assert.equal(yield* drive(one.join()), 'free');
    yield* drive(locking.join());
    assert.equal(mutex.isLocked(), false);
  },

  *'waitForUnlock goes on when the only one before it gives up'(drive) {
    const mutex = new Mutex();
    const guard = yield* drive(mutex.lock());
    const locking = go(function* () {
      yield* mutex.lock();
    });
    yield* untilParked(drive, locking);
    const waiting = go(function* () {
      yield* mutex.waitForUnlock();
      return 'free';
    });
    yield* untilParked(drive, waiting);
    locking.cancel();
    yield* errorOf(drive, locking.join());
    guard.unlock();
    assert.equal(yield* drive(waiting.join()), 'free');
  },

  *'acquire is a case of a select, also where it begins at the call'(drive) {
    const mutex = new Mutex();
    const hit = yield* drive(select({ got: mutex.acquire(), late: after(60_000) }));
    assert.equal(hit.key, 'got');
    assert.equal(mutex.isLocked(), true);
    assert.equal((yield* drive(select({ got: mutex.acquire(), late: after(1) }))).key, 'late');
    assert.equal((yield* drive(select({ got: mutex.acquire() }, { default: true }))).key, 'default');
    hit.value();
    assert.equal(mutex.isLocked(), false);
    for (let round = 0; round < 20; round++) {
      const channel = chan(1);
      yield* drive(channel.send(1));
      const either = yield* drive(select({ got: mutex.acquire(), value: channel.recv() }));
      if (either.key === 'got') either.value();
      assert.equal(mutex.isLocked(), false);
    }
  },

  *'one that was begun in async code can be waited for in a goroutine'(drive) {
    const mutex = new Mutex();
    const begun = go(async () => {
      await undefined;
      const operation = mutex.acquire();
      return await go.local(function* () {
        const release = yield* operation;
        release();
        return mutex.isLocked();
      });
    });
    assert.equal(yield* drive(begun.join()), false);
  },

  *'withTimeout in goroutines: the time is up, or the lock was got'(drive) {
    const mutex = new Mutex();
    const limited = withTimeout(mutex, 10);
    const release = yield* drive(limited.acquire());
    assert.equal(mutex.isLocked(), true);
    const late = go(function* () {
      try {
        yield* withTimeout(mutex, 10).acquire();
      } catch (error) {
        return error === E_TIMEOUT;
      }
    });
    assert.equal(yield* drive(late.join()), true);
    const running = go(function* () {
      return yield* withTimeout(mutex, 60_000).runExclusive(function* () {
        yield* gosched();
        return 'in time';
      });
    });
    yield* untilParked(drive, running);
    release();
    assert.equal(yield* drive(running.join()), 'in time');
    assert.equal(mutex.isLocked(), false);

    const semaphore = new Semaphore(2);
    const [before, giveBack] = yield* drive(withTimeout(semaphore, 60_000).acquire(2));
    assert.equal(before, 2);
    const waiting = go(function* () {
      try {
        yield* withTimeout(semaphore, 10, new RangeError('no room')).waitForUnlock(2);
      } catch (error) {
        return error.message;
      }
    });
    assert.equal(yield* drive(waiting.join()), 'no room');
    giveBack();
    assert.equal(semaphore.getValue(), 2);
  },

  *'withTimeout in goroutines, one in the other, and cancelled'(drive) {
    const mutex = new Mutex();
    const guard = yield* drive(mutex.lock());
    const nested = go(function* () {
      try {
        yield* withTimeout(withTimeout(mutex, 60_000), 10).acquire();
      } catch (error) {
        return error === E_TIMEOUT;
      }
    });
    assert.equal(yield* drive(nested.join()), true);
    const [plain, deep] = yield* parkedInOrder(drive, 2, (index) =>
      go(function* () {
        const limited = withTimeout(mutex, 60_000);
        const release = yield* (index === 0 ? limited : withTimeout(limited, 60_000)).acquire();
        try {
          yield* chan().recv();
        } finally {
          release();
        }
      }),
    );
    for (const one of [plain, deep]) {
      one.cancel();
      assert.equal((yield* errorOf(drive, one.join())).name, 'CanceledError');
    }
    guard.unlock();
    yield* until(drive, () => !mutex.isLocked());
    yield* drive(mutex.lock());
    mutex.unlock();
  },

  *'tryAcquire in goroutines: at once or not at all'(drive) {
    const mutex = new Mutex();
    const attempt = (shared) =>
      go(function* () {
        try {
          return yield* tryAcquire(shared).runExclusive(() => 'alone');
        } catch (error) {
          return error === E_ALREADY_LOCKED;
        }
      });
    assert.equal(yield* drive(attempt(mutex).join()), 'alone');
    const guard = yield* drive(mutex.lock());
    assert.equal(yield* drive(attempt(mutex).join()), true);
    guard.unlock();
    assert.throws(() => withTimeout({}, 10), {
      name: 'TypeError',
      message: 'withTimeout takes a context, as of background(), or a Mutex or Semaphore, got object',
    });
    assert.throws(() => withTimeout(mutex, '10'), { name: 'RangeError' });
  },

  *'what async code holds, goroutines wait for'(drive) {
    const mutex = new Mutex();
    const held = new AtomicInt();
    const leave = chan();
    const holding = go(async () => {
      await mutex.runExclusive(async () => {
        held.store(1);
        await leave.recv();
      });
    });
    yield* until(drive, () => held.load() === 1);
    const waiting = go(function* () {
      yield* wait(mutex.runExclusive(() => undefined));
      return 'after it';
    });
    yield* untilParked(drive, waiting);
    yield* drive(leave.send(1));
    yield* drive(holding.join());
    assert.equal(yield* drive(waiting.join()), 'after it');
  },
};
