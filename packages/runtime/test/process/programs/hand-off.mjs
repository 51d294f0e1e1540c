/** Programs whose goroutines hold up their threads; one program of these by name. What must not wait is what they wait for. */
import assert from 'node:assert/strict';
import { AtomicInt, blocking, chan, go, gosched, runtime, WaitGroup } from 'goroutines';

const shared = (count = 1) => new Int32Array(new SharedArrayBuffer(4 * count));

/** Holds up its thread until the word has come to a number. */
function holdUntil(word, number) {
  for (let seen = Atomics.load(word, 0); seen < number; seen = Atomics.load(word, 0)) Atomics.wait(word, 0, seen);
}

function advance(word) {
  Atomics.add(word, 0, 1);
  Atomics.notify(word, 0);
}

async function until(condition) {
  while (!condition()) await gosched();
}

/** Every processor's goroutine waits, without a word, for what is queued behind it. */
async function holdUp(procs, queued) {
  const [done, begun] = [shared(), shared()];
  const holders = Array.from({ length: procs }, () =>
    go(function* () {
      advance(begun);
      holdUntil(done, queued);
      yield* gosched();
      return 'finished';
    }),
  );
  // Before: one that has begun on the same thread would be held up, as nobody else can run it.
  await until(() => Atomics.load(begun, 0) === procs);
  const others = Array.from({ length: queued }, (_, index) =>
    go(function* () {
      yield* gosched();
      advance(done);
      return index;
    }),
  );
  assert.deepEqual(
    await Promise.all(others),
    Array.from({ length: queued }, (_, index) => index),
  );
  assert.deepEqual(await Promise.all(holders), Array(procs).fill('finished'));
}

function within(procs) {
  const { mostProcs, handoffs } = runtime.stats();
  assert.ok(mostProcs <= procs, `${mostProcs} ran at once`);
  return handoffs;
}

