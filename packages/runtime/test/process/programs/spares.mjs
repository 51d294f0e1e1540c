// Threads come and end all the time, while other things are asked of them.
import { blocking, go, runtime } from 'goroutines';

process.on('warning', () => undefined);
const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Five calls at one time, each on a thread of its own. */
const five = (milliseconds) =>
  Promise.all(
    Array.from({ length: 5 }, () =>
      blocking((length) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, length), milliseconds),
    ),
  );

export const programs = {
  async processors() {
    runtime.configure({ procs: 1, spareThreads: 5, spareMilliseconds: 20 });
    for (let round = 0; round < 40; round++) {
      await five(5);
      await after(18 + (round % 5));
      for (let change = 0; change < 10; change++) await runtime.setProcs(1 + (change & 1));
    }
    console.log('over');
    process.exit();
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
    process.exit();
  },
};
