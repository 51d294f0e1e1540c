/** Programs about `RWMutex`. */
import assert from 'node:assert/strict';
import { AtomicInt, after, chan, go, gosched, RWMutex, select } from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

/** Starts a reader that stays inside until something is sent to it; parked once it waits for that, or for the lock. */
function reader(mutex, entered, leave) {
  return go(function* () {
    yield* mutex.rLock();
    entered.add(1);
    yield* leave.recv();
    mutex.rUnlock();
  });
}

function writer(mutex, log, name) {
  return go(function* () {
    yield* mutex.lock();
    yield* log.send(name);
    mutex.unlock();
  });
}

/** Many readers and writers; nobody is inside with a writer, and nothing is torn. */
function* hammer(drive, writers, readers, rounds) {
  const mutex = new RWMutex();
  const activity = new AtomicInt();
  const data = new Int32Array(new SharedArrayBuffer(8));
  const handles = [];
  for (let member = 0; member < writers; member++) {
    handles.push(
      go(function* () {
        for (let round = 0; round < rounds; round++) {
          yield* mutex.lock();
          assert.equal(activity.add(10_000), 10_000);
          data[0]++;
          if (round % 5 === 0) yield* gosched();
          data[1]++;
          assert.equal(activity.add(-10_000), 0);
          mutex.unlock();
        }
      }),
    );
  }
  for (let member = 0; member < readers; member++) {
    handles.push(
      go(function* () {
        for (let round = 0; round < rounds; round++) {
          const guard = yield* mutex.rLock();
          const inside = activity.add(1);
          assert.ok(inside >= 1 && inside < 10_000);
          assert.equal(data[0], data[1]);
          if (round % 5 === 0) yield* gosched();
          activity.add(-1);
          guard.unlock();
        }
      }),
    );
  }
  for (const handle of handles) yield* drive(handle.join());
  assert.deepEqual([...data], [writers * rounds, writers * rounds]);
  assert.equal(mutex.tryLock(), true);
  mutex.unlock();
}

