/**
 * Values that the thread which is to have them cannot make at once, since they hold a function that it has to load first.
 * A thread has a function from then on, so each case has one of its own.
 */
import { Chan, chan, go, gosched, Mutex, runtime, Semaphore, select } from 'goroutines';

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
    runtime.on('uncaught', (error, { name }) => told.push(`${name}: ${nameOf(error)}`));
    const first = go.with({ name: 'first' }, function* () {
      throw failure(() => 13);
    });
    await until(() => first.status === 'failed');
    const second = go.with({ name: 'second' }, () => {
      throw new Error('plain');
    });
    await until(() => second.status === 'failed');
    go.with({ name: 'third' }, () => {
      throw failure(() => 14);
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
};
