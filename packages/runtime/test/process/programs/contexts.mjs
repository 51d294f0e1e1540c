/** Contexts and timers in a process of their own: when it ends, what is given back, what outlives a thread. */
import assert from 'node:assert/strict';
import {
  AtomicInt,
  background,
  blocking,
  chan,
  fromSignal,
  go,
  gosched,
  group,
  run,
  runtime,
  select,
  sleep,
  ticker,
  timer,
  WaitGroup,
  withCancel,
  withTimeout,
  withValue,
} from 'goroutines';

const HOUR = 3_600_000;

/** Of which there are two here: one for goroutines, and a spare one. */
async function collectOnThreads() {
  await go(() => globalThis.gc());
  await blocking(() => globalThis.gc());
}

/** A hundredth of what 200 rounds use; a thread keeps the last proxies that it has used. */
const SLACK = 4096;

/** Until what is in use of these kinds is no more than before. */
async function givenBack(before, kinds) {
  const inUse = () => {
    const { memory } = runtime.stats();
    return kinds.map((kind) => memory[kind] ?? 0);
  };
  while (inUse().some((bytes, index) => bytes > (before[kinds[index]] ?? 0) + SLACK)) {
    globalThis.gc();
    await collectOnThreads();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export const programs = {
  /** Of 1,000 timers of an hour none is left, though each was made on another thread than it is cancelled on. */
  async cancelled() {
    const made = chan(10);
    go(function* () {
      for (let index = 0; index < 500; index++) yield* made.send(withTimeout(background(), HOUR));
      made.close();
    });
    for await (const [, cancel] of made) cancel('not needed');
    const over = new WaitGroup();
    for (let index = 0; index < 500; index++) {
      const [ctx, cancel] = withTimeout(background(), HOUR);
      over.add();
      go(function* () {
        cancel();
        assert.equal(ctx.err.name, 'CanceledError');
        over.done();
      });
    }
    await over.wait();
    console.log('all cancelled');
  },

  async stopped() {
    const made = await go(() => [timer(HOUR), ticker(HOUR), timer(HOUR)]);
    for (const one of made) one.stop();
    const mine = [timer(HOUR), ticker(1)];
    await mine[1].chan.recv();
    await go((all) => {
      for (const one of all) one.stop();
    }, mine);
    timer(HOUR).reset(1);
    console.log('all stopped');
  },

  pending() {
    go(function* () {
      yield* timer(50).chan.recv();
      console.log('fired');
      const [ctx] = withTimeout(background(), 50);
      yield* ctx.done.recv();
      console.log(ctx.err.message);
      const ticks = ticker(20);
      yield* ticks.chan.recv();
      ticks.stop();
      console.log('ticked');
    });
    console.log('main is through');
  },

  async 'no deadlock'() {
    await run(function* () {
      const [ctx] = withTimeout(background(), 50);
      yield* ctx.done.recv();
      yield* timer(20).chan.recv();
      const other = yield* go(() => timer(50));
      yield* other.chan.recv();
    });
    await timer(20).chan.recv();
    console.log('no deadlock');
  },

  async deadlock() {
    for (const wait of [
      () => withCancel(background())[0].done.recv(),
      () => background().done.recv(),
      () => {
        const ticks = ticker(1);
        ticks.stop();
        return ticks.chan.recv();
      },
    ]) {
      try {
        await run(function* () {
          yield* wait();
        });
      } catch (error) {
        console.log(error.name);
      }
    }
  },

  /** A signal, and what waits in it, does not keep the process, and is no deadlock. */
  async listening() {
    const [ctx] = withCancel(background());
    ctx.signal.addEventListener('abort', () => console.log('never'));
    fromSignal(new AbortController().signal).signal.addEventListener('abort', () => console.log('never'));
    await go(() => ctx.signal.aborted);
    console.log('main is through');
  },

  /** Everything goes back to where it was: blocks, and what threads keep of their own. */
  async memory() {
    runtime.configure({ procs: 1 });
    const kinds = ['contexts', 'timers', 'groups', 'members of groups', 'channels'];
    const [root, cancelRoot] = withCancel(background());
    function* uses(ctx) {
      const [own, cancel] = withTimeout(withValue(ctx, 'some key', { some: 'value' }), HOUR);
      own.signal.addEventListener('abort', () => undefined);
      const bound = go.with({ context: own }, function* () {
        yield* own.done.recv();
        yield* chan().recv();
      });
      while (bound.status !== 'waiting') yield* gosched();
      cancel({ reason: 'over' });
      try {
        yield* bound;
      } catch (error) {
        assert.equal(error.name, 'CanceledError');
      }
      const all = group(ctx);
      all.setLimit(1);
      for (let index = 0; index < 3; index++) all.go(() => index);
      yield* all.wait();
      const late = timer(HOUR);
      late.stop();
      // Left alone, without being cancelled: nobody can wait for it any more.
      withCancel(withCancel(ctx)[0]);
    }
    const round = async () => {
      await go(uses, root);
      await go.local(uses, root);
    };
    await round();
    for (let settle = 0; settle < 3; settle++) {
      globalThis.gc();
      await collectOnThreads();
    }
    const before = runtime.stats().memory;
    for (let count = 0; count < 200; count++) await round();
    await givenBack(before, kinds);
    assert.equal(root.err, undefined);
    cancelRoot();
    console.log('all given back');
  },

  /** What a lost thread's timers would have done, the main thread does. */
  async lost() {
    const made = chan(1);
    const all = group();
    all.setLimit(1);
    const dies = all.go(function* () {
      const [ctx] = withTimeout(background(), 100);
      yield* made.send([ctx, timer(100), ticker(30)]);
      process.reallyExit(3); // As a crash would.
    });
    const next = all.go(() => 'never runs');
    const [ctx, late, ticks] = await made.recv();
    for (const handle of [dies, next, all.wait()]) {
      await handle.then(
        () => assert.fail(),
        (error) => assert.equal(error.name, handle === next ? 'CanceledError' : 'ThreadLostError'),
      );
    }
    assert.equal(all.context.cause.name, 'ThreadLostError');
    await ctx.done.recv();
    assert.equal(ctx.err.name, 'DeadlineExceededError');
    await late.chan.recv();
    for (let count = 0; count < 3; count++) await ticks.chan.recv();
    assert.equal(ticks.stop(), true);
    console.log('taken over');
  },

  /** Also when goroutines of it wait for its limit. */
  async 'shutdown of a group'() {
    const all = group();
    all.setLimit(2);
    const handles = Array.from({ length: 20 }, () =>
      all.go(function* () {
        yield* chan().recv();
      }),
    );
    while (handles[0].status !== 'waiting') await gosched();
    const waiting = all.wait().then(undefined, (error) => error.name);
    await runtime.shutdown();
    console.log(await waiting, runtime.numGoroutine(), new Set(handles.map((handle) => handle.status)));
    console.log(await go(() => 'and a new start'));
  },

  /** A context of the main thread lives on from start to start. */
  async restarts() {
    const [ctx, cancel] = withCancel(background());
    for (let round = 0; round < 3; round++) {
      await run(function* () {
        assert.equal(yield* go((own) => own.err === undefined && own.signal.aborted, ctx), false);
        withTimeout(ctx, HOUR);
        timer(HOUR);
        go(function* () {
          yield* ctx.done.recv();
        });
        yield* sleep(1);
      });
    }
    cancel();
    console.log(ctx.err.message);
  },

  /** Memory is full: nothing can be made, but what is there can be cancelled, and then there is room again. */
  async full() {
    runtime.configure({ heapBytes: 8 * 1024 * 1024, procs: 2 });
    await go(() => undefined);
    while (runtime.stats().spares === 0) await gosched(); // A thread cannot start when memory is full.
    for (let round = 0; round < 2; round++) {
      const [root, cancel] = withCancel(background());
      const over = new AtomicInt();
      const handles = Array.from({ length: 200 }, () =>
        go.with({ context: root }, function* () {
          root.signal.addEventListener('abort', () => over.add(1));
          yield* sleep(HOUR);
        }),
      );
      while (!handles.every((handle) => handle.status === 'waiting')) await gosched();
      const kept = [];
      const makers = [
        () => withTimeout(root, HOUR),
        () => withValue(root, 'key', 'a value'),
        () => timer(HOUR),
        () => group(root),
      ];
      for (const make of makers) {
        for (let full = false; !full; ) {
          try {
            kept.push(make());
          } catch (error) {
            assert.equal(error.name, 'ArenaExhaustedError');
            full = true;
          }
        }
      }
      assert.ok(kept.length > 5000, `${kept.length}`);
      cancel('room');
      for (const made of kept) {
        if (Array.isArray(made)) assert.equal(made[0].err.message, 'context canceled: room');
        made.stop?.();
      }
      for (const handle of handles) {
        // For the error of some there may be no room, either.
        await handle.then(undefined, (error) => assert.ok(error.cause === 'room' || error.name === 'ArenaExhaustedError', error));
      }
      while (over.load() < handles.length) await gosched();
      kept.length = 0;
      while (Object.values(runtime.stats().memory).reduce((sum, bytes) => sum + bytes, 0) > 2 * 1024 * 1024) {
        globalThis.gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    console.log(await go(() => 'goes on'));
  },

  async select() {
    const [ctx, cancel] = withCancel(background());
    const count = new AtomicInt();
    const all = Array.from({ length: 100 }, () =>
      go(function* () {
        const hit = yield* select({ done: ctx.done.recv(), never: chan().recv() });
        if (hit.key === 'done') count.add(1);
      }),
    );
    cancel();
    await Promise.all(all);
    console.log(count.load());
  },
};