export const programs = {
  /** Machines that share one processor, each with a goroutine that uses up every slice: what others queue comes to run. */
  async longSlices() {
    const { procs } = runtime;
    const [done, begun] = [shared(), new AtomicInt()];
    const busy = Array.from({ length: procs }, () =>
      go(function* () {
        begun.add(1);
        while (Atomics.load(done, 0) < 40);
      }),
    );
    await until(() => begun.load() === procs);
    await runtime.setProcs(1);
    await Promise.all(Array.from({ length: 40 }, () => go(advance, done)));
    await Promise.all(busy);
    console.log('all came to run');
  },

  async queued() {
    const { procs } = runtime;
    for (let round = 0; round < 5; round++) await holdUp(procs, 300);
    assert.ok(within(procs) >= 1);
    assert.equal(runtime.numGoroutine(), 0);
    console.log('nothing was held up');
  },

  /** In a loop, and from its own machine's queue. */
  async loop() {
    const done = shared();
    const result = await go(function* () {
      for (let index = 0; index < 20; index++) {
        go(function* () {
          yield* gosched();
          advance(done);
        });
      }
      while (Atomics.load(done, 0) < 20);
      // Its processor is gone, its queue is not.
      for (let index = 0; index < 400; index++) go(() => advance(done));
      while (Atomics.load(done, 0) < 420);
      return 'finished';
    });
    assert.equal(result, 'finished');
    assert.ok(runtime.procs > 1 || within(1) >= 1);
    console.log('nothing was held up');
  },

  /** Goroutines that began on the machine that is held up go on there afterwards, and in turn with the others. */
  async pinned() {
    const { procs } = runtime;
    const gate = chan();
    const parked = Array.from({ length: 50 }, (_, index) =>
      go(function* () {
        yield* gate.recv();
        for (let turn = 0; turn < 100; turn++) yield* gosched();
        return index;
      }),
    );
    await until(() => parked.every(({ status }) => status === 'waiting'));
    const [release, begun] = [shared(), shared()];
    const holders = Array.from({ length: procs }, () =>
      go(function* () {
        advance(begun);
        holdUntil(release, 1);
      }),
    );
    await until(() => Atomics.load(begun, 0) === procs);
    gate.close(); // All can run now, and their machines are held up.
    for (let index = 0; index < 50; index++) assert.equal(await go((value) => value, index), index);
    advance(release);
    assert.deepEqual(
      await Promise.all(parked),
      Array.from({ length: 50 }, (_, index) => index),
    );
    await Promise.all(holders);
    within(procs);
    assert.equal(runtime.numGoroutine(), 0);
    console.log('all ran');
  },

  /** An async function holds up its thread in libuv's turn. */
  async callback() {
    const [done, begun] = [shared(), shared()];
    const holders = Array.from({ length: runtime.procs }, () =>
      go(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        advance(begun);
        holdUntil(done, 20);
      }),
    );
    await until(() => Atomics.load(begun, 0) >= 1); // Two may share a thread: then the second begins after the first.
    await Promise.all(Array.from({ length: 20 }, () => go(() => advance(done))));
    await Promise.all(holders);
    console.log('nothing was held up');
  },

  async reused() {
    runtime.configure({ spareMilliseconds: 0x7fffffff });
    const { procs } = runtime;
    await holdUp(procs, 50);
    await until(() => runtime.stats().spares >= 1);
    for (let round = 0; round < 10; round++) await holdUp(1, 50);
    const { threads, handoffs } = runtime.stats();
    assert.ok(handoffs >= 1 && threads <= procs + 4, `${threads} threads`);
    console.log('spare threads are kept');
  },

  async ended() {
    runtime.configure({ spareMilliseconds: 20 });
    const word = shared();
    const calls = Array.from({ length: 3 }, () => blocking((release) => holdUntil(release, 1), word).then(() => undefined));
    await until(() => runtime.stats().spares >= 3);
    advance(word);
    await Promise.all(calls);
    await until(() => runtime.stats().spares === 1);
    await holdUp(runtime.procs, 50);
    await until(() => runtime.stats().spares === 1);
    assert.equal(await blocking(() => 'again'), 'again');
    console.log('one is kept');
  },

  async limited() {
    runtime.configure({ spareThreads: 2 });
    const word = shared();
    const calls = Array.from({ length: 10 }, (_, index) =>
      blocking(
        (release, value) => {
          holdUntil(release, 1);
          return value;
        },
        word,
        index,
      ).then((value) => value),
    );
    await until(() => runtime.stats().spares === 2 && runtime.stats().blockingQueue === 8);
    assert.equal(await go(() => 'goes on'), 'goes on');
    advance(word);
    assert.deepEqual(
      await Promise.all(calls),
      Array.from({ length: 10 }, (_, index) => index),
    );
    const { threads, blockingCalls } = runtime.stats();
    assert.deepEqual([threads, blockingCalls], [runtime.procs + 2, 10]);
    console.log('two at a time');
  },

  async blocking() {
    const told = async (call) => {
      try {
        return await call();
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    };
    const factor = 3;
    console.log(await blocking((value) => value * factor, 7));
    console.log(
      await go(function* () {
        try {
          yield* blocking(() => {
            throw new RangeError('thrown there');
          });
        } catch (error) {
          return [error.name, yield* blocking((list) => list.concat(4), [1, 2, 3])];
        }
      }),
    );
    console.log(await told(() => blocking(function* () {})));
    console.log(await told(() => blocking(async () => undefined)));
    console.log(await told(() => blocking(7)));
    console.log(await told(() => blocking(() => [1][Symbol.iterator] && (function* () {})())));
    console.log(await told(() => blocking((value) => value, Symbol('none'))));
    console.log(await blocking(() => Promise.resolve('a promise is waited for')));
    console.log(await told(() => blocking(() => process.reallyExit(3))));
    const operation = blocking(() => 'once');
    console.log(await operation, await told(() => operation));
    console.log(await blocking(() => 'goes on'), runtime.numGoroutine());
  },

  async canceled() {
    runtime.configure({ spareThreads: 1 });
    const [word, ran] = [shared(), shared()];
    const first = blocking((release) => holdUntil(release, 1), word).then(() => 'first');
    await until(() => runtime.stats().blockingCalls === 1);
    const waiting = go(function* () {
      yield* blocking((count) => advance(count), ran);
    });
    await until(() => waiting.status === 'waiting' && runtime.stats().blockingQueue === 1);
    waiting.cancel('no longer needed');
    await assert.rejects(async () => await waiting, { name: 'CanceledError' });
    advance(word);
    console.log(await first);
    await until(() => runtime.numGoroutine() === 0);
    console.log(ran[0]);
  },

  async resized() {
    const told = (call) =>
      call().then(
        () => 'done',
        (error) => `${error.name}: ${error.message}`,
      );
    for (const wrong of [0, 65, 1.5, '2', undefined]) console.log(await told(() => runtime.setProcs(wrong)));
    await runtime.setProcs(2);
    console.log(runtime.procs);
    const [stop, values] = [shared(), chan(10)];
    const pinned = Array.from({ length: 40 }, (_, index) =>
      go(function* () {
        let turns = 0;
        for (; Atomics.load(stop, 0) === 0; turns++) yield* gosched();
        yield* values.send(index);
        return turns > 0;
      }),
    );
    await until(() => runtime.stats().started >= 40);
    let sum = 0;
    for (const procs of [4, 1, 3, 1, 2]) {
      const handles = Array.from({ length: 600 }, () => go(() => 1));
      await runtime.setProcs(procs);
      assert.deepEqual([runtime.procs, runtime.stats().procs], [procs, procs]);
      for (const handle of handles) sum += await handle;
      await holdUp(procs, 30);
      assert.ok(runtime.stats().mostProcs <= procs);
    }
    console.log(sum, await go(() => runtime.procs));
    advance(stop);
    let received = 0;
    for (let index = 0; index < 40; index++) received += await values.recv();
    assert.equal(received, 780);
    for (const handle of pinned) assert.equal(await handle, true);
    console.log(runtime.numGoroutine());
    await runtime.shutdown();
    await runtime.setProcs(3);
    console.log(await go(() => runtime.procs), await told(() => runtime.setProcs(1)), runtime.procs);
  },

  /** Threads that were spare are wanted for processors in the same moment. */
  async 'resized with calls'() {
    for (let procs = runtime.procs + 3; procs < 12; procs += 3) {
      await go(() => undefined);
      const resized = runtime.setProcs(procs);
      const calls = Array.from({ length: 3 }, (_, index) => blocking((value) => value, index));
      await resized;
      assert.deepEqual(await Promise.all(calls.map((call) => call)), [0, 1, 2]);
    }
    console.log('all were run');
  },

  /** The last goroutine of a thread that is held up is retired with its processor: the promise does not wait for it. */
  async 'resized while held up'() {
    const [word, begun] = [shared(), shared()];
    const holders = Array.from({ length: runtime.procs }, () =>
      go(() => {
        advance(begun);
        holdUntil(word, 1);
        return 'finished';
      }),
    );
    await until(() => Atomics.load(begun, 0) === runtime.procs);
    await runtime.setProcs(1);
    console.log(runtime.procs, await go(() => 'goes on'));
    advance(word);
    console.log(new Set(await Promise.all(holders)));
  },

  async collected() {
    // It queues more than it lets run, and keeps enough for long collections; a turn of its own is too short to lose its processor.
    await go(function* () {
      const all = new WaitGroup();
      let kept = [];
      while (runtime.stats().gcOffers === 0) {
        all.add(50);
        for (let index = 0; index < 50; index++) go(() => all.done());
        for (let index = 0; index < 10_000; index++) kept.push({ index, list: [index] });
        if (kept.length > 1_000_000) kept = [];
        yield* gosched();
      }
      yield* all.wait();
    });
    const { gcPauses, gcOffers } = runtime.stats();
    assert.ok(gcPauses >= gcOffers && gcOffers >= 1);
    console.log('offered');
  },

  /** One thread does it all; `blocking` has one of its own all the same. */
  async 'calling thread'() {
    runtime.configure({ procs: 0 });
    const word = shared();
    const waiting = blocking((release) => {
      holdUntil(release, 1);
      go(function* () {
        yield* gosched();
        advance(release);
      });
      holdUntil(release, 2);
      return 'from a thread';
    }, word).then((value) => value);
    await go(() => advance(word));
    console.log(await waiting, runtime.procs, runtime.numGoroutine());
  },
};
