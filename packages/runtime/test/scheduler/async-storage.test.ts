/** AsyncLocalStorage: the stores of who starts a local goroutine are its own, over every wait; nobody else sees them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  background,
  blocking,
  chan,
  go,
  gosched,
  group,
  Mutex,
  type Op,
  runtime,
  select,
  sleep,
  timer,
  WaitGroup,
  wait,
  withCancel,
  withValue,
} from 'goroutines';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const storage = new AsyncLocalStorage<unknown>();
const other = new AsyncLocalStorage<string>();

/** Every kind of wait, each as one that is over at once where that is possible, and as one that is not. */
const waits: Record<string, () => Op<unknown>> = {
  sleep: () => sleep(1),
  gosched: () => gosched(),
  promise: () => wait(new Promise((resolve) => setTimeout(resolve, 1))),
  'promise settled before': () => wait(Promise.resolve()),
  receive: () => {
    const channel = chan<number>();
    later(() => channel.send(1));
    return channel.recv();
  },
  'receive from another thread': () => {
    const channel = chan<number>();
    go(function* () {
      yield* channel.send(1);
    });
    return channel.recv();
  },
  'receive at once': () => {
    const channel = chan<number>(1);
    channel.trySend(1);
    return channel.recvOk();
  },
  send: () => {
    const channel = chan<number>();
    later(() => channel.recv());
    return channel.send(1);
  },
  select: () => {
    const channel = chan<number>();
    later(() => channel.send(1));
    return select({ channel: channel.recv(), never: chan().recv(), late: sleep(600_000) });
  },
  'select with a timer': () => select({ never: chan().recv(), late: sleep(1) }),
  lock: () => {
    const mutex = new Mutex();
    mutex.tryLock();
    setTimeout(() => mutex.unlock(), 1);
    return mutex.lock();
  },
  'wait group': () => {
    const all = new WaitGroup();
    all.add();
    setTimeout(() => all.done(), 1);
    return all.wait();
  },
  group: () => {
    const all = group();
    all.go(function* () {
      yield* sleep(1);
    });
    return all.wait();
  },
  join: () =>
    go(function* () {
      yield* gosched();
    }).join(),
  'join of a local one': () =>
    go
      .local(function* () {
        yield* sleep(1);
      })
      .join(),
  timer: () => timer(1).chan.recv(),
  context: () => {
    const [ctx, cancel] = withCancel(background());
    setTimeout(cancel, 1);
    return ctx.done.recv();
  },
  blocking: () => blocking(() => undefined),
};

function later(operation: () => Op<unknown>): void {
  setTimeout(() => operation().then(() => undefined), 1);
}

function* seen(name: string, store: unknown): Generator<unknown, void, unknown> {
  for (let round = 0; round < 2; round++) {
    yield* waits[name]!();
    expect(storage.getStore()).toBe(store);
    expect(other.getStore()).toBe(undefined);
  }
}

for (const procs of [0, 2]) {
  describe(`AsyncLocalStorage with procs: ${procs}`, () => {
    beforeAll(async () => {
      runtime.configure({ procs });
      await go(() => undefined);
    });
    afterAll(() => runtime.shutdown());

    it.each(Object.keys(waits))('is kept by local goroutines and by async code: %s', async (name) => {
      const stores = [{ id: 1 }, { id: 2 }, 0, undefined];
      const all = stores.map((store) =>
        storage.run(store, () => [
          go.local(seen, name, store).join(),
          go.local(async () => {
            await waits[name]!();
            expect(storage.getStore()).toBe(store);
          }),
          (async () => {
            await waits[name]!();
            expect(storage.getStore()).toBe(store);
            await waits[name]!().then(() => expect(storage.getStore()).toBe(store));
          })(),
        ]),
      );
      await Promise.all(all.flat());
      expect(storage.getStore()).toBe(undefined);
    });

    it('is kept when a goroutine is cancelled at its wait, and in its finally blocks', async () => {
      const cleaned: unknown[] = [];
      const handle = storage.run('mine', () =>
        go.local(function* () {
          try {
            yield* chan().recv();
          } finally {
            yield* gosched();
            cleaned.push(storage.getStore());
          }
        }),
      );
      await gosched();
      other.run('of the canceller', () => handle.cancel());
      await expect(Promise.resolve(handle)).rejects.toThrow('the goroutine was cancelled');
      expect(cleaned).toEqual(['mine']);
    });

    it('goes on to local goroutines that a local goroutine starts', async () => {
      const stores: unknown[] = [];
      await storage.run('outer', () =>
        go.local(function* () {
          yield* sleep(1);
          const inner = storage.run('inner', () =>
            go.local(function* () {
              yield* sleep(1);
              stores.push(storage.getStore());
            }),
          );
          const same = go.local(function* () {
            yield* sleep(1);
            stores.push(storage.getStore());
          });
          yield* inner;
          yield* same;
          stores.push(storage.getStore());
        }),
      );
      expect(stores).toEqual(['inner', 'outer', 'outer']);
    });

    it('is not seen by goroutines that were started without one, whoever wakes them', async () => {
      const channel = chan<number>();
      const without = go.local(function* () {
        const stores = [storage.getStore()];
        for (let round = 0; round < 3; round++) {
          yield* channel.recv();
          stores.push(storage.getStore());
        }
        return stores;
      });
      for (let round = 0; round < 3; round++) {
        await storage.run(`sender ${round}`, async () => {
          await channel.send(round);
          await storage.run('inside', () => go.local(() => storage.getStore()));
        });
      }
      expect(await without).toEqual([undefined, undefined, undefined, undefined]);
    });

    it('is not seen by goroutines that may run anywhere; values of a context are', async () => {
      Object.assign(globalThis, { storageOfThisTest: storage });
      const seenThere = await storage.run('local', () =>
        go(
          (ctx) => [(globalThis as { storageOfThisTest?: typeof storage }).storageOfThisTest?.getStore(), ctx.value('request')],
          withValue(background(), 'request', 7),
        ),
      );
      expect(seenThere).toEqual([undefined, 7]);
    });
  });
}
