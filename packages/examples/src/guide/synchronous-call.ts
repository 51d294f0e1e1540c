// A synchronous call holds up its thread. The monitor sees it, takes the processor away, and another thread goes on with the
// goroutines that are queued. The dashboard's guide replays a run of this program.

import { execFileSync } from 'node:child_process';
import { go, run, runtime, WaitGroup } from 'goroutines';
import { compute } from './compute.ts';

runtime.configure({ procs: 1 });

await run(function* main() {
  // Twice: the first time, each thread has to load the functions.
  for (let round = 1; round <= 2; round++) {
    const all = new WaitGroup();
    yield* go(function* starter() {
      for (let number = 0; number < 2; number++) {
        all.go(function* worker() {
          compute(2);
        });
      }
      // The last one that is started is the first to run.
      all.go(function* caller() {
        execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 100)']);
        console.log(`round ${round}: the other program has ended`);
      });
    });
    yield* all.wait();
  }
  console.log(`processors handed on: ${runtime.stats().handoffs > 0 ? 'yes' : 'no'}`);
});
