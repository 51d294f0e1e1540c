/** `GOMAXPROCS` and `runtime.configure`. */
import { threadId } from 'node:worker_threads';
import { chan, go, gosched, Mutex, run, runtime, select, sleep, WaitGroup, wait } from 'goroutines';

function told(action) {
  try {
    return action();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

export const programs = {
  environment() {
    console.log(told(() => chan(1).capacity));
    console.log(told(() => go(() => undefined).status));
    console.log(told(() => runtime.procs));
    run(() => undefined).then(
      () => console.log('ran'),
      (error) => console.log(`${error.name}: ${error.message}`),
    );
  },

  async procs() {
    console.log(runtime.procs);
    await go(() => undefined);
    console.log(runtime.procs, runtime.stats().procs, await go(() => runtime.procs));
  },

  async configured() {
    runtime.configure({ procs: 3 });
    console.log(runtime.procs);
    await go(() => undefined);
    console.log(runtime.procs);
    await runtime.shutdown();
    runtime.configure({ procs: 1 });
    await go(() => undefined);
    console.log(runtime.procs);
  },

  async callingThread() {
    runtime.configure({ procs: 0 });
    console.log(runtime.procs);
    const threads = new Set();
    const object = { changed: false };
    const result = await run(function* () {
      threads.add(threadId);
      const channel = chan();
      const mutex = new Mutex();
      const group = new WaitGroup();
      group.add(3);
      for (let member = 0; member < 3; member++) {
        go(function* () {
          object.changed = true;
          const guard = yield* mutex.lock();
          yield* sleep(1);
          guard.unlock();
          yield* channel.send(threadId);
          group.done();
        });
      }
      for (let member = 0; member < 3; member++) threads.add(yield* channel.recv());
      yield* group.wait();
      threads.add(
        yield* go(async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return threadId;
        }),
      );
      yield* wait(Promise.resolve());
      yield* gosched();
      return (yield* select({ never: channel.recv() }, { default: true })).key;
    });
    console.log(result, [...threads], object.changed);
  },

  refused() {
    console.log(told(() => runtime.configure({ procs: -1 })));
    console.log(told(() => runtime.configure({ procs: 1.5 })));
    console.log(told(() => runtime.configure({ procs: 65 })));
    console.log(told(() => runtime.configure({ procs: '2' })));
    console.log(told(() => runtime.configure({ heapBytes: 1000 })));
    console.log(told(() => runtime.configure({ heapBytes: 2 ** 40 })));
    console.log(told(() => runtime.configure({ proc: 2 })));
    console.log(told(() => runtime.on('exit', () => undefined)));
    chan();
    console.log(told(() => runtime.configure({ heapBytes: 64 * 1024 * 1024 })));
    console.log(told(() => runtime.configure({ procs: 1 })));
    go(() => console.log('runs on', runtime.procs));
    console.log(told(() => runtime.configure({ procs: 2 })));
  },

  async refusedInAGoroutine() {
    console.log(
      await go(() => {
        try {
          runtime.configure({ procs: 2 });
        } catch (error) {
          return `${error.name}: ${error.message}`;
        }
      }),
    );
  },

  /** Between two looks a hundred turns of the main thread's loop go by, each with input and output of its own. */
  async idle() {
    const channel = chan();
    const parked = [0, 1, 2].map(() =>
      go(function* () {
        yield* channel.recv();
      }),
    );
    while (parked.some((handle) => handle.status !== 'waiting')) await gosched();
    while (runtime.stats().spares === 0) await gosched(); // It starts in the background.
    const { readFile } = await import('node:fs/promises');
    const turns = async () => {
      for (let turn = 0; turn < 100; turn++) await readFile(new URL(import.meta.url));
    };
    // Asleep is who does not take slices any more; a worker may still be on its way there.
    let before = runtime.stats();
    for (let rounds = 0; rounds < 100; rounds++) {
      await turns();
      const now = runtime.stats();
      if (now.slices === before.slices && now.sleeps === before.sleeps) break;
      before = now;
    }
    before = runtime.stats();
    for (let round = 0; round < 10; round++) await turns();
    const after = runtime.stats();
    console.log(after.slices - before.slices, after.switches - before.switches, after.sleeps - before.sleeps);
    channel.close();
    for (const handle of parked) await handle;
    console.log(runtime.numGoroutine());
  },
};
