/** Goroutines that are left behind: `runtime.leaks()`, and `expectNoLeaks` without any test runner. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, run, runtime, sleep, wait } from 'goroutines';
import { expectNoLeaks, LeakError } from 'goroutines/test';

function* waits(channel) {
  yield* channel.recv();
}

/** Until it is parked, since what it waits for is told of. */
async function parked(...handles) {
  while (handles.some(({ status }) => status !== 'waiting')) await sleep(1);
}

export const programs = {
  async told() {
    assert.deepEqual(await runtime.leaks(), []);
    const before = go.with({ name: 'before' }, waits, chan());
    const except = runtime.goroutineIds();
    assert.deepEqual(except, [before.id]);
    const channel = chan();
    const leaked = go.with({ name: 'feed' }, waits, channel);
    const local = go.local(waits, channel);
    await parked(leaked, local);
    const leaks = await runtime.leaks({ except });
    assert.deepEqual(
      leaks.map(({ id, name, waitsFor, thread }) => [id, name, waitsFor, thread > 0]),
      [
        [leaked.id, 'feed', 'chan receive', true],
        [local.id, undefined, 'chan receive', false],
      ],
    );
    for (const { stack, createdBy } of leaks) {
      assert.match(stack[0], /^waits \(.*leaks\.mjs:7:\d+\)$/);
      assert.ok(
        createdBy[0].some((site) => /leaks\.mjs:(22|23):\d+\)?$/.test(site)),
        createdBy[0].join(),
      );
    }
    assert.deepEqual((await runtime.leaks()).length, 3);
    const others = await runtime.leaks({ ignore: ({ name }) => name === 'before' || name === undefined });
    assert.deepEqual(
      others.map(({ id }) => id),
      [leaked.id],
    );
    console.log('told');
    process.exit();
  },

  /** It settles as soon as they have ended, and not when the time is over. */
  async inTime() {
    const channel = chan();
    go(waits, channel);
    const found = runtime.leaks({ within: 60_000 });
    await sleep(20);
    channel.close();
    assert.deepEqual(await found, []);
    // The one that asks is none, on whichever thread.
    const count = await go(function* () {
      return (yield* wait(runtime.leaks())).length;
    });
    assert.equal(count, 0);
    assert.equal(
      await run(function* main() {
        return (yield* wait(runtime.leaks())).length;
      }),
      0,
    );
    console.log('in time');
  },

  async running() {
    const [begun, over] = [new AtomicInt(), new AtomicInt()];
    const handle = go(function* spins() {
      begun.add(1);
      while (over.load() === 0) yield* gosched();
    });
    while (begun.load() === 0) await sleep(1);
    const [leak] = await runtime.leaks({ within: 5 });
    assert.equal(leak.id, handle.id);
    assert.equal(leak.waitsFor, undefined);
    over.store(1);
    assert.deepEqual(await runtime.leaks({ within: 60_000 }), []);
    console.log('running');
  },

  async refused() {
    await assert.rejects(runtime.leaks({ for: 1 }), /unknown option 'for'; known are except, ignore, within/);
    await assert.rejects(runtime.leaks({ within: -1 }), RangeError);
    await assert.rejects(runtime.leaks({ ignore: 1 }), TypeError);
    assert.deepEqual(runtime.goroutineIds(), []);
    console.log('refused');
  },

  async expected() {
    const channel = chan();
    const check = expectNoLeaks({ within: 50 });
    await check.check();
    const leaked = go(waits, channel);
    await parked(leaked);
    const error = await check[Symbol.asyncDispose]().catch((thrown) => thrown);
    assert.ok(error instanceof LeakError && error instanceof Error);
    assert.deepEqual(
      error.goroutines.map(({ id }) => id),
      [leaked.id],
    );
    console.log(
      `${error.name}: ${error.message}`
        .replaceAll(/, \d+ ms\]/g, ', T]')
        .replaceAll(/file:.*\//g, '')
        .replaceAll(/:\d+(\)?)$/gm, '$1'),
    );
    // It is known now.
    await expectNoLeaks({ within: 0 }).check();
    channel.close();
    await leaked;
    await check.check();

    // With a function: its value, its error, its leaks.
    assert.equal(await expectNoLeaks(async () => 'value'), 'value');
    assert.equal(await expectNoLeaks(() => 'value'), 'value');
    await assert.rejects(
      expectNoLeaks(() => Promise.reject(new RangeError('its own'))),
      /its own/,
    );
    await assert.rejects(
      expectNoLeaks(() => void go(waits, chan()), { within: 5 }),
      LeakError,
    );
    process.exit();
  },
};
