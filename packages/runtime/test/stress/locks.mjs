/**
 * Each of the sync types under users of all kinds at once: goroutines of several workers, goroutines of the main thread, and
 * async code there. They wait, try, select and give up at random; what the type promises is checked inside, and that nothing
 * is left over at the end.
 */
import assert from 'node:assert/strict';
import {
  AtomicInt,
  after,
  Barrier,
  Cond,
  E_CANCELED,
  go,
  gosched,
  Mutex,
  Once,
  RWMutex,
  Semaphore,
  select,
  sleep,
  WaitGroup,
  wait,
} from 'goroutines';
import { randomNumbers } from '../helpers/random.mjs';
import { startUsers } from '../helpers/users.mjs';

const USERS = { workers: 8, local: 3, async: 3 };
const ALL = 14;

const shared = (count) => new Int32Array(new SharedArrayBuffer(4 * count));

/** Now and then a delay of some kind. */
function* delayed(drive, random) {
  const kind = random(40);
  if (kind < 6) yield* drive(gosched());
  else if (kind === 6) yield* drive(sleep(0));
  else if (kind === 7) yield* drive(wait(Promise.resolve()));
  else if (kind === 8) for (let spin = random(10_000); spin > 0; spin--);
}

function* mutexUser(drive, number, seed, mutex, cells) {
  const random = randomNumbers(seed + number);
  for (let round = 0; round < 200; round++) {
    const way = random(7);
    let release;
    try {
      if (way === 0) {
        const hit = yield* drive(select({ guard: mutex.lock(), late: after(random(2)) }));
        if (hit.key === 'late') continue;
        release = () => hit.value.unlock();
      } else if (way === 1) {
        const hit = yield* drive(select({ got: mutex.acquire(random(3) - 1), late: after(random(2)) }));
        if (hit.key === 'late') continue;
        release = hit.value;
      } else if (way === 2) {
        if (!mutex.tryLock()) continue;
        release = () => mutex.unlock();
      } else if (way === 3) {
        release = yield* drive(mutex.acquire(random(3) - 1));
      } else if (way === 4) {
        yield* drive(mutex.waitForUnlock(random(3) - 1));
        continue;
      } else if (way === 5) {
        yield* drive(
          mutex.runExclusive(function* () {
            assert.equal(cells[0]++, 0);
            cells[1]++;
            Atomics.add(cells, 2, 1);
            yield* gosched();
            cells[0]--;
          }),
        );
        continue;
      } else {
        const guard = yield* drive(mutex.lock());
        release = () => guard.unlock();
      }
    } catch (error) {
      if (error !== E_CANCELED) throw error;
      Atomics.add(cells, 3, 1);
      continue;
    }
    assert.equal(cells[0]++, 0); // Not atomic: the lock makes it so.
    cells[1]++;
    Atomics.add(cells, 2, 1);
    yield* delayed(drive, random);
    cells[0]--;
    release();
    if (random(50) === 0) mutex.cancel();
  }
}

function* readerOrWriter(drive, number, seed, mutex, cells) {
  const random = randomNumbers(seed + number);
  for (let round = 0; round < 200; round++) {
    const writes = random(4) === 0;
    const way = random(4);
    let unlock = () => (writes ? mutex.unlock() : mutex.rUnlock());
    if (way === 0) {
      const hit = yield* drive(select({ guard: writes ? mutex.lock() : mutex.rLock(), late: after(random(2)) }));
      if (hit.key === 'late') continue;
      unlock = () => hit.value.unlock();
    } else if (way === 1) {
      if (!(writes ? mutex.tryLock() : mutex.tryRLock())) continue;
    } else {
      yield* drive(writes ? mutex.lock() : mutex.rLock());
    }
    if (writes) {
      assert.equal(Atomics.add(cells, 0, 1000), 0);
      cells[1]++;
      yield* delayed(drive, random);
      cells[2]++;
      Atomics.sub(cells, 0, 1000);
    } else {
      assert.ok(Atomics.add(cells, 0, 1) < 1000);
      assert.equal(cells[1], cells[2]);
      yield* delayed(drive, random);
      assert.equal(cells[1], cells[2]);
      Atomics.sub(cells, 0, 1);
    }
    unlock();
  }
}

