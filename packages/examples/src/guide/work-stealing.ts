// One goroutine starts eight others. They stand in the queue of its thread; another thread, whose queue is empty, takes half of
// them. The dashboard's guide replays a run of this program.

import { go, run, runtime, WaitGroup } from 'goroutines';
import { compute } from './compute.ts';

runtime.configure({ procs: 2 });

await run(function* main() {
  // Twice: the first time, each thread has to load the functions.
  for (let round = 1; round <= 2; round++) {
    const all = new WaitGroup();
    yield* go(function* starter() {
      for (let number = 1; number <= 8; number++) {
        all.go(function* worker() {
          compute(6);
        });
      }
      compute(6);
    });
    yield* all.wait();
    console.log(`round ${round}: all eight have ended`);
  }
  console.log(`goroutines stolen: ${runtime.stats().stolen > 0 ? 'yes' : 'no'}`);
});
