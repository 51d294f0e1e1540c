/** How `run` and `shutdown` end a program. */
import { threadId } from 'node:worker_threads';
import { AtomicInt, chan, go, gosched, Mutex, run, runtime, sleep, WaitGroup, wait } from 'goroutines';

const topLevel = chan(3);
const topMutex = new Mutex();

/** Waits in a goroutine until the condition holds. */
function* until(condition) {
  while (!condition()) yield* gosched();
}

export const programs = {
  async value() {
    const result = await run(
      function* (a, b) {
        yield* gosched();
        return { sum: a + b, threadId };
      },
      1,
      2,
    );
    console.log(result);
  },

  async plainMain() {
    console.log(await run(() => 'plain'), await run(async () => 'async'));
  },

  async error() {
    try {
      await run(function* () {
        yield* gosched();
        throw new RangeError('of main');
      });
    } catch (error) {
      console.log(error.name, error.message);
    }
  },

  async unhandledError() {
    await run(function* main() {
      yield* gosched();
      throw new RangeError('of main');
    });
  },

  /** All of these go on for ever when the main goroutine ends. */
  async stopsOthers() {
    const started = new AtomicInt();
    const channel = chan();
    await run(function* () {
      go(function* () {
        started.add(1);
        for (;;) yield* gosched();
      });
      go(function* () {
        started.add(1);
        yield* channel.recv();
        console.log('never');
      });
      go(function* () {
        started.add(1);
        yield* sleep(1e9);
        console.log('never');
      });
      go(async () => {
        started.add(1);
        setInterval(() => undefined, 1000);
        await new Promise(() => undefined);
      });
      go(function* () {
        try {
          started.add(1);
          yield* channel.recv();
        } finally {
          console.log('never: goroutines end where they stand');
        }
      });
      go.local(function* () {
        started.add(1);
        for (;;) yield* gosched();
      });
      yield* until(() => started.load() === 6);
    });
    console.log('main is through');
  },

  async stopsATightLoop() {
    const started = new AtomicInt();
    console.log(
      await run(function* () {
        go(() => {
          started.add(1);
          for (;;);
        });
        yield* until(() => started.load() === 1);
        return 'main is through';
      }),
    );
    console.log(
      await run(function* () {
        return yield* go(() => 'and a new run');
      }),
    );
  },

  async stopsUnstarted() {
    const handles = [];
    await run(function* () {
      for (let index = 0; index < 1000; index++) handles.push(go(() => undefined));
    });
    console.log('main is through', runtime.numGoroutine());
  },

  async deadlock() {
    try {
      await run(function* () {
        yield* chan().recv();
      });
    } catch (error) {
      console.log(error.message);
    }
  },

  async deadlockOfMany() {
    const parked = new AtomicInt();
    const channel = chan();
    const group = new WaitGroup();
    group.add();
    try {
      await run(function* () {
        for (let index = 0; index < 3; index++) {
          go(function* () {
            parked.add(1);
            yield* channel.send(index);
          });
        }
        go.local(function* () {
          yield* topMutex.lock();
          yield* topMutex.lock();
        });
        yield* until(() => parked.load() === 3);
        yield* group.wait();
      });
    } catch (error) {
      console.log(error.name);
      console.log(error.message);
    }
  },

  async unhandledDeadlock() {
    await run(function* main() {
      yield* chan().recv();
    });
  },

  async noDeadlockWhileSleeping() {
    const channel = chan();
    console.log(
      await run(function* () {
        go(function* () {
          yield* sleep(300);
          yield* channel.send('slept');
        });
        return yield* channel.recv();
      }),
    );
  },

  async twice() {
    for (let round = 0; round < 3; round++) {
      console.log(
        await run(function* (number) {
          return yield* go((value) => value * value, number);
        }, round),
      );
    }
  },

  async inside() {
    await run(function* () {
      try {
        yield* wait(run(function* () {}));
      } catch (error) {
        console.log(`${error.name}: ${error.message}`);
      }
      const inner = go(async () => {
        try {
          await run(function* () {});
        } catch (error) {
          return `${error.name}: ${error.message}`;
        }
      });
      console.log(yield* inner);
      console.log(yield* go(() => 'the outer run goes on'));
    });
  },

  async together() {
    const results = await Promise.allSettled([run(() => 'first'), run(() => 'second')]);
    console.log(results.map(({ status, value, reason }) => `${status}: ${value ?? reason.message}`).join('\n'));
  },

  async shutdownThenGo() {
    const before = go(function* () {
      yield* chan().recv();
    });
    await untilAsync(() => before.status === 'waiting');
    const joined = before.join().then(
      () => 'ended',
      (error) => `${error.name}: ${error.message}`,
    );
    await runtime.shutdown();
    console.log(await joined, before.status);
    console.log(await go(() => 'started anew'));
    await runtime.shutdown();
    await runtime.shutdown();
    console.log('shut down twice');
  },

  async topLevelSurvives() {
    topLevel.trySend({ from: 'before any thread' });
    await run(function* () {
      yield* go(function* () {
        yield* topLevel.send({ from: 'a run' });
        yield* topMutex.lock();
      });
    });
    console.log(topLevel.length, topMutex.isLocked());
    await go(function* () {
      yield* topLevel.send({ from: 'go' });
    });
    await runtime.shutdown();
    for (let index = 0; index < 3; index++) console.log(topLevel.tryRecv()[0].from);
    topMutex.unlock();
    await run(function* () {
      yield* go(function* () {
        (yield* topMutex.lock()).unlock();
      });
    });
    console.log('locked and unlocked');
  },

  async waitersLeaveAtShutdown() {
    const parked = go(function* () {
      yield* topLevel.recv();
    });
    const locking = go(function* () {
      yield* topMutex.lock();
      yield* topMutex.lock();
    });
    await untilAsync(() => parked.status === 'waiting' && locking.status === 'waiting');
    await runtime.shutdown();
    console.log(topLevel.trySend('kept'), topLevel.length);
    await run(function* () {
      console.log(
        yield* go(function* () {
          return yield* topLevel.recv();
        }),
      );
    });
    topMutex.unlock();
    console.log(topMutex.tryLock());
  },

  async exits() {
    process.on('exit', (code) => console.log(`exit handler: ${code}`));
    await run(function* () {
      yield* go(() => {
        for (let line = 0; line < 1000; line++) console.log(`line ${line}`);
        process.exit(7);
        console.log('never');
      });
      console.log('never');
    });
    console.log('never');
  },

  async exitsOnTheMainThread() {
    await run(function* () {
      go(function* () {
        for (;;) yield* gosched();
      });
      yield* sleep(10);
      process.exit(3);
    });
  },

  async exitsWithoutCode() {
    process.exitCode = 4;
    await run(function* () {
      yield* go(function* () {
        process.exit();
      });
    });
  },

  async callbackThrows() {
    await run(function* () {
      go(() => {
        setTimeout(() => {
          throw new Error('of nobody');
        });
      });
      yield* sleep(60_000);
    });
  },

  async callbackRejects() {
    await run(function* () {
      go(() => {
        Promise.reject(new Error('of nobody'));
      });
      yield* sleep(60_000);
    });
  },

  async exitCode() {
    process.exitCode = 5;
    await run(function* () {
      yield* go(() => undefined);
    });
  },
};

async function untilAsync(condition) {
  while (!condition()) await gosched();
}