function* permitUser(drive, number, seed, semaphore, used, limit) {
  const random = randomNumbers(seed + number);
  for (let round = 0; round < 200; round++) {
    const weight = 1 + random(limit);
    const way = random(6);
    let release;
    if (way === 0) {
      const hit = yield* drive(select({ got: semaphore.acquire(weight), late: after(random(2)) }));
      if (hit.key === 'late') continue;
      release = hit.value[1];
    } else if (way === 1) {
      if (!semaphore.tryAcquire(weight)) continue;
      release = () => semaphore.release(weight);
    } else if (way === 2) {
      yield* drive(semaphore.waitForUnlock(weight));
      continue;
    } else {
      const [before, giveBack] = yield* drive(semaphore.acquire(weight, way === 3 ? random(3) - 1 : 0));
      assert.ok(before >= weight && before <= limit);
      release = giveBack;
    }
    assert.ok(used.add(weight) <= limit);
    yield* delayed(drive, random);
    used.add(-weight);
    release();
  }
}

/** Half of them put numbers into a queue of few places, half take them out. */
function* queueUser(drive, number, seed, notEmpty, notFull, cells, each) {
  const random = randomNumbers(seed + number);
  const places = 3;
  const { mutex } = notEmpty;
  let sum = 0;
  for (let round = 1; round <= each; round++) {
    const guard = yield* drive(mutex.lock());
    if (number % 2 === 0) {
      while (cells[0] === places) yield* drive(notFull.wait());
      cells[2 + ((cells[1] + cells[0]++) % places)] = round;
      if (random(10) === 0) notEmpty.broadcast();
      else notEmpty.signal();
    } else {
      while (cells[0] === 0) yield* drive(notEmpty.wait());
      sum += cells[2 + cells[1]];
      cells[1] = (cells[1] + 1) % places;
      cells[0]--;
      if (random(10) === 0) notFull.broadcast();
      else notFull.signal();
    }
    guard.unlock();
    yield* delayed(drive, random);
  }
  return sum;
}

function* onceUser(drive, number, seed, onces, runs) {
  const random = randomNumbers(seed + number);
  for (const [index, once] of onces.entries()) {
    yield* drive(
      once.do(function* () {
        Atomics.add(runs, index, 1);
        yield* gosched();
        Atomics.add(runs, index, 100);
      }),
    );
    assert.equal(Atomics.load(runs, index), 101);
    yield* delayed(drive, random);
  }
}

function* party(drive, number, seed, barrier, arrived, leaders, rounds) {
  const random = randomNumbers(seed + number);
  for (let round = 1; round <= rounds; round++) {
    arrived.add(1);
    const { leader } = yield* drive(barrier.wait());
    if (leader) leaders.add(1);
    const now = arrived.load();
    assert.ok(now >= ALL * round && now < ALL * (round + 1), `round ${round}: ${now} have come`);
    yield* delayed(drive, random);
  }
}

/** Adds to the group, and waits for it to be at zero now and then; the last who is done wakes all. */
function* groupUser(drive, number, seed, group, pending) {
  const random = randomNumbers(seed + number);
  for (let round = 0; round < 200; round++) {
    const count = 1 + random(3);
    group.add(count);
    pending.add(count);
    yield* delayed(drive, random);
    pending.add(-count);
    for (let index = 0; index < count; index++) group.done();
    if (random(10) === 0) yield* drive(group.wait());
  }
}

