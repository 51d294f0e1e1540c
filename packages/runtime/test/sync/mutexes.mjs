/** Programs about `Mutex` and its guard. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, Mutex, sleep } from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

const UNLOCKED = { name: 'SyncError', message: 'unlock of unlocked mutex' };

export const mutexes = {
  *'one at a time is inside'(drive) {
    const mutex = new Mutex();
    const inside = new AtomicInt();
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const handles = [];
    for (let member = 0; member < 8; member++) {
      handles.push(
        go(function* () {
          for (let round = 0; round < 500; round++) {
            const guard = yield* mutex.lock();
            assert.equal(inside.add(1), 1);
            const before = counter[0];
            if (round % 10 === 0) yield* gosched();
            counter[0] = before + 1;
            assert.equal(inside.add(-1), 0);
            guard.unlock();
          }
        }),
      );
    }
    for (const handle of handles) yield* drive(handle.join());
    assert.equal(counter[0], 4000);
    assert.equal(mutex.isLocked(), false);
  },

  *'those who wait get it in the order in which they came'(drive) {
    const mutex = new Mutex();
    const order = chan(20);
    const guard = yield* drive(mutex.lock());
    yield* parkedInOrder(drive, 20, (index) =>
      go(function* (self) {
        yield* mutex.lock();
        yield* order.send(self);
        mutex.unlock();
      }, index),
    );
    guard.unlock();
    for (let index = 0; index < 20; index++) assert.equal(yield* drive(order.recv()), index);
  },

  *'unlock wakes the one in front, who gets it'(drive) {
    const mutex = new Mutex();
    yield* drive(mutex.lock());
    const hold = chan();
    const waiting = go(function* () {
      yield* mutex.lock();
      yield* hold.recv();
      mutex.unlock();
    });
    yield* untilParked(drive, waiting);
    mutex.unlock();
    yield* drive(hold.send(1));
    yield* drive(waiting.join());
    assert.equal(mutex.isLocked(), false);
  },

  *'nobody is passed over for ever by those who keep coming'(drive) {
    const mutex = new Mutex();
    const over = new AtomicInt();
    const turns = new AtomicInt();
    const hogs = Array.from({ length: 4 }, () =>
      go(function* () {
        let rounds = 0;
        for (; over.load() === 0; rounds++) {
          yield* mutex.lock();
          turns.add(1);
          if (rounds % 3 === 0) yield* gosched(); // The others find it taken.
          mutex.unlock();
          if (rounds % 100 === 0) yield* gosched();
        }
      }),
    );
    yield* until(drive, () => turns.load() > 100);
    for (let round = 0; round < 20; round++) {
      yield* drive(mutex.lock());
      mutex.unlock();
    }
    const waiting = Array.from({ length: 20 }, () =>
      go(function* () {
        yield* mutex.lock();
        mutex.unlock();
      }),
    );
    for (const one of waiting) yield* drive(one.join());
    over.store(1);
    for (const hog of hogs) yield* drive(hog.join());
    assert.equal(mutex.isLocked(), false);
  },

  *'tryLock takes a free one and never waits'(drive) {
    const mutex = new Mutex();
    assert.equal(mutex.tryLock(), true);
    assert.equal(mutex.tryLock(), false);
    const other = go(() => mutex.tryLock());
    assert.equal(yield* drive(other.join()), false);
    mutex.unlock();
    const getting = go(() => mutex.tryLock());
    assert.equal(yield* drive(getting.join()), true);
    assert.equal(mutex.isLocked(), true);
    mutex.unlock();
  },

  *'another goroutine may unlock'(drive) {
    const mutex = new Mutex();
    yield* drive(mutex.lock());
    yield* drive(go(() => mutex.unlock()).join());
    assert.equal(mutex.isLocked(), false);
  },

  *'unlocking an unlocked one throws and changes nothing'(drive) {
    const mutex = new Mutex();
    assert.throws(() => mutex.unlock(), UNLOCKED);
    yield* drive(mutex.lock());
    mutex.unlock();
    assert.throws(() => mutex.unlock(), UNLOCKED);
    assert.equal(mutex.tryLock(), true);
    mutex.unlock();
  },

  *'a guard unlocks once, at the end of its block too when that throws'(drive) {
    const mutex = new Mutex();
    const guard = yield* drive(mutex.lock());
    guard.unlock();
    yield* drive(mutex.lock());
    guard.unlock();
    guard[Symbol.dispose]();
    assert.equal(mutex.isLocked(), true);
    mutex.unlock();

    const failing = go(function* () {
      const held = yield* mutex.lock();
      try {
        yield* sleep(0);
        throw new Error('inside');
      } finally {
        held[Symbol.dispose]();
      }
    });
    try {
      yield* drive(failing.join());
      assert.fail('it should have thrown');
    } catch (error) {
      assert.equal(error.message, 'inside');
    }
    assert.equal(mutex.isLocked(), false);
  },

  *'goes by reference, over channels too'(drive) {
    const mutex = new Mutex();
    const channel = chan(1);
    yield* drive(channel.send({ mutex }));
    assert.equal((yield* drive(channel.recv())).mutex, mutex);
    yield* drive(channel.send(mutex));
    const holding = go(function* () {
      const received = yield* channel.recv();
      yield* received.lock();
    });
    yield* drive(holding.join());
    assert.equal(mutex.isLocked(), true);
    mutex.unlock();
  },

  *'an operation locks once'(drive) {
    const mutex = new Mutex();
    const operation = mutex.lock();
    assert.equal(mutex.isLocked(), false);
    const guard = yield* drive(operation);
    let error;
    try {
      yield* drive(operation);
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error?.name, 'RuntimeStateError');
    assert.match(error.message, /^this operation \(mutex lock\) was driven before/);
    guard.unlock();
    assert.equal(mutex.isLocked(), false);
  },

  *'who waits for a lock leaves its thread to the others'(drive) {
    const mutex = new Mutex();
    const guard = yield* drive(mutex.lock());
    const waiting = go(function* () {
      (yield* mutex.lock()).unlock();
    });
    yield* untilParked(drive, waiting);
    const turns = new AtomicInt();
    const running = go(function* () {
      for (let turn = 0; turn < 100; turn++) {
        turns.add(1);
        yield* gosched();
      }
    });
    yield* until(drive, () => turns.load() === 100);
    yield* drive(running.join());
    assert.equal(waiting.status, 'waiting');
    guard.unlock();
    yield* drive(waiting.join());
  },
};
