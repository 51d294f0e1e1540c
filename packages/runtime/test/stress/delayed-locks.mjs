/**
 * The sync types over a package whose seam delays, as `delayed.mjs`: `node delayed-locks.mjs PACKAGE ROUNDS`. Users are on
 * all threads, wait in selects that go elsewhere, and are cancelled: whoever they held up must be let in.
 */
import assert from 'node:assert/strict';

const { after, AtomicInt, Barrier, Cond, E_CANCELED, go, gosched, Mutex, Once, run, runtime, RWMutex, select, Semaphore, wait } =
  await import(new URL('dist/index.js', process.argv[2]).href);
const rounds = Number(process.argv[3]);

/** Joins all, of whom some were cancelled. */
function* ended(handles) {
  for (const handle of handles) {
    try {
      yield* handle;
    } catch (error) {
      if (error.name !== 'CanceledError') throw error;
    }
  }
}

function cancelSome(handles) {
  for (const handle of handles) if (Math.random() < 0.3) handle.cancel();
}

function* semaphores() {
  const [semaphore, used] = [new Semaphore(3), new AtomicInt()];
  const handles = Array.from({ length: 12 }, (_, index) =>
    go(function* () {
      for (let turn = 0; turn < 12; turn++) {
        const weight = 1 + ((index + turn) % 3);
        if (turn % 4 === 0) {
          const hit = yield* select({ got: semaphore.acquire(weight), late: after(Math.random()) });
          if (hit.key === 'got') hit.value[1]();
          continue;
        }
        if (turn % 4 === 1) yield* semaphore.waitForUnlock();
        yield* semaphore.runExclusive(function* () {
          try {
            if (used.add(weight) > 3) throw new Error('more than there are');
            yield* gosched();
          } finally {
            used.add(-weight);
          }
        }, weight);
      }
    }),
  );
  yield* gosched();
  cancelSome(handles);
  yield* ended(handles);
  assert.equal(semaphore.getValue(), 3);
}

function* readersAndWriters() {
  const [mutex, cells] = [new RWMutex(), new Int32Array(new SharedArrayBuffer(12))];
  const handles = Array.from({ length: 12 }, (_, index) =>
    go(function* () {
      for (let turn = 0; turn < 12; turn++) {
        const writes = (index + turn) % 3 === 0;
        let guard;
        if (turn % 3 === 0) {
          const hit = yield* select({ guard: writes ? mutex.lock() : mutex.rLock(), late: after(Math.random()) });
          if (hit.key === 'late') continue;
          guard = hit.value;
        } else {
          guard = yield* writes ? mutex.lock() : mutex.rLock();
        }
        try {
          if (writes && Atomics.add(cells, 0, 1000) !== 0) throw new Error('a writer is not alone');
          if (!writes && Atomics.add(cells, 0, 1) >= 1000) throw new Error('a reader is with a writer');
          yield* gosched();
        } finally {
          Atomics.sub(cells, 0, writes ? 1000 : 1);
          guard.unlock();
        }
      }
    }),
  );
  yield* gosched();
  cancelSome(handles);
  yield* ended(handles);
  assert.equal(mutex.tryLock(), true);
}

/** A queue of one place; a consumer that is cancelled leaves its signal to another. */
function* conditions() {
  const mutex = new Mutex();
  const [full, empty] = [new Cond(mutex), new Cond(mutex)];
  const [cells, each] = [new Int32Array(new SharedArrayBuffer(12)), 20];
  const consumers = Array.from({ length: 6 }, () =>
    go(function* () {
      for (;;) {
        const guard = yield* mutex.lock();
        try {
          while (cells[0] === 0) yield* full.wait();
          cells[1] += cells[0];
          cells[2]++;
          cells[0] = 0;
          empty.signal();
        } finally {
          guard.unlock();
        }
      }
    }),
  );
  const producers = Array.from({ length: 3 }, () =>
    go(function* () {
      for (let value = 1; value <= each; value++) {
        const guard = yield* mutex.lock();
        try {
          while (cells[0] !== 0) yield* empty.wait();
          cells[0] = value;
          full.signal();
        } finally {
          guard.unlock();
        }
      }
    }),
  );
  for (const consumer of consumers.slice(2)) {
    yield* gosched();
    consumer.cancel();
  }
  for (const producer of producers) yield* producer;
  for (let taken = 0; taken < 3 * each; ) {
    const guard = yield* mutex.lock();
    taken = cells[2];
    guard.unlock();
    yield* gosched();
  }
  for (const consumer of consumers) consumer.cancel();
  yield* ended(consumers);
  assert.equal(cells[1], (3 * each * (each + 1)) / 2);
  assert.equal(mutex.isLocked(), false);
}

function* meetings() {
  const [barrier, once, arrived, runs, leaders] = [new Barrier(6), new Once(), new AtomicInt(), new AtomicInt(), new AtomicInt()];
  const handles = Array.from({ length: 6 }, () =>
    go(function* () {
      for (let turn = 1; turn <= 15; turn++) {
        arrived.add(1);
        if ((yield* barrier.wait()).leader) leaders.add(1);
        if (arrived.load() < 6 * turn) throw new Error('one has not come');
        yield* once.do(function* () {
          yield* gosched();
          runs.add(1);
        });
        if (runs.load() !== 1) throw new Error('it was not run once');
      }
    }),
  );
  for (const handle of handles) yield* handle;
  assert.equal(leaders.load(), 15);
}

/** Async code of the main thread, whose locks begin at the call, beside goroutines; now and then all that wait are sent away. */
function* mixed() {
  const [mutex, inside] = [new Mutex(), new AtomicInt()];
  const use = function* () {
    for (let turn = 0; turn < 12; turn++) {
      try {
        if (turn % 4 === 1) yield* mutex.waitForUnlock();
        const hit = yield* select({ release: mutex.acquire(turn % 3), late: after(50) });
        if (hit.key === 'late') continue;
        if (inside.add(1) !== 1) throw new Error('two hold the lock');
        yield* gosched();
        inside.add(-1);
        hit.value();
      } catch (error) {
        if (error !== E_CANCELED) throw error;
      }
    }
  };
  const useAsync = async () => {
    for (let turn = 0; turn < 12; turn++) {
      try {
        await mutex.runExclusive(async () => {
          if (inside.add(1) !== 1) throw new Error('two hold the lock');
          await gosched();
          inside.add(-1);
        });
        if (turn % 4 === 1) mutex.cancel();
        if (turn % 4 === 2) await mutex.waitForUnlock();
      } catch (error) {
        if (error !== E_CANCELED) throw error;
      }
    }
  };
  const handles = Array.from({ length: 6 }, () => go(use));
  const here = Promise.all([asAsyncCode(useAsync), asAsyncCode(useAsync)]);
  for (const handle of handles) yield* handle;
  yield* wait(here);
  assert.equal(mutex.isLocked(), false);
}

/** Outside of the goroutine that calls this: only there is it async code. */
async function asAsyncCode(fn) {
  await undefined;
  return await fn();
}

await run(function* () {
  for (let round = 0; round < 2 * rounds; round++) {
    yield* semaphores();
    yield* readersAndWriters();
    yield* conditions();
    yield* meetings();
    yield* mixed();
  }
});
assert.equal(runtime.numGoroutine(), 0);
console.log('done');
