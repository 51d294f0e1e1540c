/** Programs that are traced: by GOTRACE, or to the file that TRACE names. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { blocking, chan, go, gosched, run, runtime, sleep, wait } from 'goroutines';

const file = process.env.TRACE;
const word = () => new Int32Array(new SharedArrayBuffer(4));

/** Holds up its thread until the word has come to a number. */
function holdUntil(shared, number) {
  for (let seen = Atomics.load(shared, 0); seen < number; seen = Atomics.load(shared, 0)) Atomics.wait(shared, 0, seen);
}

function advance(shared) {
  Atomics.add(shared, 0, 1);
  Atomics.notify(shared, 0);
}

/** Everything a trace can show. */
function* everything() {
  const [stolen, behind] = [word(), word()];
  yield* go(function* stolenFrom() {
    const allStarted = chan();
    for (let n = 0; n < 100; n++) {
      go(function* () {
        yield* allStarted.recv(); // So they are a hundred at one moment.
        advance(stolen);
      });
    }
    allStarted.close();
    holdUntil(stolen, 50);
  });
  const numbers = chan();
  go.with({ name: 'producer' }, function* () {
    for (let n = 0; n < 50; n++) yield* numbers.send(n);
    numbers.close();
  });
  yield* numbers.forEach(() => sleep(0));
  yield* blocking(function napping() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  });
  const { procs } = runtime;
  const begun = word();
  const holders = Array.from({ length: procs }, () =>
    go(function* holder() {
      advance(begun);
      holdUntil(behind, 1);
      globalThis.gc?.();
      yield* gosched();
      yield* sleep(20);
    }),
  );
  while (Atomics.load(begun, 0) < procs) yield* sleep(1);
  yield* go(() => advance(behind));
  for (const holder of holders) yield* holder;
}

const message = (body) => {
  try {
    body();
  } catch (error) {
    return String(error);
  }
  return 'no error';
};

export const programs = {
  async itself() {
    await run(everything);
    console.log('done');
  },

  async exit() {
    go(everything);
    await go(() => undefined);
    process.exit(3);
  },

  async exitInGoroutine() {
    await go(() => process.exit(4));
  },

  async uncaught() {
    await go(() => undefined);
    setTimeout(() => {
      throw new Error('of a callback');
    });
  },

  async unjoined() {
    go(() => {
      throw new Error('of a goroutine');
    });
  },

  async deadlock() {
    await run(function* main() {
      yield* chan().recv();
    });
  },

  /** A trace of a part of a program, begun and ended in the middle of turns. */
  async part() {
    await run(function* main() {
      yield* go(() => 'before');
      const trace = runtime.trace(file);
      assert.equal(trace.file, file);
      yield* go(function* during() {
        yield* sleep(1);
      });
      const stopped = trace.stop();
      assert.equal(trace.stop(), stopped);
      go(() => 'after');
      yield* wait(stopped);
    });
    console.log('traced in part');
  },

  /** More turns than a trace tells of. Says how many. */
  async flood() {
    const size = Number(process.env.SIZE);
    await run(function* main() {
      const switching = function* () {
        for (let n = 0; n < 2 * size; n++) yield* gosched();
      };
      const numbers = chan();
      go(function* () {
        for (let n = 0; n < size; n++) yield* numbers.send(n);
        numbers.close();
      });
      const joined = [go(switching), go(switching)];
      yield* numbers.forEach(() => undefined);
      for (const each of joined) yield* each;
    });
    await runtime.shutdown();
    console.log(runtime.stats().switches);
  },

  /** Two traces, one after the other, and a listener that hears the same. */
  async twice() {
    const heard = [];
    const listener = (events) => heard.push(...events);
    const counts = [];
    for (let round = 0; round < 2; round++) {
      const trace = runtime.trace(file);
      runtime.on('events', listener);
      for (let n = 0; n < 10; n++) await go(() => undefined);
      runtime.off('events', listener);
      await trace.stop();
      counts.push(
        JSON.parse(readFileSync(file, 'utf8')).traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'goroutine').length,
      );
      await runtime.shutdown();
    }
    assert.equal(heard.filter(({ kind }) => kind === 'create').length, 20);
    assert.deepEqual(counts, [20, 20]); // Each turn on its machine's track and on its processor's.
    console.log('twice');
  },

  async refused() {
    console.log(message(() => runtime.trace('/no/such/folder/trace.json')).replace(/ENOENT.*/, 'ENOENT'));
    console.log(
      message(() => runtime.trace('')),
      message(() => runtime.trace(1)),
    );
    const trace = runtime.trace(file);
    console.log(message(() => runtime.trace(file)).replace(file, 'FILE'));
    await trace.stop();
    const other = runtime.trace(file);
    await other.stop();
    console.log(
      await go(() => {
        try {
          runtime.trace('trace.json');
        } catch (error) {
          return String(error);
        }
      }),
    );
    assert.ok(!existsSync(`${file}.events`));
  },
};
