/** Deadlocks over threads, and with everything that can be waited for. `run` rejects, and nobody handles it. */
import { Readable } from 'node:stream';
import {
  AtomicInt,
  Barrier,
  background,
  Chan,
  Cond,
  chan,
  go,
  gosched,
  group,
  Mutex,
  RWMutex,
  run,
  Semaphore,
  select,
  ticker,
  timer,
  WaitGroup,
  withCancel,
  withTimeout,
} from 'goroutines';

/** Goroutines on all threads that wait, for which the main goroutine waits. */
function onFourThreads(fn, ...parameters) {
  return run(function* main() {
    const all = [];
    for (let index = 0; index < 8; index++) all.push(go(fn, ...parameters, index));
    for (const handle of all) yield* handle;
  });
}

export const programs = {
  receive: () =>
    onFourThreads(function* waits(channel) {
      yield* channel.recv();
    }, chan()),
  send: () =>
    onFourThreads(function* waits(channel, index) {
      yield* channel.send(index);
    }, chan(3)),
  select: () =>
    onFourThreads(
      function* waits(one, other) {
        yield* select({ one: one.recv(), other: other.send(1), never: null });
      },
      chan(),
      chan(),
    ),
  forEach: () =>
    onFourThreads(function* waits(channel) {
      yield* channel.forEach(() => undefined);
    }, chan(3)),
  mutex: () =>
    onFourThreads(function* waits(mutex) {
      yield* mutex.lock();
    }, new Mutex()),
  exclusive: () =>
    onFourThreads(function* waits(mutex) {
      yield* mutex.runExclusive(function* () {
        yield* mutex.runExclusive(() => undefined);
      });
    }, new Mutex()),
  unlocked: () =>
    onFourThreads(function* waits(mutex) {
      mutex.tryLock();
      yield* mutex.waitForUnlock();
    }, new Mutex()),
  writer: () =>
    onFourThreads(function* waits(mutex) {
      yield* mutex.rLock();
      yield* mutex.lock();
    }, new RWMutex()),
  condition: () =>
    onFourThreads(
      function* waits(mutex, condition, waiting) {
        yield* mutex.lock();
        waiting.add(1);
        while (waiting.load() > 0) yield* condition.wait();
      },
      ...((mutex) => [mutex, new Cond(mutex), new AtomicInt()])(new Mutex()),
    ),
  semaphore: () =>
    onFourThreads(function* waits(semaphore) {
      yield* semaphore.acquire(2);
    }, new Semaphore(3)),
  semaphoreFree: () =>
    onFourThreads(function* waits(semaphore) {
      while (semaphore.tryAcquire());
      yield* semaphore.waitForUnlock();
    }, new Semaphore(3)),
  barrier: () =>
    onFourThreads(function* waits(barrier) {
      yield* barrier.wait();
    }, new Barrier(9)),
  group: () =>
    onFourThreads(
      function* waits(all) {
        yield* all.wait();
      },
      ((all) => {
        all.add(2);
        return all;
      })(new WaitGroup()),
    ),
  errorGroup: () =>
    run(function* main() {
      const all = group();
      for (let index = 0; index < 4; index++) {
        all.go(function* () {
          yield* chan().recv();
        });
      }
      yield* all.wait();
    }),
  context: () =>
    onFourThreads(function* waits(ctx) {
      yield* ctx.done.recv();
    }, withCancel(background())[0]),
  /** A goroutine that a context would cancel, if anybody did. */
  bound: () =>
    run(function* main() {
      const [ctx] = withCancel(background());
      yield* go.with({ context: ctx }, function* waits() {
        yield* chan().recv();
      });
    }),
  deadlineGone: () =>
    run(function* main() {
      const [ctx, cancel] = withTimeout(background(), 60_000);
      cancel();
      yield* ctx.done.recv();
      yield* chan().recv();
    }),
  timerStoppedElsewhere: () =>
    run(function* main() {
      const late = timer(60_000);
      yield* go(function* () {
        late.stop();
      });
      yield* late.chan.recv();
    }),
  tickerStoppedElsewhere: () =>
    run(function* main() {
      const ticks = ticker(5);
      yield* ticks.chan.recv();
      yield* go(function* () {
        ticks.stop();
      });
      yield* ticks.chan.recv();
    }),
  stream: () =>
    run(function* main() {
      yield* Chan.from(new Readable({ read: () => undefined })).recv();
    }),
  itself: () =>
    run(function* main() {
      const own = chan(1);
      const handle = go(function* joins() {
        yield* yield* own.recv();
      });
      yield* own.send(handle);
      yield* handle;
    }),
  /** Main computes for a while after all others are parked. */
  late: () =>
    run(function* main() {
      const channel = chan();
      for (let index = 0; index < 4; index++) {
        go(function* waits() {
          yield* channel.recv();
        });
      }
      for (let index = 0; index < 1000; index++) yield* gosched();
      yield* new WaitGroup().wait();
      yield* new Semaphore(0).acquire();
    }),
  async asyncOnWorker() {
    await go(async (channel) => {
      await channel.recv();
    }, chan());
  },
  async forAwait() {
    for await (const value of chan()) console.log(value);
  },
  async local() {
    await go.local(function* waits() {
      yield* chan().recv();
    });
  },
};
