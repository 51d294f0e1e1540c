/** Goroutines that wait for each other without giving their thread away: each must get a thread of its own. */
import { AtomicInt, go, run, runtime } from 'goroutines';

function meet(met, count) {
  met.add(1);
  while (met.load() < count);
}

function* meetAsWell(met, count) {
  met.add(1);
  while (met.load() < count);
}

/** Each in turn adds one, and no one else can while it has not. */
function inTurn(self, all, count, rounds) {
  for (let round = 0; round < rounds; round++) {
    while (count.load() % all !== self);
    count.add(1);
  }
}

export const programs = {
  /** After `TestGoroutineParallelism` of Go's `runtime/proc_test.go`. */
  async inLockStep() {
    runtime.configure({ procs: 4 });
    for (let run = 0; run < 3; run++) {
      const count = new AtomicInt();
      const handles = [0, 1, 2, 3].map((self) => go(inTurn, self, 4, count, 50));
      for (const handle of handles) await handle;
      if (count.load() !== 200) throw new Error(`${count.load()} steps`);
    }
    console.log('met');
  },

  async fromMain() {
    runtime.configure({ procs: 4 });
    for (let round = 0; round < 5; round++) {
      const met = new AtomicInt();
      const handles = [0, 1, 2, 3].map(() => go(meet, met, 4));
      for (const handle of handles) await handle;
    }
    console.log('met');
  },

  async ofTwoFunctions() {
    runtime.configure({ procs: 2 });
    const met = new AtomicInt();
    const handles = [go(meet, met, 2), go(meetAsWell, met, 2)];
    for (const handle of handles) await handle;
    console.log('met');
  },

  /** Two functions that a thread has to load take different times for that. */
  async ofClosures() {
    runtime.configure({ procs: 2 });
    await run(function* () {
      const met = new AtomicInt();
      const waits = go(function* () {
        while (met.load() === 0);
        return 'waited';
      });
      const ends = go(function* () {
        for (let round = 0; round < 100; round++) yield;
        met.store(1);
        return 'met';
      });
      console.log(yield* ends);
      yield* waits;
    });
  },

  async fromAGoroutine() {
    runtime.configure({ procs: 4 });
    await run(function* () {
      yield* go(function* () {
        for (let round = 0; round < 5; round++) {
          const met = new AtomicInt();
          const handles = [0, 1, 2].map(() => go(meet, met, 4));
          meet(met, 4);
          for (const handle of handles) yield* handle;
        }
      });
    });
    console.log('met');
  },
};