export const rwMutexes = {
  *'readers are inside together'(drive) {
    const mutex = new RWMutex();
    const entered = new AtomicInt();
    const leave = chan();
    const readers = Array.from({ length: 5 }, () => reader(mutex, entered, leave));
    yield* until(drive, () => entered.load() === 5);
    assert.equal(mutex.tryLock(), false);
    assert.equal(mutex.tryRLock(), true);
    mutex.rUnlock();
    for (const _ of readers) yield* drive(leave.send(1));
    for (const one of readers) yield* drive(one.join());
    assert.equal(mutex.tryLock(), true);
    assert.equal(mutex.tryRLock(), false);
    assert.equal(mutex.tryLock(), false);
    mutex.unlock();
  },

  *'writers and readers hammer it'(drive) {
    yield* hammer(drive, 1, 3, 200);
    yield* hammer(drive, 1, 10, 100);
    yield* hammer(drive, 4, 4, 100);
    yield* hammer(drive, 10, 3, 50);
  },

  *'a waiting writer holds back new readers, who come in after it'(drive) {
    const mutex = new RWMutex();
    const log = chan(10);
    const guard = yield* drive(mutex.rLock());
    const writing = writer(mutex, log, 'writer');
    yield* untilParked(drive, writing);
    assert.equal(mutex.tryRLock(), false);
    const reading = go(function* () {
      using_(yield* mutex.rLock(), () => log.trySend('reader'));
    });
    yield* untilParked(drive, reading);
    assert.equal(log.length, 0);
    guard.unlock();
    assert.equal(yield* drive(log.recv()), 'writer');
    assert.equal(yield* drive(log.recv()), 'reader');
    yield* drive(reading.join());
  },

  *'readers that wait when the writer unlocks come in before the next writer'(drive) {
    const mutex = new RWMutex();
    const log = chan(10);
    const entered = new AtomicInt();
    const leave = chan();
    yield* drive(mutex.lock());
    const first = writer(mutex, log, 'first');
    yield* untilParked(drive, first);
    const readers = yield* parkedInOrder(drive, 3, () => reader(mutex, entered, leave));
    const second = writer(mutex, log, 'second');
    yield* untilParked(drive, second);
    mutex.unlock();
    yield* until(drive, () => entered.load() === 3);
    assert.equal(log.length, 0);
    for (const _ of readers) yield* drive(leave.send(1));
    assert.equal(yield* drive(log.recv()), 'first');
    assert.equal(yield* drive(log.recv()), 'second');
    for (const one of [first, second, ...readers]) yield* drive(one.join());
  },

  *'writers wait in order of arrival'(drive) {
    const mutex = new RWMutex();
    const log = chan(20);
    yield* drive(mutex.lock());
    yield* parkedInOrder(drive, 20, (index) => writer(mutex, log, index));
    mutex.unlock();
    for (let index = 0; index < 20; index++) assert.equal(yield* drive(log.recv()), index);
  },

  *'a writer is not starved by readers that keep coming'(drive) {
    const mutex = new RWMutex();
    const over = new AtomicInt();
    const turns = new AtomicInt();
    const readers = Array.from({ length: 4 }, () =>
      go(function* () {
        while (over.load() === 0) {
          yield* mutex.rLock();
          turns.add(1);
          yield* gosched(); // Others come in before it leaves.
          mutex.rUnlock();
        }
      }),
    );
    yield* until(drive, () => turns.load() > 50);
    for (let round = 0; round < 10; round++) {
      yield* drive(mutex.lock());
      mutex.unlock();
    }
    over.store(1);
    for (const one of readers) yield* drive(one.join());
  },

  *'a writer that leaves the line lets in the readers it held back'(drive) {
    const mutex = new RWMutex();
    const entered = new AtomicInt();
    const leave = chan();
    const guard = yield* drive(mutex.rLock());
    const writing = writer(mutex, chan(1), 'never');
    yield* untilParked(drive, writing);
    const reading = reader(mutex, entered, leave);
    yield* untilParked(drive, reading);
    writing.cancel();
    yield* until(drive, () => entered.load() === 1);
    yield* drive(leave.send(1));
    yield* drive(reading.join());

    const selecting = go(function* () {
      const hit = yield* select({ lock: mutex.lock(), late: after(20) });
      return hit.key;
    });
    yield* untilParked(drive, selecting);
    const next = reader(mutex, entered, leave);
    assert.equal(yield* drive(selecting.join()), 'late');
    yield* until(drive, () => entered.load() === 2);
    yield* drive(leave.send(1));
    yield* drive(next.join());
    guard.unlock();
    yield* ended(drive, writing);
    assert.equal(mutex.tryLock(), true);
    mutex.unlock();
  },

  *'both ways of locking are cases of a select'(drive) {
    const mutex = new RWMutex();
    const read = yield* drive(select({ lock: mutex.rLock(), late: after(60_000) }));
    assert.equal(read.key, 'lock');
    assert.equal((yield* drive(select({ lock: mutex.lock() }, { default: true }))).key, 'default');
    read.value.unlock();
    const write = yield* drive(select({ lock: mutex.lock(), other: chan().recv() }));
    assert.equal(write.key, 'lock');
    const waiting = go(function* () {
      const hit = yield* select({ read: mutex.rLock(), other: chan().recv() });
      hit.value.unlock();
      return hit.key;
    });
    yield* untilParked(drive, waiting);
    write.value.unlock();
    assert.equal(yield* drive(waiting.join()), 'read');
    assert.equal(mutex.tryLock(), true);
    mutex.unlock();
  },

  *'unlocking what is not locked throws and changes nothing'(drive) {
    const mutex = new RWMutex();
    const unlocked = { name: 'SyncError', message: 'unlock of unlocked RWMutex' };
    const notRead = { name: 'SyncError', message: 'rUnlock of RWMutex that is not locked for reading' };
    assert.throws(() => mutex.unlock(), unlocked);
    assert.throws(() => mutex.rUnlock(), notRead);
    yield* drive(mutex.rLock());
    assert.throws(() => mutex.unlock(), unlocked);
    mutex.rUnlock();
    assert.throws(() => mutex.rUnlock(), notRead);
    yield* drive(mutex.lock());
    assert.throws(() => mutex.rUnlock(), notRead);
    mutex.unlock();
    assert.throws(() => mutex.unlock(), unlocked);
  },

  *'goes by reference, and another goroutine may unlock'(drive) {
    const mutex = new RWMutex();
    const channel = chan(1);
    yield* drive(channel.send({ mutex }));
    assert.equal((yield* drive(channel.recv())).mutex, mutex);
    yield* drive(mutex.lock());
    yield* drive(go((shared) => shared.unlock(), mutex).join());
    yield* drive(go((shared) => assert.equal(shared.tryRLock(), true), mutex).join());
    mutex.rUnlock();
  },
};

/** `using`, for files that Node 20 must read. */
function using_(guard, body) {
  try {
    body();
  } finally {
    guard[Symbol.dispose]();
  }
}

/** Waits for the end of a goroutine that was cancelled. */
function* ended(drive, handle) {
  try {
    yield* drive(handle.join());
  } catch (error) {
    assert.equal(error.name, 'CanceledError');
    return;
  }
  assert.fail('it should have been cancelled');
}
