/** What dumps say of goroutines in all states. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, run, runtime, sleep, wait } from 'goroutines';

function* waits(channel) {
  yield* channel.recv();
}

function* deep(channel, depth) {
  if (depth === 0) yield* waits(channel);
  else yield* deep(channel, depth - 1);
}

const parkedFor = (list) => list.filter(({ waitsFor }) => waitsFor !== undefined);

async function until(condition) {
  while (!(await condition())) await sleep(1);
}

export const programs = {
  async parked() {
    const channel = chan();
    go.with({ name: 'first' }, deep, channel, 2);
    go.local(deep, channel, 1);
    go(async () => void (await channel.recv()));
    await until(async () => parkedFor(await runtime.goroutines()).length === 3);
    console.log(await runtime.dump());
    const [first, local, third] = await runtime.goroutines();
    assert.deepEqual([first.name, first.status, first.waitsFor, first.stack.length], ['first', 'waiting', 'chan receive', 4]);
    assert.ok(first.thread > 0 && first.milliseconds >= 0);
    assert.deepEqual([local.thread, local.fn, local.stack.length], [0, undefined, 3]);
    assert.deepEqual([third.waitsFor, third.stack], ['promise', []]);
    // Looking has changed nothing.
    channel.close();
    await until(() => runtime.numGoroutine() === 0);
    assert.deepEqual(await runtime.goroutines(), []);
  },

  /** A thread whose goroutine runs on does not answer; what shared memory says of it is told all the same. */
  async running() {
    const [begun, ended] = [new AtomicInt(), new AtomicInt()];
    const handle = go(function* spins() {
      'use no-preempt';
      begun.add(1);
      while (ended.load() === 0);
    });
    await until(() => begun.load() === 1);
    const list = await runtime.goroutines();
    assert.deepEqual([list.length, list[0].status, list[0].stack], [1, 'running', []]);
    assert.match(
      await runtime.dump(),
      /^goroutine \d+ \[running on thread \d+\]:\n {4}at spins \(.*dumps\.mjs:\d+:\d+\)\ncreated by go\(\) at .*$/,
    );
    ended.store(1);
    await handle;
    console.log('seen running');
  },

  /** Loops that make way tell where they are, on every thread, and go on as if nobody had looked. */
  async loops() {
    runtime.configure({ procs: 2 });
    const over = new AtomicInt();
    const begun = new AtomicInt();
    const handles = Array.from({ length: 4 }, () =>
      go(function* computes() {
        begun.add(1);
        return (yield* counts(over)) > 0;
      }),
    );
    await until(() => begun.load() > 0);
    for (let looks = 0; looks < 5; looks++) {
      await until(async () =>
        (await runtime.goroutines()).some(({ stack }) => /^counts \(/.test(stack[0]) && /^computes \(/.test(stack[1])),
      );
    }
    const text = await runtime.dump();
    over.store(1);
    for (const handle of handles) assert.equal(await handle, true);
    console.log(/\[(runnable|running on thread \d)\]:\n {4}at /.test(text));
  },

  async fromAGoroutine() {
    const text = await run(function* main() {
      const channel = chan();
      go(waits, channel);
      while (!(yield* wait(runtime.goroutines())).some(({ waitsFor }) => waitsFor === 'chan receive')) yield* gosched();
      return yield* go(async () => runtime.dump());
    });
    console.log(/\[chan receive, .*\]:\n {4}at waits \(/.test(text));
  },

  async many() {
    const channel = chan();
    for (let index = 0; index < 20_000; index++) go(waits, channel);
    await until(() => runtime.stats().parks >= 20_000);
    const list = await runtime.goroutines();
    assert.equal(list.length, 20_000);
    assert.equal((await runtime.dump()).split('\n').length, 3);
    console.log('all in one paragraph');
    process.exit();
  },

  quit() {
    const channel = chan();
    go(waits, channel);
    setInterval(() => undefined, 1000);
    void until(() => runtime.stats().parks === 1).then(() => process.kill(process.pid, 'SIGQUIT'));
  },

  ownQuit() {
    process.on('SIGQUIT', () => {
      console.log('my own');
      process.exit();
    });
    go(waits, chan());
    setInterval(() => undefined, 1000);
    process.kill(process.pid, 'SIGQUIT');
  },
};

function* counts(over) {
  let count = 0;
  while (over.load() === 0) count++;
  return count;
}
