/** Goroutines that wait for each other while others run, and such that only seem to. */
import assert from 'node:assert/strict';
import { AtomicInt, after, chan, go, gosched, Mutex, Once, RWMutex, runtime, select, sleep } from 'goroutines';

/** Takes its own lock, then the other's, once both have their own. */
function* crosses(own, other, arrived, count) {
  yield* own.lock();
  arrived.add(1);
  while (arrived.load() < count) yield* gosched();
  yield* other.lock();
}

/** Someone who goes on for ever, so that this is no deadlock of all. */
function runsOn() {
  return go.local(function* ticks() {
    for (;;) yield* sleep(5);
  });
}

/** Until there are so many; a miss hangs, and the test ends by its time limit. */
async function deadlocks(count) {
  for (;;) {
    const found = await runtime.deadlocks();
    if (found.length >= count) return found;
    await sleep(2);
  }
}

const shapeOf = ({ goroutines, heldUp }) => ({
  goroutines: goroutines.map(({ id, holds, waitsFor, heldBy, how }) => ({ id, holds, waitsFor, heldBy, how })),
  heldUp,
});

export const programs = {
  async mutexes() {
    runsOn();
    const [one, other, arrived] = [new Mutex(), new Mutex(), new AtomicInt()];
    const first = go.with({ name: 'first' }, crosses, one, other, arrived, 2);
    const second = go(crosses, other, one, arrived, 2);
    const [found] = await deadlocks(1);
    assert.deepEqual(shapeOf(found), {
      goroutines: [
        { id: first.id, holds: ['mutex 1'], waitsFor: 'mutex 2', heldBy: [second.id], how: 'held' },
        { id: second.id, holds: ['mutex 2'], waitsFor: 'mutex 1', heldBy: [first.id], how: 'held' },
      ],
      heldUp: [],
    });
    for (const { stack, reason, milliseconds } of found.goroutines) {
      assert.match(stack[0], /^crosses \(.*circles\.mjs:\d+:\d+\)$/);
      assert.equal(reason, 'mutex lock');
      assert.ok(milliseconds >= 0);
    }
    // A thread that is kept waiting may be missing from one of them.
    let text = '';
    while (!text.startsWith('deadlock')) text = (await runtime.dump()).split('\n\n').at(-1);
    console.log(text);
    // It says so for as long as it is so: cancelled, one goes on.
    first.cancel();
    await first.join().then(undefined, () => undefined);
    one.unlock();
    await second;
    assert.deepEqual(await runtime.deadlocks(), []);
    process.exit();
  },

  /** Three, with one that they hold up, and one that this one holds up. */
  async three() {
    runsOn();
    const [a, b, c, d, arrived] = [new Mutex(), new Mutex(), new Mutex(), new Mutex(), new AtomicInt()];
    go(crosses, a, b, arrived, 3);
    go(crosses, b, c, arrived, 3);
    go(crosses, c, a, arrived, 3);
    const held = go(function* () {
      while (arrived.load() < 3) yield* gosched();
      yield* d.lock();
      yield* a.lock();
    });
    while (!d.isLocked()) await sleep(1);
    const last = go(function* () {
      yield* d.lock();
    });
    for (;;) {
      const [found] = await deadlocks(1);
      if (found.heldUp.length < 2) continue;
      assert.equal(found.goroutines.length, 3);
      assert.deepEqual(
        found.heldUp,
        [held.id, last.id].sort((x, y) => x - y),
      );
      for (const [index, { heldBy }] of found.goroutines.entries()) {
        assert.deepEqual(heldBy, [found.goroutines[(index + 1) % 3].id]);
      }
      break;
    }
    console.log('three and two');
    process.exit();
  },

  /** By every way to take a mutex. */
  async ways() {
    runsOn();
    const ways = {
      lock: function* (mutex) {
        yield* mutex.lock();
      },
      tryLock: function* (mutex) {
        mutex.tryLock();
      },
      acquire: function* (mutex) {
        yield* mutex.acquire();
      },
      select: function* (mutex) {
        yield* select({ got: mutex.lock(), late: after(60_000) });
      },
      waited: function* (mutex, begun) {
        begun.add(1);
        yield* mutex.lock();
      },
      handedOver: function* (mutex, begun) {
        begun.add(1);
        yield* mutex.acquire();
      },
    };
    for (const [name, way] of Object.entries(ways)) {
      const [mutex, begun] = [new Mutex(), new AtomicInt()];
      const waited = name === 'waited' || name === 'handedOver';
      if (waited) mutex.tryLock();
      const taker = go(function* takesTwice() {
        yield* way(mutex, begun);
        yield* mutex.lock();
      });
      if (waited) {
        while (begun.load() === 0) await sleep(1);
        while (taker.status !== 'waiting') await sleep(1);
        mutex.unlock();
      }
      const [found] = await deadlocks(1);
      assert.equal(found.goroutines[0].id, taker.id, name);
      assert.deepEqual(found.goroutines[0].heldBy, [taker.id], name);
      taker.cancel();
      await taker.join().then(undefined, () => undefined);
      assert.deepEqual(await runtime.deadlocks(), [], name);
    }
    console.log(Object.keys(ways).join());
    process.exit();
  },

  async readers() {
    runsOn();
    const [mutex, other, arrived] = [new RWMutex(), new RWMutex(), new AtomicInt()];
    // Both read, and both want to write.
    const both = [0, 1].map(() =>
      go(function* upgrades() {
        yield* mutex.rLock();
        arrived.add(1);
        while (arrived.load() < 2) yield* gosched();
        yield* mutex.lock();
      }),
    );
    // The first of them waits for itself until the second wants to write, too.
    let [found] = await deadlocks(1);
    while (found.goroutines.length < 2) [found] = await deadlocks(1);
    assert.deepEqual(
      found.goroutines.map(({ id }) => id).sort((a, b) => a - b),
      both.map(({ id }) => id),
    );
    for (const { holds, waitsFor, heldBy } of found.goroutines) {
      assert.deepEqual([holds, waitsFor, heldBy.length], [['rwmutex 1'], 'rwmutex 1', 2]);
    }
    // One reads twice, and a writer comes in between.
    const [read, waits] = [new AtomicInt(), new AtomicInt()];
    const reader = go(function* readsTwice() {
      yield* other.rLock();
      read.add(1);
      while (waits.load() === 0) yield* gosched();
      yield* other.rLock();
    });
    const writer = go(function* writes() {
      while (read.load() === 0) yield* gosched();
      yield* other.lock();
    });
    while (writer.status !== 'waiting') await sleep(1); // It has no other wait than the one for the lock.
    waits.add(1);
    const list = await deadlocks(2);
    assert.deepEqual(shapeOf(list.find(({ goroutines }) => goroutines.some(({ id }) => id === reader.id))), {
      goroutines: [
        { id: reader.id, holds: ['rwmutex 2'], waitsFor: 'rwmutex 2', heldBy: [writer.id], how: 'held back' },
        { id: writer.id, holds: [], waitsFor: 'rwmutex 2', heldBy: [reader.id], how: 'held' },
      ],
      heldUp: [],
    });
    console.log('readers');
    process.exit();
  },

  /** A circle through a mutex, a Once and a join. */
  async mixed() {
    runsOn();
    const [mutex, once, entered, handles] = [new Mutex(), new Once(), new AtomicInt(), chan(1)];
    const joiner = go(function* joins() {
      yield* once.do(function* () {
        entered.add(1);
        yield* yield* handles.recv();
      });
    });
    const holder = go(function* holds() {
      yield* mutex.lock();
      entered.add(1);
      while (entered.load() < 2) yield* gosched();
      yield* once.do(() => undefined);
    });
    const locker = go(function* locks() {
      while (entered.load() < 2) yield* gosched();
      yield* mutex.lock();
    });
    await handles.send(locker);
    const [found] = await deadlocks(1);
    assert.deepEqual(
      found.goroutines.map(({ id, waitsFor, holds }) => [id, waitsFor, holds]).sort(([a], [b]) => a - b),
      [
        [joiner.id, `the end of goroutine ${locker.id}`, found.goroutines.find(({ id }) => id === joiner.id).holds],
        [
          holder.id,
          found.goroutines.find(({ id }) => id === holder.id).waitsFor,
          found.goroutines.find(({ id }) => id === holder.id).holds,
        ],
        [locker.id, found.goroutines.find(({ id }) => id === holder.id).holds[0], []],
      ],
    );
    assert.match(found.goroutines.find(({ id }) => id === joiner.id).holds[0], /^once \d$/);
    assert.match(found.goroutines.find(({ id }) => id === holder.id).holds[0], /^mutex \d$/);
    console.log('mixed');
    process.exit();
  },

  /** What is no deadlock: none of it may ever be told of as one. */
  async none() {
    const mutexes = Array.from({ length: 3 }, () => new Mutex());
    const [shared, over] = [new RWMutex(), new AtomicInt()];
    for (let index = 0; index < 12; index++) {
      go(function* busy() {
        for (let turn = index; over.load() === 0; turn++) {
          const [low, high] = [turn % 3, (turn + 1) % 3].sort().map((number) => mutexes[number]);
          const guards = [yield* low.lock(), yield* high.lock()];
          yield* gosched();
          if (turn % 2 === 0) for (const guard of guards.reverse()) guard.unlock();
          // In the other order, and from elsewhere.
          else yield* go.local(() => guards.forEach((guard) => guard.unlock()));
          const mode = turn % 4 === 0 ? yield* shared.lock() : yield* shared.rLock();
          yield* gosched();
          mode.unlock();
          const hit = yield* select({ got: low.lock(), late: after(0) });
          if (hit.key === 'got') hit.value.unlock();
          yield* go(function* () {
            yield* (yield* high.lock()).unlock() ?? gosched();
          });
        }
      });
    }
    for (let looks = 0; looks < 25; looks++) {
      const found = await runtime.deadlocks();
      if (found.length > 0) console.log(JSON.stringify(found));
    }
    over.store(1);
    while (runtime.numGoroutine() > 0) await sleep(1);
    console.log('none');
  },

  /** Who unlocks for another: the one that took it waits, and does not hold it any more. */
  async unlockedByAnother() {
    runsOn();
    const [mutex, shared, taken, go1] = [new Mutex(), new RWMutex(), new AtomicInt(), chan()];
    const taker = go(function* takes() {
      yield* mutex.lock();
      yield* shared.rLock();
      taken.add(1);
      yield* go1.recv();
      yield* mutex.lock();
      yield* shared.lock();
    });
    while (taken.load() === 0) await sleep(1);
    mutex.unlock();
    shared.rUnlock();
    await mutex.lock(); // Async code's now, and nobody knows whose.
    await shared.rLock();
    await go1.send(0);
    while (taker.status !== 'waiting') await sleep(1);
    assert.deepEqual(await runtime.deadlocks(), []);
    mutex.unlock();
    for (;;) {
      const list = await runtime.goroutines();
      if (list.some(({ waitsFor }) => waitsFor === 'rwmutex lock')) break;
      await sleep(1);
    }
    assert.deepEqual(await runtime.deadlocks(), []);
    console.log('none');
    process.exit();
  },

  quit() {
    runsOn();
    const [one, other, arrived] = [new Mutex(), new Mutex(), new AtomicInt()];
    go(crosses, one, other, arrived, 2);
    go(crosses, other, one, arrived, 2);
    void deadlocks(1).then(() => process.kill(process.pid, 'SIGQUIT'));
  },
};
