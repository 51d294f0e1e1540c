/** Programs that are printed about. */
import { existsSync } from 'node:fs';
import { go, run, sleep } from 'goroutines';

const word = () => new Int32Array(new SharedArrayBuffer(4));

export const programs = {
  /** Holds up its main thread, and its processors with goroutines that have others queued behind them, until the file UNTIL is there. */
  async busy() {
    await run(function* main() {
      yield* go(() => undefined); // The threads are there.
      yield* sleep(50); // The monitor's likewise; it need not be.
      const [holding, done] = [word(), word()];
      for (let n = 0; n < 2; n++) {
        go(function* () {
          for (let queued = 0; queued < 3; queued++) go(function* () {});
          Atomics.add(holding, 0, 1);
          Atomics.wait(done, 0, 0);
        });
      }
      // From here on the main thread does not come back to its loop: nobody starts a spare thread, to which a processor would go.
      const forever = word();
      while (Atomics.load(holding, 0) < 2) Atomics.wait(forever, 0, 0, 1);
      while (!existsSync(process.env.UNTIL)) Atomics.wait(forever, 0, 0, 20);
      Atomics.store(done, 0, 1);
      Atomics.notify(done, 0);
    });
    console.log('done');
  },

  /** Nothing is left to do: the process ends. */
  async idle() {
    await go(() => undefined);
    console.log('done');
  },
};
