/** What is a deadlock, and what is none. Each ends with what `run` rejects with unhandled, or prints `no deadlock`. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import {
  after,
  Barrier,
  background,
  Cond,
  chan,
  go,
  gosched,
  Mutex,
  Once,
  RWMutex,
  run,
  Semaphore,
  select,
  sleep,
  ticker,
  timer,
  WaitGroup,
  wait,
  withCancel,
} from 'goroutines';

function* receives(channel) {
  yield* channel.recv();
}

/** The main goroutine waits for a goroutine on another thread that waits for what never comes. */
function joining(fn, ...parameters) {
  return run(function* main() {
    yield* go(fn, ...parameters);
  });
}

export const programs = {
  receive: () => run(receives, chan()),
  send: () =>
    run(function* main() {
      yield* chan().send(1);
    }),
  full: () =>
    run(function* main() {
      const channel = chan(1);
      yield* channel.send(1);
      yield* channel.send(2);
    }),
  select: () =>
    run(function* main() {
      yield* select({ first: chan().recv(), second: chan().send(1) });
    }),
  noCases: () =>
    run(function* main() {
      yield* select({});
    }),
  nilCases: () =>
    run(function* main() {
      yield* select({ never: null });
    }),
  mutex: () =>
    run(function* main() {
      const mutex = new Mutex();
      yield* mutex.lock();
      yield* mutex.lock();
    }),
  group: () =>
    run(function* main() {
      const group = new WaitGroup();
      group.add();
      yield* group.wait();
    }),
  onAnotherThread: () => joining(receives, chan()),
  nested: () =>
    joining(function* outer(channel) {
      const inner = function* inner() {
        yield* receives(channel);
      };
      yield* inner();
    }, chan()),
  joins: () =>
    run(function* main() {
      const handles = chan(2);
      const joinsNext = function* joinsNext() {
        yield* yield* handles.recv();
      };
      const [first, second] = [go(joinsNext), go(joinsNext)];
      yield* handles.send(first);
      yield* handles.send(second);
      yield* first;
    }),
  semaphore: () =>
    run(function* main() {
      const semaphore = new Semaphore(2);
      yield* semaphore.acquire();
      yield* semaphore.acquire(2);
    }),
  reader: () =>
    run(function* main() {
      const mutex = new RWMutex();
      yield* mutex.lock();
      yield* mutex.rLock();
    }),
  cond: () =>
    run(function* main() {
      const mutex = new Mutex();
      yield* mutex.lock();
      yield* new Cond(mutex).wait();
    }),
  barrier: () =>
    run(function* main() {
      yield* new Barrier(2).wait();
    }),
  once: () =>
    run(function* main() {
      const once = new Once();
      yield* once.do(function* again() {
        yield* once.do(() => undefined);
      });
    }),
  stoppedTicker: () =>
    run(function* main() {
      const ticks = ticker(10);
      yield* ticks.chan.recv();
      ticks.stop();
      yield* ticks.chan.recv();
    }),
  stoppedTimer: () =>
    run(function* main() {
      const late = timer(10);
      late.stop();
      yield* late.chan.recv();
    }),
  context: () =>
    run(function* main() {
      const [ctx] = withCancel(background());
      yield* ctx.done.recv();
    }),
  many: () =>
    run(function* main() {
      const channel = chan();
      for (let index = 0; index < 12; index++) go(receives, channel);
      yield* channel.send(0);
      while (channel.length > 0) yield* gosched();
      yield* new WaitGroup().wait();
      yield* chan().recv();
    }),
  async asyncCode() {
    await chan().recv();
  },
  async asyncCodeAndGoroutine() {
    const channel = chan();
    go.with({ name: 'waiter' }, receives, channel);
    await select({ first: channel.recv() });
  },
  async handled() {
    const error = await run(receives, chan()).catch((thrown) => thrown);
    console.log(error.name);
    process.exitCode = 3;
  },

  async sleeping() {
    const channel = chan();
    go(function* () {
      yield* sleep(50);
      yield* channel.send('no deadlock');
    });
    console.log(await channel.recv());
  },
  async timer() {
    const channel = chan();
    setTimeout(() => channel.trySend('no deadlock'), 50);
    console.log(await channel.recv());
  },
  async pendingTimer() {
    await timer(50).chan.recv();
    console.log('no deadlock');
  },
  async runningTicker() {
    const ticks = ticker(10);
    for (let index = 0; index < 3; index++) await ticks.chan.recv();
    ticks.stop();
    console.log('no deadlock');
  },
  async timeout() {
    const hit = await select({ never: chan().recv(), late: after(50) });
    console.log(hit.key === 'late' ? 'no deadlock' : hit);
  },
  async timerOnAnotherThread() {
    const channel = chan();
    go(function* () {
      setTimeout(() => void channel.send('no deadlock').then(), 50);
      yield* chan().recv();
    });
    console.log(await channel.recv());
  },
  async promise() {
    const text = await run(function* () {
      return (yield* wait(promisify(execFile)(process.execPath, ['-p', '"no deadlock"']))).stdout.trim();
    });
    console.log(text);
  },
  async server() {
    const channel = chan();
    const server = createServer((_request, response) => {
      response.end();
      void channel.send('no deadlock').then();
    });
    server.listen(0, '127.0.0.1');
    setTimeout(() => void fetch(`http://127.0.0.1:${server.address().port}/`), 50).unref();
    console.log(await channel.recv());
    server.closeAllConnections();
    server.close();
  },
  async blockingCode() {
    const channel = chan();
    go(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      channel.trySend('no deadlock');
    });
    console.log(await channel.recv());
  },
  sleepsForEver: () => neverEnds(() => run(sleeps)),
  sleepsForEverElsewhere: () => neverEnds(() => joining(sleeps)),
  asyncCodeSleepsForEver: () => neverEnds(() => sleep(Number.POSITIVE_INFINITY)),
  selectsForEver: () =>
    neverEnds(() =>
      run(function* main() {
        yield* select({ received: chan().recv(), late: after(Number.POSITIVE_INFINITY) });
      }),
    ),
  timerOfNever: () => neverEnds(() => timer(Number.POSITIVE_INFINITY).chan.recv()),
  parkedAlone() {
    go(receives, chan());
    console.log('no deadlock');
  },
};

function* sleeps() {
  yield* sleep(Number.POSITIVE_INFINITY);
}

/** It goes on while nothing but that keeps the process alive, until this ends it. */
async function neverEnds(waits) {
  await go(() => undefined); // The threads are there.
  setTimeout(() => {
    console.log('no deadlock');
    process.exit();
  }, 1500).unref();
  await waits();
}
