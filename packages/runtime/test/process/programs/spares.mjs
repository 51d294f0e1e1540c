// Threads come and end all the time, while other things are asked of them. Each program ends by itself.
import { rmSync, writeFileSync } from 'node:fs';
import { AtomicInt, blocking, chan, go, runtime } from 'goroutines';

process.on('warning', () => undefined);
const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Five calls at one time, each on a thread of its own. */
const five = (milliseconds) =>
  Promise.all(
    Array.from({ length: 5 }, () =>
      blocking((length) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, length), milliseconds),
    ),
  );

/**
 * When this thread waits for the end of another, the flag is set, and it does not hear of that end before a thread was lost. Who waits
 * for an end has seen the other awake; else this thread sleeps.
 */
function hearOfEndsAfterLoss(flag) {
  const lost = new Promise((resolve) => process.once('warning', resolve));
  const { waitAsync } = Atomics;
  Atomics.waitAsync = (array, index, value) => {
    const result = waitAsync.call(Atomics, array, index, value);
    if (value !== 1) return result;
    flag.store(1);
    return { async: true, value: Promise.all([result.value, lost]) };
  };
}

function compute(milliseconds) {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

/** A spare thread says that it is one too many, and has a goroutine by the time it is asked whether it can end. */
async function heldUp(how) {
  runtime.configure({ procs: 1, spareThreads: 5, spareMilliseconds: 30 });
  for (let round = 0; round < 6; round++) {
    await five(60);
    compute(45); // They say so; this thread hears it later.
    const [begun, flag] = [new AtomicInt(), new AtomicInt()];
    const held = go(function* (lost) {
      'use no-preempt';
      begun.store(1);
      const end = Date.now() + (lost ? 50 : 60_000);
      while (Date.now() < end && flag.load() === 0);
      if (lost) process.reallyExit(3);
    }, how === 'lost').then(undefined, () => undefined);
    while (begun.load() === 0) await after(1);
    await after(20);
    if (how === 'lost') await held;
    await runtime.setProcs(2);
    flag.store(1);
    await held;
    await runtime.setProcs(1);
  }
  console.log('over');
}

export const programs = {
  async processors() {
    runtime.configure({ procs: 1, spareThreads: 5, spareMilliseconds: 20 });
    for (let round = 0; round < 40; round++) {
      await five(5);
      await after(18 + (round % 5));
      for (let change = 0; change < 10; change++) await runtime.setProcs(1 + (change & 1));
    }
    console.log('over');
  },

  busy: () => heldUp('busy'),
  lost: () => heldUp('lost'),

  /** No thread can be started: the file that is imported first ends them. */
  unready() {
    runtime.configure({ procs: 2 });
    go(() => console.log('runs'));
  },

  /** A spare thread has ended, and while this thread has yet to hear of it another is lost: its successor must have a number of its own. */
  async numbers() {
    runtime.configure({ procs: 1, spareThreads: 5, spareMilliseconds: 20 });
    const [begun, flag] = [new AtomicInt(), new AtomicInt()];
    hearOfEndsAfterLoss(flag);
    await five(20);
    const held = go(function* () {
      'use no-preempt';
      begun.store(1);
      // Where this thread never finds another awake that is to end, there is nothing to see.
      for (const end = Date.now() + 10_000; flag.load() === 0 && Date.now() < end; );
      process.reallyExit(3);
    }).then(undefined, (error) => error.name);
    console.log(await held);
    await runtime.setProcs(2);
    await runtime.setProcs(1);
    console.log('over');
  },

  /** All are stopped, one after the other, and one is lost before its turn. */
  async stop() {
    runtime.configure({ procs: 2 });
    const never = chan();
    const [begun, flag] = [new AtomicInt(), new AtomicInt()];
    const left = Array.from({ length: 2 }, () =>
      go(function* () {
        'use no-preempt';
        begun.add(1);
        while (begun.load() < 2); // Each on a thread of its own.
        setInterval(() => flag.load() === 1 && process.reallyExit(3), 5);
        yield* never.recv();
      }).then(undefined, (error) => error.name),
    );
    while (begun.load() < 2) await after(1);
    hearOfEndsAfterLoss(flag);
    await runtime.shutdown();
    // Perhaps both: the first hears of the flag, too, as long as it has not been ended.
    const ends = await Promise.all(left);
    if (!ends.includes('ThreadLostError')) console.log(ends);
    console.log(await go(() => 'over'));
  },

  /** A thread is lost before the last of the first ones has come. */
  async start() {
    const { lostFile } = await import('./lost-while-starting.mjs');
    process.once('warning', () => writeFileSync(lostFile, ''));
    process.once('exit', () => rmSync(lostFile));
    runtime.configure({ procs: 2 });
    console.log(await go(() => 'over'));
  },

  /** Asked what their goroutines do, threads end. */
  async reports() {
    runtime.configure({ procs: 2 });
    for (let round = 0; round < 5; round++) {
      const lost = go(function* () {
        for (const end = Date.now() + 5; Date.now() < end; );
        process.reallyExit(3);
      }).then(undefined, (error) => error.name);
      await after(round);
      await runtime.goroutines();
      await lost;
    }
    console.log('over');
  },
};
