/** Errors that nobody joins. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { chan, go, gosched, proxy, run, runtime, sleep } from 'goroutines';

class PaymentError extends Error {
  name = 'PaymentError';
}

export const programs = {
  uncaught() {
    console.log('before');
    go(function* chargesTheCard() {
      yield* gosched();
      throw Object.assign(new PaymentError('no charge'), { code: 'E_CHARGE' });
    });
  },

  /** Errors that have no frame of the program's own. */
  async withoutFrames() {
    for (const make of [() => ({ it: Promise.resolve(1) }), () => ({ it: new WeakMap() })]) {
      await go(make).then(undefined, ({ stack }) => console.log(stack.replace(/file:.*\/(errors\.mjs):\d+:\d+/, '$1')));
    }
  },

  notCopied() {
    try {
      chan(1).trySend(new AsyncLocalStorage());
    } catch ({ message }) {
      console.log(message);
    }
  },

  async handledOnItsThread() {
    await go(() => {
      process.on('uncaughtException', ({ message }) => console.log('handled', message));
      return new Promise((resolve) => {
        setTimeout(() => {
          setTimeout(resolve, 10);
          throw new Error('of a timer');
        });
      });
    });
    console.log('goes on');
  },

  async runOnAThread() {
    await go(() => run(() => undefined)).then(undefined, ({ message }) => console.log(message));
  },

  /** What a dump calls an anonymous goroutine, and one of this package's own; and that the latter is no leak. */
  async anonymous() {
    proxy({});
    go(function* () {
      yield* chan().recv();
    });
    const waiting = () => runtime.goroutines().then((list) => list.every(({ status }) => status === 'waiting'));
    while (!(await waiting())) await new Promise((resolve) => setImmediate(resolve));
    const text = (await runtime.dump()).replace(/file:.*\/(errors\.mjs):\d+:\d+/g, '$1').replace(/, \d+ ms/g, '');
    console.log(
      text
        .split('\n')
        .filter((line) => !/^goroutine/.test(line) && line !== '')
        .sort()
        .join('\n'),
    );
    console.log((await runtime.leaks()).length, runtime.goroutineIds().length);
  },

  async uncaughtInRun() {
    await run(function* () {
      go(function* fails() {
        throw new TypeError('in the background');
      });
      yield* sleep(5000);
      console.log('never');
    });
  },

  uncaughtLocal() {
    go.local(function* failsHere() {
      yield* gosched();
      throw new TypeError('on this thread');
    });
  },

  uncaughtOfAGoroutineInAGoroutine() {
    go(function* outer() {
      go(function* inner() {
        throw new TypeError('of the inner one');
      });
      yield* sleep(5000);
      console.log('never');
    });
  },

  uncaughtValue() {
    go(() => {
      throw { reason: 'no error object' };
    });
  },

  uncaughtValueInListener() {
    process.on('uncaughtException', (error) => console.log(typeof error, error));
    go(() => {
      throw 'no error object';
    });
  },

  uncaughtValueInRejectionListener() {
    process.on('unhandledRejection', (error) => console.log(typeof error, error));
    go(() => {
      throw 'no error object';
    });
  },

  named() {
    go.with({ name: 'charger' }, function* () {
      throw new TypeError('has a name');
    });
  },

  inACallback() {
    go(function* () {
      setTimeout(function callback() {
        throw new TypeError('in a callback');
      }, 1);
      yield* sleep(5000);
      console.log('never');
    });
  },

  rejectionInAGoroutine() {
    go(function* () {
      Promise.reject(new TypeError('not handled'));
      yield* sleep(5000);
      console.log('never');
    });
  },

  async listener() {
    const errors = chan(4);
    const listener = (error, goroutine) => {
      console.log(error.name, error.message, error.code, typeof goroutine.id, goroutine.name);
      errors.trySend(1);
    };
    runtime.on('uncaught', listener);
    go.with({ name: 'first' }, () => {
      throw Object.assign(new PaymentError('one'), { code: 'E_ONE' });
    });
    await errors.recv();
    go(async () => {
      throw new Error('two');
    });
    await errors.recv();
    runtime.off('uncaught', listener);
    console.log(await go(() => 'goes on'));
  },

  joinedInTime() {
    const handle = go(() => {
      throw new Error('joined');
    });
    setTimeout(() => {
      handle.then(
        () => console.log('never'),
        (error) => console.log(error.message),
      );
    }, 0);
  },

  async caughtByJoin() {
    try {
      await go(() => {
        throw new PaymentError('caught');
      });
    } catch (error) {
      console.log(error.name, error.message);
    }
  },

  async stacks() {
    const failures = await Promise.all(
      [
        go(function* generator() {
          yield* gosched();
          deep();
        }),
        go(async function asynchronous() {
          await undefined;
          deep();
        }),
        go(() => deep()),
        go.local(function* local() {
          deep();
        }),
      ].map((handle) => handle.then(undefined, (error) => error)),
    );
    for (const { stack } of failures) {
      const lines = stack.split('\n').slice(1);
      const places = lines.map((line) => line.replace(/ *\(?file:[^ ]*\/errors\.mjs:(\d+):\d+\)?$/, ' $1'));
      console.log(places.map((line) => line.replace(/^ *at /, '').replace(/ by go\(\) at/, '')).join(' < '));
    }
  },
};

function deep() {
  throw new Error('deep');
}
