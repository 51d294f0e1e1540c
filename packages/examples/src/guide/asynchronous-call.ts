// An asynchronous call: the goroutine that makes it waits at the poller, and its thread runs another one meanwhile.
// The dashboard's guide replays a run of this program.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { go, gosched, run, runtime, WaitGroup, wait } from 'goroutines';
import { compute } from './compute.ts';

runtime.configure({ procs: 1 });
const file = fileURLToPath(import.meta.url);

await run(function* main() {
  // Twice: the first time, each thread has to load the functions.
  for (let round = 1; round <= 2; round++) {
    const all = new WaitGroup();
    yield* go(function* starter() {
      all.go(function* counter() {
        for (let part = 0; part < 3; part++) {
          compute(3);
          yield* gosched();
        }
      });
      // The last one that is started is the first to run.
      all.go(function* reader() {
        const text = yield* wait(readFile(file, 'utf8'));
        console.log(`round ${round}: the file begins with ${JSON.stringify(text.slice(0, 2))}`);
      });
    });
    yield* all.wait();
  }
});
