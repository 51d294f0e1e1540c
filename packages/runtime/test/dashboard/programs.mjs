/** `node programs.mjs NAME`: programs that open a dashboard; each prints its address. */
import { existsSync } from 'node:fs';
import { blocking, chan, go, run, runtime, sleep, WaitGroup } from 'goroutines';

const [, , name, file] = process.argv;

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

function* parked(never) {
  yield* never.recv();
}

function* worker() {
  fibonacci(15);
  yield* sleep(1);
}

async function open() {
  const dashboard = await runtime.dashboard();
  console.log(dashboard.url);
  return dashboard;
}

/** Until the test has made the file. */
async function told() {
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10));
}

const programs = {
  /** Many goroutines that wait, and some that come and go, until it is killed. */
  async many() {
    runtime.configure({ procs: 2 });
    await open();
    await run(function* () {
      const never = chan();
      for (let index = 0; index < 100_000; index++) go(parked, never);
      for (;;) {
        const all = new WaitGroup();
        // From one thread: the others have to steal.
        all.go(function* () {
          for (let index = 0; index < 300; index++) all.go(worker);
          fibonacci(24);
        });
        yield* blocking(() => fibonacci(10));
        yield* all.wait();
      }
    });
  },

  /** Ends by itself, however many look on. */
  async ends() {
    await open();
    await told();
    console.log(runtime.numGoroutine(), (await runtime.goroutines()).length);
    await go(() => undefined);
  },

  async deadlock() {
    await open();
    await told();
    await chan().recv();
  },

  /** The main thread computes. */
  async busy() {
    await open();
    const never = chan();
    await go(function* () {
      go(parked, never);
      go(parked, never);
    });
    await told();
    for (const end = performance.now() + 4000; performance.now() < end; );
  },

  /** Without a call: the environment asks for it. */
  async environment() {
    try {
      console.log(await go(() => 'done'));
    } catch (error) {
      console.log(String(error));
    }
  },

  async fromAGoroutine() {
    const asks = go(async () => {
      try {
        await runtime.dashboard();
      } catch (error) {
        return String(error);
      }
    });
    console.log(await asks);
  },
};

await programs[name]();
