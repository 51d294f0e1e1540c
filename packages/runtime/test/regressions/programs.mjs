/** One program for each bug that once was: `node programs.mjs NAME`. What each must print stands in `regressions.test.ts`. */

import { setTimeout as later } from 'node:timers/promises';
import { AtomicInt, chan, go, group, Mutex, Once, run, runtime, select, sleep, ticker, WaitGroup, wait } from 'goroutines';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits for a condition, with the main thread's loop turning. */
async function until(condition) {
  while (!condition()) await turn();
}

const waiting = (handle) => until(() => handle.status === 'waiting');
const nameOf = (promise) =>
  promise.then(
    (value) => `value ${value}`,
    (error) => error.name,
  );

const programs = {
  async 'cancelled, then stopped'() {
    runtime.configure({ procs: 1 });
    const empty = chan();
    const parked = go(function* () {
      yield* empty.recv();
    });
    const ended = nameOf(parked);
    await waiting(parked);
    parked.cancel();
    await runtime.shutdown();
    await ended; // with the one error or the other
    console.log(runtime.numGoroutine());
  },

  async 'a joiner that is stopped with the one it joins'() {
    runtime.configure({ procs: 1 });
    const empty = chan();
    const first = go(function* () {
      yield* empty.recv();
    });
    await waiting(first);
    const second = go(function* () {
      yield* first;
    });
    await waiting(second);
    const ends = Promise.all([nameOf(first), nameOf(second)]);
    await runtime.shutdown();
    console.log(...(await ends), runtime.numGoroutine());
  },

  async 'a deadlock of local goroutines that join each other'() {
    const empty = chan();
    const first = go.local(function* () {
      yield* empty.recv();
    });
    const second = go.local(function* () {
      yield* first;
    });
    console.log(await nameOf(second), runtime.numGoroutine());
  },

  async 'async code of a worker awaits again when it is stopped'() {
    runtime.configure({ procs: 1 });
    const values = chan(1);
    const started = new AtomicInt();
    await run(function* () {
      go(async () => {
        for (;;) {
          try {
            started.add(1);
            await values.recv();
          } catch {}
        }
      });
      while (started.load() === 0) yield* sleep(1);
    });
    await run(function* () {
      yield* values.send(7);
    });
    console.log(values.length, values.tryRecv());
  },

  async 'main serves waiters while the threads stop'() {
    runtime.configure({ procs: 1 });
    const values = chan();
    for (let round = 0; round < 3; round++) {
      let pumping = true;
      const pump = () => {
        if (!pumping) return;
        for (let count = 0; count < 500; count++) values.trySend({ text: 'more than four letters' });
        setImmediate(pump);
      };
      await run(function* () {
        const parked = Array.from({ length: 2000 }, () =>
          go(function* () {
            yield* values.recv();
          }),
        );
        while (parked.some(({ status }) => status !== 'waiting')) yield* sleep(1);
        pump();
      });
      pumping = false;
      console.log(runtime.numGoroutine());
    }
  },

  async 'go while the threads stop'() {
    await go(() => 1);
    const stopping = runtime.shutdown();
    let stopped = false;
    void stopping.then(() => {
      stopped = true;
    });
    const ends = [];
    while (!stopped) {
      ends.push(nameOf(go(() => 2)));
      await turn();
    }
    const names = new Set(await Promise.all(ends));
    names.delete('value 2');
    console.log([...names].join(), runtime.stats().globalQueue);
  },

  async 'a thread that does not stop'() {
    runtime.configure({ procs: 1 });
    const old = chan(1);
    const busy = new AtomicInt();
    let handle;
    await run(function* () {
      handle = go(function* () {
        'use no-preempt';
        busy.store(1);
        for (;;);
      });
      handle.then(
        () => undefined,
        (error) => console.log(error.name),
      );
      while (busy.load() === 0) yield* sleep(1);
    });
    const fresh = chan(1);
    fresh.trySend('fresh');
    try {
      old.trySend('old');
    } catch (error) {
      console.log(error.name);
    }
    console.log(fresh.tryRecv());
  },

  async 'an operation driven by a loop'() {
    const empty = chan();
    function* receive() {
      return yield* empty.recv();
    }
    const wrong = go(function* () {
      for (const _ of receive());
    });
    console.log(await nameOf(wrong), empty.trySend(1));
  },

  async 'thenables that misbehave'() {
    const empty = chan();
    const throwing = () => ({
      // biome-ignore lint/suspicious/noThenProperty: what is tested.
      then() {
        throw new RangeError('then');
      },
    });
    console.log(
      await nameOf(
        go.local(function* () {
          yield* wait(throwing());
        }),
      ),
    );
    console.log(
      await nameOf(
        go.local(function* () {
          yield* select({ promise: wait(throwing()), value: empty.recv() });
        }),
      ),
    );
    console.log(empty.trySend(1));
    const twice = go(() => ({
      // biome-ignore lint/suspicious/noThenProperty: what is tested.
      then(settle) {
        settle(1);
        settle(2);
      },
    }));
    console.log(await nameOf(twice), runtime.numGoroutine());
  },

  async 'async goroutines that await a timer of their own'() {
    runtime.configure({ procs: 1 });
    const first = chan();
    const second = chan();
    const both = go(async () => Promise.all([first.recv(), second.recv()]));
    go(async () => {
      await later(30);
      await first.send(1);
      await second.send(2);
    });
    console.log(await both);
    const empty = chan();
    console.log(await go(async () => Promise.race([empty.recv(), later(30, 'timer')])));
    console.log(
      await go(function* () {
        const own = chan(1);
        setTimeout(() => own.trySend('callback'), 30);
        return yield* own.recv();
      }),
    );
  },

  async 'an error under go.with({ signal })'() {
    go.with({ signal: new AbortController().signal }, () => {
      throw new RangeError('not joined');
    });
  },

  async 'a local goroutine cancelled before it runs'() {
    let ran = false;
    const handle = go.local(function* () {
      yield* sleep(0);
      ran = true;
    });
    handle.cancel();
    console.log(await nameOf(handle), ran);
  },

  async 'reasons and errors that cannot be written'() {
    const empty = chan();
    const parked = go(function* () {
      yield* empty.recv();
    });
    await waiting(parked);
    parked.cancel({ toString: 1, valueOf: 1 });
    console.log(await nameOf(parked));
    console.log(
      await nameOf(
        go(() => {
          throw Object.assign(Object.create(null), { symbol: Symbol('no copy') });
        }),
      ),
    );
  },

  async 'a chain of goroutines does not keep out the others'() {
    runtime.configure({ procs: 1 });
    const stop = new AtomicInt();
    const all = new WaitGroup();
    function* link(stop, all) {
      if (stop.load() === 0) go(link, stop, all);
      else all.done();
    }
    all.add();
    await go(function* () {
      go(function* () {
        stop.store(1);
      });
      go(link, stop, all);
    });
    await all.wait();
    console.log('ended');
  },

  async 'garbage of async code is collected'() {
    runtime.configure({ procs: 1, heapBytes: 64 * 1024 * 1024 });
    for (let count = 0; count < 30_000; count++) {
      chan(1000);
      if (count % 10 === 0) await turn();
    }
    console.log('enough room');
  },

  async 'a captured function that cannot be loaded'() {
    const load = (name) => import(name);
    const captured = { load };
    console.log(
      await nameOf(
        go(() =>
          captured.load('./not-there.mjs').then(
            () => 'loaded',
            (error) => error.code,
          ),
        ),
      ),
    );
  },

  async 'locks and groups ignore what is passed to their constructors'() {
    const group = new WaitGroup(3);
    const lock = new Mutex(1);
    await group.wait();
    console.log(lock.tryLock());
  },

  async 'yield in place of yield*, again and again'() {
    const empty = chan();
    console.log(
      await go(function* () {
        let refused = 0;
        for (let count = 0; count < 20_000; count++) {
          try {
            yield empty.recv();
          } catch {
            refused++;
          }
        }
        return refused;
      }),
    );
  },

  async 'an async generator function'() {
    for (const [name, start] of Object.entries({
      go: () => go(async function* () {}),
      'go.local': () => go.local(async function* () {}),
      'go.with': () => go.with({}, async function* () {}),
      'group.go': () => group().go(async function* () {}),
      runExclusive: () => new Mutex().runExclusive(async function* () {}),
      'Once.do': () => new Once().do(async function* () {}),
    })) {
      try {
        start();
      } catch (error) {
        console.log(`${error.name}: ${error.message}`.slice(0, 80), name);
      }
    }
  },

  async 'a plain function that returns a generator, on this thread'() {
    function* main(number) {
      yield* sleep(1);
      return number;
    }
    console.log(await go.local(() => main(3)), await run(() => main(4)));
  },

  async 'a signal whose reason cannot be copied'() {
    const empty = chan();
    const controller = new AbortController();
    const parked = go.with({ signal: controller.signal }, function* () {
      yield* empty.recv();
    });
    await waiting(parked);
    controller.abort({ map: new WeakMap() });
    const late = go.with({ signal: controller.signal }, function* () {});
    for (const canceled of [parked, late])
      await canceled.then(undefined, (error) => console.log(`${error.name}: ${error.message}`));
  },

  async 'a plain function says that it runs'() {
    const words = new Int32Array(new SharedArrayBuffer(8));
    const spinning = go(() => {
      Atomics.store(words, 0, 1);
      while (Atomics.load(words, 1) === 0);
    });
    await until(() => Atomics.load(words, 0) === 1);
    console.log(spinning.status);
    Atomics.store(words, 1, 1);
    await spinning;
  },

  async 'errors that cannot be copied keep their outline'() {
    const outline = ({ constructor, name, message, code }) => console.log(constructor.name, name, message, code);
    class LimitError extends RangeError {}
    await go(function* () {
      throw Object.assign(new LimitError('far'), { code: 'EFAR', socket: new WeakMap() });
    }).then(undefined, outline);
    await go(function* () {
      throw Object.defineProperty(new Error('hidden'), 'stack', {
        get() {
          throw new Error('no stack');
        },
      });
    }).then(undefined, outline);
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    await go
      .local(function* () {
        throw revoked;
      })
      .then(
        () => undefined,
        () => console.log('revoked'),
      );
  },

  async 'a timer of a goroutine that has ended'() {
    const channel = chan(1);
    await run(function* () {
      yield* go(() => {
        globalThis.setTimeout(() => channel.trySend('sent'), 1000);
      });
      console.log(yield* channel.recv());
    });
  },

  async 'forEach with a function of another kind'() {
    const channel = chan(2);
    await channel.send(1);
    await channel.send(2);
    const list = [];
    console.log(
      await go
        .local(function* () {
          yield* channel.forEach((value) => list.push(value) < 2 || channel.close());
        })
        .then(() => list),
    );
    for (const body of [5, async () => {}]) {
      const one = chan(1);
      one.trySend(1);
      await go
        .local(function* () {
          yield* one.forEach(body);
        })
        .then(undefined, (error) => console.log(`${error.name}: ${error.message}`.slice(0, 60)));
    }
  },

  async 'a ticker that ticks all the time'() {
    const ticking = ticker(5e-324);
    await ticking.chan.recv();
    ticking.stop();
    console.log('stopped');
  },

  async 'what a worker may not ask for'() {
    console.log(
      await go(async () => {
        const refused = [];
        const tries = [() => runtime.on('uncaught', () => undefined), () => runtime.shutdown()];
        for (const attempt of tries) {
          try {
            await attempt();
          } catch (error) {
            refused.push(error.message);
          }
        }
        return refused.join('; ');
      }),
    );
    try {
      runtime.on('uncaught', 5);
    } catch (error) {
      console.log(error.message);
    }
  },

  async 'a plain function that returns an operation'() {
    const channel = chan(1);
    await go(() => channel.send(7));
    console.log(channel.length, await go(() => channel.recv()), await go.local(() => channel.trySend(8) && channel.recv()));
  },
};

await programs[process.argv[2]]();
