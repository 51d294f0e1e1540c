// Where the scheduler comes in: at `go`, at a wait for another goroutine, at a call into the system, and when garbage is
// collected. The dashboard's guide replays a run of this program.

import { chan, go, run, runtime, sleep } from 'goroutines';

runtime.configure({ procs: 1 });

await run(function* main() {
  // Twice: the first time, each thread has to load the functions.
  for (let round = 1; round <= 2; round++) {
    const values = chan<number>();
    yield* go(function* starter() {
      // 1. The go statement: there is one more to run.
      const receiver = go(function* receiver() {
        return yield* values.recv();
      });
      // 2. Synchronization: nobody has come for the value yet.
      yield* values.send(42);
      console.log(`round ${round}: received ${yield* receiver}`);
      // 3. A call into the system: a timer, a socket, a file.
      yield* sleep(5);
      // 4. Garbage collection: the thread stands still for it.
      let kept: unknown[] = [];
      for (let part = 0; part < 30; part++) kept = Array.from({ length: 40_000 }, () => ({ length: kept.length }));
      yield* sleep(5);
    });
  }
});
