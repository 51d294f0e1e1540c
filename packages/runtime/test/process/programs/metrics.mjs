/** Histograms of the scheduler, its counters, and what it publishes on channels of `node:diagnostics_channel`. */
import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { AtomicInt, blocking, chan, go, gosched, Mutex, run, runtime, sleep } from 'goroutines';

const spin = (milliseconds) => {
  'use no-preempt';
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

/** All messages of a channel on this thread, as they come. */
function collected(name) {
  const messages = [];
  subscribe(`goroutines:${name}`, (message) => messages.push(message));
  return messages;
}

export const programs = {
  async histograms() {
    runtime.configure({ metrics: true, procs: 1 });
    assert.equal(runtime.metrics().latency.count, 0);
    await run(function* main() {
      const all = [];
      // Each turn holds up all others for 2 ms.
      for (let index = 0; index < 34; index++) {
        all.push(
          go(function* () {
            for (let turn = 0; turn < 3; turn++) {
              const end = performance.now() + 2;
              while (performance.now() < end);
              yield* gosched();
            }
          }),
        );
      }
      for (const handle of all) yield* handle;
    });
    const { latency, turn } = runtime.metrics();
    // 34 begun and 102 turns given up, some of them one of 17; the main goroutine's few besides.
    assert.ok(latency.count >= 4 && latency.count <= 40, `${latency.count} latencies`);
    assert.ok(turn.count >= 4 && turn.count <= 40, `${turn.count} turns`);
    assert.ok(turn.max >= 1.9e6, `turns of ${turn.max} ns at most`);
    assert.ok(latency.max >= 20e6, `${latency.max} ns at most`);
    // What was read does not change, and is not what goes on being filled.
    const before = latency.count;
    await run(function* main() {
      for (let index = 0; index < 100; index++) yield* go(spin, 0.1);
    });
    assert.equal(latency.count, before);
    const after = runtime.metrics();
    assert.ok(after.latency.count > before && after.turn.count > turn.count, 'also after another start');
    console.log('measured');
  },

  async threads() {
    runtime.configure({ metrics: true, procs: 4 });
    await run(function* main() {
      const [begun, all] = [new AtomicInt(), []];
      // All four threads are in it: each waits until all have begun.
      for (let index = 0; index < 4; index++) {
        all.push(
          go(function* () {
            begun.add(1);
            while (begun.load() < 4) yield* gosched();
            for (let turn = 0; turn < 1700; turn++) yield* gosched();
          }),
        );
      }
      for (const handle of all) yield* handle;
    });
    const { count } = runtime.metrics().turn;
    assert.ok(count >= 4 * 100, `${count} turns`);
    console.log('of all threads');
  },

  async off() {
    assert.throws(
      () => runtime.metrics(),
      /RuntimeStateError|nothing is measured; call runtime\.configure\(\{ metrics: true \}\)/,
    );
    assert.throws(() => runtime.configure({ metrics: 1 }), TypeError);
    runtime.configure({ metrics: true });
    const name = await go(() => {
      try {
        return runtime.metrics();
      } catch (error) {
        return error.message;
      }
    });
    assert.match(name, /main thread/);
    console.log('refused');
  },

  async stats() {
    await run(function* main() {
      const channel = chan();
      go(function* () {
        for (let index = 0; index < 50; index++) yield* channel.send(index);
      });
      for (let index = 0; index < 50; index++) yield* channel.recv();
      const stats = runtime.stats();
      assert.equal(stats.created, 2);
      assert.ok(stats.parks > 0 && stats.memory.goroutines > 0);
      assert.equal(
        stats.machines.reduce((sum, { created }) => sum + created, 0),
        2,
      );
    });
    console.log('counted');
  },

  async messages() {
    const [created, ended, threads] = ['create', 'end', 'thread'].map(collected);
    runtime.configure({ procs: 2 });
    await run(function* main() {
      yield* go.with({ name: 'named' }, function* () {
        yield* go(() => undefined);
      });
      yield* go.local(() => undefined);
      yield* blocking(() => undefined);
    });
    assert.deepEqual(
      created.map(({ kind, name, thread }) => [kind, name, thread]),
      // Not the one that another thread has started.
      [
        ['local', undefined, 0],
        ['go', 'named', 0],
        ['local', undefined, 0],
        ['blocking', undefined, 0],
      ],
    );
    assert.deepEqual(
      ended.map(({ id, status, thread, error }) => [id, status, thread, error]),
      [created[2], created[0]].map(({ id }) => [id, 'done', 0, undefined]),
    );
    const count = (event) => threads.filter((message) => message.event === event).length;
    assert.ok(count('start') >= 2 && count('end') === count('start') && count('lost') === 0);
    console.log('published');
  },

  /** With `--import` of `subscriber.mjs`, every thread tells. */
  async everywhere() {
    runtime.configure({ procs: 2 });
    await run(function* main() {
      const inner = yield* go(function* outer() {
        const asked = chan();
        const failing = go.with({ name: 'inner' }, function* () {
          yield* asked.recv(); // Else it may have failed, and be told of, before anybody has asked for it.
          throw new RangeError('of its own');
        });
        const error = yield* go(function* () {
          try {
            const end = failing.join();
            asked.close();
            yield* end;
          } catch (thrown) {
            return thrown.message;
          }
        });
        return error;
      });
      console.log(inner);
    });
  },

  /** The only processor's goroutine waits, without a word, for one that is queued behind it. */
  async handoff() {
    runtime.configure({ procs: 1 });
    const word = new Int32Array(new SharedArrayBuffer(8));
    const holder = go(function* () {
      Atomics.store(word, 0, 1);
      Atomics.wait(word, 1, 0);
      yield* gosched();
    });
    while (Atomics.load(word, 0) === 0) await sleep(1);
    await go(() => {
      Atomics.store(word, 1, 1);
      Atomics.notify(word, 1);
    });
    await holder;
    await runtime.shutdown();
  },

  async uncaught() {
    const messages = collected('uncaught');
    runtime.on('uncaught', (error) => {
      console.log(messages.length, messages[0].error === error, messages[0].name, error.message);
      process.exit();
    });
    go.with({ name: 'fails' }, () => {
      throw new RangeError('nobody joins');
    });
    await sleep(60_000);
  },

  async deadlock() {
    const messages = collected('deadlock');
    const error = await run(function* main() {
      const mutex = new Mutex();
      yield* mutex.lock();
      yield* mutex.lock();
    }).catch((thrown) => thrown);
    const [{ goroutines, deadlocks, error: told }] = messages;
    assert.equal(told, error);
    assert.deepEqual([messages.length, goroutines.length, deadlocks.length], [1, 1, 1]);
    assert.equal(goroutines[0].waitsFor, 'mutex lock');
    console.log('told');
  },
};