export const locks = {
  async Mutex(seed) {
    const mutex = new Mutex();
    const cells = shared(4);
    await startUsers(USERS, mutexUser, seed, mutex, cells).all;
    assert.equal(mutex.isLocked(), false);
    assert.equal(cells[0], 0);
    assert.equal(cells[1], cells[2]);
  },

  async RWMutex(seed) {
    const mutex = new RWMutex();
    const cells = shared(3);
    await startUsers(USERS, readerOrWriter, seed, mutex, cells).all;
    assert.equal(cells[0], 0);
    assert.equal(mutex.tryLock(), true);
  },

  async Semaphore(seed) {
    const semaphore = new Semaphore(4);
    const used = new AtomicInt();
    await startUsers(USERS, permitUser, seed, semaphore, used, 4).all;
    assert.equal(used.load(), 0);
    assert.equal(semaphore.getValue(), 4);
  },

  async Cond(seed) {
    const mutex = new Mutex();
    const each = 150;
    const sums = await startUsers(USERS, queueUser, seed, new Cond(mutex), new Cond(mutex), shared(5), each).all;
    assert.equal(
      sums.reduce((sum, one) => sum + one),
      ((ALL / 2) * each * (each + 1)) / 2,
    );
    assert.equal(mutex.isLocked(), false);
  },

  async Once(seed) {
    const onces = Array.from({ length: 100 }, () => new Once());
    const runs = shared(100);
    await startUsers(USERS, onceUser, seed, onces, runs).all;
    assert.ok(runs.every((times) => times === 101));
  },

  async Barrier(seed) {
    const arrived = new AtomicInt();
    const leaders = new AtomicInt();
    await startUsers(USERS, party, seed, new Barrier(ALL), arrived, leaders, 100).all;
    assert.equal(arrived.load(), ALL * 100);
    assert.equal(leaders.load(), 100);
  },

  async WaitGroup(seed) {
    const group = new WaitGroup();
    const pending = new AtomicInt();
    await startUsers(USERS, groupUser, seed, group, pending).all;
    assert.equal(pending.load(), 0);
    await group.wait();
    assert.throws(() => group.done(), { name: 'SyncError' });
  },

  async AtomicInt() {
    const counter = new AtomicInt();
    const exchanged = new AtomicInt();
    const user = function* () {
      for (let round = 0; round < 2000; round++) {
        counter.add(1);
        for (let before = exchanged.load(); !exchanged.compareAndSwap(before, before + 1); before = exchanged.load());
      }
    };
    await startUsers(USERS, user).all;
    assert.equal(counter.load(), ALL * 2000);
    assert.equal(exchanged.load(), ALL * 2000);
  },

  /** Whoever is cancelled, at any moment, what it held or was about to get goes on to the others. */
  async 'cancelled at any moment'(seed) {
    const random = randomNumbers(seed);
    const mutex = new Mutex();
    const rw = new RWMutex();
    const semaphore = new Semaphore(3);
    const condition = new Cond(mutex);
    const handles = Array.from({ length: 150 }, (_, index) =>
      go(function* () {
        for (;;) {
          if (index % 4 === 0) {
            const guard = yield* rw.lock();
            try {
              yield* gosched();
            } finally {
              guard.unlock();
            }
          } else if (index % 4 === 1) {
            const guard = yield* rw.rLock();
            try {
              yield* gosched();
            } finally {
              guard.unlock();
            }
          } else if (index % 4 === 2) {
            yield* semaphore.runExclusive(() => gosched(), 1 + (index % 3));
          } else {
            const guard = yield* mutex.lock();
            try {
              if (index % 8 === 3) yield* condition.wait();
              else condition.signal();
              yield* gosched();
            } finally {
              guard.unlock();
            }
          }
        }
      }),
    );
    const order = handles.map((handle) => handle);
    while (order.length > 0) {
      const [handle] = order.splice(random(order.length), 1);
      handle.cancel();
      for (let turns = random(3); turns > 0; turns--) await gosched();
    }
    for (const handle of handles) {
      await handle.join().then(
        () => assert.fail('it should have been cancelled'),
        (error) => assert.equal(error.name, 'CanceledError'),
      );
    }
    assert.equal(mutex.isLocked(), false);
    assert.equal(semaphore.getValue(), 3);
    assert.equal(rw.tryLock(), true);
  },
};
