/** Programs about `Cond`. */
import assert from 'node:assert/strict';
import { AtomicInt, after, Cond, chan, go, gosched, Mutex, select } from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

/** A goroutine that waits once, and tells when it goes on, with the mutex in its hands. */
function waiter(condition, log, name) {
  return go(function* () {
    const guard = yield* condition.mutex.lock();
    try {
      yield* condition.wait();
      assert.equal(condition.mutex.isLocked(), true);
      assert.equal(log.trySend(name), true);
    } finally {
      guard.unlock();
    }
  });
}

/** Until it waits for the condition, and not for the mutex. */
function* untilWaiting(drive, handle, mutex) {
  yield* untilParked(drive, handle);
  yield* until(drive, () => !mutex.isLocked());
}

function* waitersInOrder(drive, condition, log, count) {
  const handles = [];
  for (let index = 0; index < count; index++) {
    const handle = waiter(condition, log, index);
    yield* untilWaiting(drive, handle, condition.mutex);
    handles.push(handle);
  }
  return handles;
}

function* errorOf(drive, handle) {
  try {
    yield* drive(handle.join());
  } catch (error) {
    return error;
  }
  assert.fail('it should have failed');
}

export const conds = {
  *'signal wakes one, in order of arrival'(drive) {
    const condition = new Cond(new Mutex());
    const log = chan(10);
    const waiting = yield* waitersInOrder(drive, condition, log, 10);
    for (let index = 0; index < 10; index++) {
      assert.equal(log.length, 0);
      condition.signal();
      assert.equal(yield* drive(log.recv()), index);
    }
    condition.signal(); // Nobody waits, and nothing is kept.
    for (const one of waiting) yield* drive(one.join());
    assert.equal(condition.mutex.isLocked(), false);
  },

  *'a signal is not kept for one that comes later'(drive) {
    const condition = new Cond(new Mutex());
    const log = chan(1);
    condition.signal();
    condition.broadcast();
    const waiting = waiter(condition, log, 'late');
    yield* untilWaiting(drive, waiting, condition.mutex);
    for (let turn = 0; turn < 20; turn++) yield* drive(gosched());
    assert.equal(waiting.status, 'waiting');
    condition.signal();
    yield* drive(waiting.join());
  },

  *'broadcast wakes all, and each has the mutex for itself'(drive) {
    const mutex = new Mutex();
    const condition = new Cond(mutex);
    const inside = new AtomicInt();
    const waiting = yield* parkedInOrder(drive, 20, () =>
      go(function* () {
        yield* mutex.lock();
        yield* condition.wait();
        assert.equal(inside.add(1), 1);
        yield* gosched();
        assert.equal(inside.add(-1), 0);
        mutex.unlock();
      }),
    );
    yield* until(drive, () => !mutex.isLocked());
    const guard = yield* drive(mutex.lock());
    condition.broadcast();
    guard.unlock();
    for (const one of waiting) yield* drive(one.join());
    assert.equal(mutex.isLocked(), false);
  },

  /** On one thread: those of several come back to the mutex in whatever order their threads wake. */
  *'those whom a broadcast wakes go on in the order in which they came'(drive) {
    const mutex = new Mutex();
    const condition = new Cond(mutex);
    const order = [];
    const waiting = yield* parkedInOrder(drive, 10, (index) =>
      go.local(function* () {
        const guard = yield* mutex.lock();
        yield* condition.wait();
        order.push(index);
        guard.unlock();
      }),
    );
    const guard = yield* drive(mutex.lock());
    condition.broadcast();
    for (let turn = 0; turn < 10; turn++) yield* drive(gosched());
    assert.deepEqual(order, []); // They wait for the mutex, each in its turn.
    guard.unlock();
    for (const one of waiting) yield* drive(one.join());
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  },

  *'the waiter itself, in whatever code this is'(drive) {
    const mutex = new Mutex();
    const condition = new Cond(mutex);
    const state = new AtomicInt();
    const guard = yield* drive(mutex.lock());
    const changing = go(function* () {
      yield* mutex.lock(); // Not before the waiter has given it back.
      state.store(1);
      condition.signal();
      mutex.unlock();
    });
    while (state.load() === 0) yield* drive(condition.wait());
    assert.equal(mutex.isLocked(), true);
    guard.unlock();
    yield* drive(changing.join());
  },

  *'a queue between producers and consumers'(drive) {
    const mutex = new Mutex();
    const notEmpty = new Cond(mutex);
    const notFull = new Cond(mutex);
    const cells = new Int32Array(new SharedArrayBuffer(4 * 6)); // Count, first, and four places.
    const sum = new AtomicInt();
    const handles = [];
    for (let member = 0; member < 3; member++) {
      handles.push(
        go(function* () {
          for (let value = 1; value <= 100; value++) {
            const guard = yield* mutex.lock();
            while (cells[0] === 4) yield* notFull.wait();
            cells[2 + ((cells[1] + cells[0]) % 4)] = value;
            cells[0]++;
            notEmpty.signal();
            guard.unlock();
          }
        }),
        go(function* () {
          for (let taken = 0; taken < 100; taken++) {
            const guard = yield* mutex.lock();
            while (cells[0] === 0) yield* notEmpty.wait();
            sum.add(cells[2 + cells[1]]);
            cells[1] = (cells[1] + 1) % 4;
            cells[0]--;
            notFull.signal();
            guard.unlock();
          }
        }),
      );
    }
    for (const handle of handles) yield* drive(handle.join());
    assert.equal(sum.load(), 3 * 5050);
  },

  *'one that is cancelled while it waits holds the mutex when it finds the error'(drive) {
    const mutex = new Mutex();
    const condition = new Cond(mutex);
    const held = new AtomicInt();
    const waiting = go(function* () {
      yield* mutex.lock();
      try {
        yield* condition.wait();
      } finally {
        held.store(mutex.isLocked() ? 1 : 2);
        mutex.unlock();
      }
    });
    yield* untilWaiting(drive, waiting, mutex);
    const guard = yield* drive(mutex.lock());
    waiting.cancel();
    for (let turn = 0; turn < 10; turn++) yield* drive(gosched());
    assert.equal(held.load(), 0); // It waits for the mutex first.
    guard.unlock();
    assert.equal((yield* errorOf(drive, waiting)).name, 'CanceledError');
    assert.equal(held.load(), 1);
    assert.equal(mutex.isLocked(), false);
    condition.signal(); // It stands in no line any more.
  },

  *'one that was woken and is cancelled hands the signal on'(drive) {
    const mutex = new Mutex();
    const condition = new Cond(mutex);
    const log = chan(2);
    const [first, second] = yield* waitersInOrder(drive, condition, log, 2);
    const guard = yield* drive(mutex.lock());
    condition.signal(); // For the first, who now waits for the mutex.
    for (let turn = 0; turn < 10; turn++) yield* drive(gosched());
    first.cancel();
    for (let turn = 0; turn < 10; turn++) yield* drive(gosched());
    guard.unlock();
    // Either it was too late to cancel it, or the second one gets the signal.
    const name = yield* drive(log.recv());
    if (name === 0) condition.signal();
    for (const one of [first, second]) {
      try {
        yield* drive(one.join());
      } catch (error) {
        assert.equal(error.name, 'CanceledError');
        assert.equal(name, 1);
      }
    }
    yield* until(drive, () => !mutex.isLocked());
  },

  *'the cancelling of its mutex does not take the mutex from it'(drive) {
    const mutex = new Mutex();
    const condition = new Cond(mutex);
    const waiting = go(function* () {
      const guard = yield* mutex.lock();
      try {
        yield* condition.wait();
      } finally {
        assert.equal(mutex.isLocked(), true);
        guard.unlock();
      }
    });
    yield* untilWaiting(drive, waiting, mutex);
    const guard = yield* drive(mutex.lock());
    condition.signal();
    for (let turn = 0; turn < 10; turn++) yield* drive(gosched());
    mutex.cancel();
    guard.unlock();
    try {
      yield* drive(waiting.join());
    } catch (error) {
      assert.equal(error.message, 'request for lock canceled');
    }
    assert.equal(mutex.isLocked(), false);
  },

  *misuse(drive) {
    const condition = new Cond(new Mutex());
    let error;
    try {
      yield* drive(condition.wait());
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error?.name, 'SyncError');
    assert.equal(error.message, 'Cond.wait with an unlocked mutex: lock the mutex before the wait');
    assert.throws(() => new Cond(), { name: 'TypeError', message: 'new Cond takes a Mutex, got undefined' });
    assert.throws(() => select({ condition: condition.wait(), late: after(1) }), {
      name: 'TypeError',
      message: /^select: case 'condition' is not an operation that select can drive \(cond wait\)/,
    });
  },

  *'goes by reference, with its mutex'(drive) {
    const mutex = new Mutex();
    const condition = new Cond(mutex);
    const channel = chan(1);
    yield* drive(channel.send({ condition }));
    const received = (yield* drive(channel.recv())).condition;
    assert.equal(received, condition);
    const waiting = go(
      function* (shared, own) {
        assert.equal(shared.mutex, own);
        const guard = yield* shared.mutex.lock();
        yield* shared.wait();
        guard.unlock();
      },
      condition,
      mutex,
    );
    yield* untilWaiting(drive, waiting, mutex);
    condition.broadcast();
    yield* drive(waiting.join());
  },
};
