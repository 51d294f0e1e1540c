/**
 * Values that the thread which is to have them cannot make at once, since they hold a function that it has to load first.
 * A thread has a function from then on, so each case has one of its own.
 */
import { createSecretKey } from 'node:crypto';
import {
  background,
  Chan,
  chan,
  go,
  gosched,
  group,
  Mutex,
  proxy,
  runtime,
  Semaphore,
  select,
  transfer,
  withCancel,
  withValue,
} from 'goroutines';

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(condition) {
  while (!condition()) await turn();
}

const failure = (answer) => Object.assign(new Error('failure'), { answer });
const nameOf = (error) => `${error.message}, answer ${error.answer?.()}`;

/** How a wait ends. */
function* endOf(operation) {
  try {
    return `got ${yield* operation}`;
  } catch (error) {
    return nameOf(error);
  }
}

const budgetError = () => Object.assign(new RangeError('out of budget'), { code: 'E_BUDGET', retry: () => 'again' });
const described = (error) =>
  `${error instanceof RangeError} ${error.name} ${error.message} ${error.code} ${error.retry} ${error.stack.includes('budgetError')}`;

function refusal(attempt) {
  try {
    return attempt();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

/** A source that gives one value, and fails. */
const failed = (answer) =>
  Chan.from(
    (async function* () {
      yield 1;
      throw failure(answer);
    })(),
  );

/** Somebody who waits for a lock that is held here is sent away. */
async function sentAway(lock, wait) {
  await lock.acquire();
  const waiting = go(function* () {
    return yield* endOf(wait());
  });
  await until(() => waiting.status === 'waiting');
  lock.cancel();
  console.log(await waiting);
}

export const programs = {
  async 'what cannot be loaded'() {
    const handle = go(async () => (await import('./needs-not-on-main.mjs')).multiply);
    await until(() => handle.status === 'done');
    for (let time = 0; time < 2; time++) {
      try {
        console.log(await handle);
      } catch (error) {
        console.log(error.name);
      }
    }
    await turn();
  },

  async 'sent away from a lock'() {
    const plain = new Mutex(failure(() => 1));
    await sentAway(plain, () => plain.lock());
    const ticket = new Mutex(failure(() => 2));
    await sentAway(ticket, () => ticket.acquire());
    const semaphore = new Semaphore(
      1,
      failure(() => 3),
    );
    await sentAway(semaphore, () => semaphore.acquire());
    const selected = new Mutex(failure(() => 4));
    await sentAway(selected, () => select({ lock: selected.lock(), never: null }));
    const both = new Semaphore(
      1,
      failure(() => 5),
    );
    await sentAway(both, () => select({ ticket: both.acquire(), never: null }));
  },

  async 'sent away from a lock in async code'() {
    const mutex = new Mutex(failure(() => 6));
    await mutex.lock();
    const begun = chan(1);
    const waiting = go(async () => {
      const locked = mutex.lock().then(() => 'got it', nameOf);
      await begun.send(true);
      return await locked;
    });
    await begun.recv();
    mutex.cancel();
    console.log(await waiting);
  },

  async 'the error of a failed source'() {
    const receivers = [
      [() => 7, (source) => source.recv()],
      [() => 8, (source) => source.recvOk()],
      [() => 9, (source) => select({ source: source.recv(), never: null })],
      [() => 10, (source) => select({ source: source.recvOk() })],
    ];
    for (const [answer, receive] of receivers) {
      const source = failed(answer);
      console.log(
        await go(function* () {
          yield* source.recv();
          while (!source.closed) yield* gosched();
          return yield* endOf(receive(source));
        }),
      );
    }
  },

  async 'the error of a failed source in async code'() {
    const source = failed(() => 11);
    await source.recv();
    console.log(
      await go(async () => {
        await until(() => source.closed);
        return await source.recv().then(() => 'got it', nameOf);
      }),
    );
  },

  async 'tryRecv from a failed source'() {
    const source = failed(() => 12);
    await source.recv();
    const told = go(function* () {
      while (!source.closed) yield* gosched();
      try {
        return source.tryRecv();
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    });
    console.log(await told);
  },

  async 'errors that nobody joins, told to a listener'() {
    const told = [];
    runtime.on('uncaught', (error) => told.push(nameOf(error)));
    // On one thread, which reports them one after the other; between two threads there is no order.
    go(function* () {
      go.local(() => {
        throw failure(() => 13);
      });
      go.local(() => {
        throw new Error('plain');
      });
      go.local(() => {
        throw failure(() => 14);
      });
    });
    await until(() => told.length === 3);
    console.log(told.join('\n'));
  },

  'an error that nobody joins'() {
    class HttpError extends Error {
      constructor(message) {
        super(message);
        this.toJSON = () => ({ message });
      }
    }
    go.with({ name: 'fetcher' }, function* fetches() {
      throw new HttpError('404');
    });
  },

  async 'reasons of goroutines'() {
    const empty = chan();
    const handle = go(function* () {
      try {
        yield* empty.recv();
      } catch (error) {
        return described(error.cause);
      }
    });
    await until(() => handle.status === 'waiting');
    console.log(refusal(() => handle.cancel(() => 1)));
    handle.cancel(budgetError());
    console.log(await handle);
    const early = go.with({ signal: AbortSignal.abort(budgetError()) }, () => 'ran all the same');
    console.log(await early.join().then(null, (error) => described(error.cause)));
    const controller = new AbortController();
    const signalled = go.with({ signal: controller.signal }, function* () {
      yield* empty.recv();
    });
    await until(() => signalled.status === 'waiting');
    controller.abort(() => 'of an AbortSignal');
    console.log(await signalled.join().then(null, ({ message }) => message));
  },

  async 'reasons of contexts'() {
    const [ctx, cancel] = withCancel(background());
    console.log(
      refusal(() => cancel(() => 1)),
      ctx.err,
    );
    cancel(budgetError());
    const look = () => {
      const { err, cause, signal } = ctx;
      return [err.message, described(err.cause), described(cause), described(signal.reason)].join('; ');
    };
    console.log(look());
    console.log(await go(look));
    const all = group();
    all.go(() => {
      throw budgetError();
    });
    await all.wait().then(null, (error) => console.log(error.message, error.retry()));
    console.log(await go((all) => all.context.err.message, all));
  },

  async 'values of contexts'() {
    const root = background();
    console.log(refusal(() => withValue(root, 'f', function double() {})));
    console.log(refusal(() => withValue(root, 'o', { methods: [() => 1] })));
    console.log(refusal(() => withValue(root, 'b', { file: new Blob(['text']) })));
    console.log(refusal(() => withValue(root, 'k', createSecretKey(Buffer.alloc(8)))));
    const { port1, port2 } = new MessageChannel();
    console.log(refusal(() => withValue(root, 'p', port2)));
    port1.close();
    const log = withValue(root, 'log', proxy({ line: (text) => `logged ${text}` }));
    console.log(await go(async (ctx) => await ctx.value('log').line('once'), log));
  },

  async 'a Blob that several threads receive'() {
    const here = go(() => new Blob(['from a goroutine']));
    console.log((await here).size);
    const size = function* (goroutine) {
      const blob = yield* goroutine;
      return blob.size;
    };
    console.log(await go(size, here), await go(size, here));
    const elsewhere = go(() => ({ key: createSecretKey(Buffer.from('secret')) }));
    // Two async functions that wait for each other are on two threads, if there are two.
    const exported = async (goroutine) => (await goroutine).key.export().toString();
    console.log(await Promise.all([go(exported, elsewhere), go(exported, elsewhere)]));
    console.log(await exported(elsewhere));
  },

  async 'what was moved is received once'() {
    const moved = go(() => transfer(new MessageChannel().port1));
    (await moved).close();
    console.log(
      await go((goroutine) => goroutine.then(() => 'received'), moved)
        .join()
        .then(null, ({ message }) => message),
    );
  },
};
