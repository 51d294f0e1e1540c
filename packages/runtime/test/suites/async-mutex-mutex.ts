/** What async-mutex's `Mutex` does, as its users see it. */
import { describe, expect, it } from 'vitest';
import { type AnyMutex, type AsyncMutexPackage, later, pass, settle, watch, withFalseClock } from './async-mutex-package.ts';

export function mutexSuite(what: string, { E_CANCELED }: AsyncMutexPackage, make: (error?: Error) => AnyMutex): void {
  describe(what, () => {
    withFalseClock();

    it('is free at first', () => {
      expect(make().isLocked()).toBe(false);
    });

    it('is taken at the call, before anything is awaited', () => {
      const mutex = make();
      void mutex.acquire();
      expect(mutex.isLocked()).toBe(true);
      const other = make();
      void other.runExclusive(() => new Promise(() => undefined));
      expect(other.isLocked()).toBe(true);
    });

    it('a grant comes without any timer', async () => {
      const mutex = make();
      const first = await mutex.acquire();
      const second = mutex.acquire();
      first();
      const release = await second;
      expect(mutex.isLocked()).toBe(true);
      release();
      expect(mutex.isLocked()).toBe(false);
    });

    it('stays locked from one holder to the next', async () => {
      const mutex = make();
      const tickets = [mutex.acquire(), mutex.acquire(), mutex.acquire()];
      for (const ticket of tickets) {
        expect(mutex.isLocked()).toBe(true);
        (await ticket)();
      }
      expect(mutex.isLocked()).toBe(false);
    });

    it('one holds it, until it gives it back', async () => {
      const mutex = make();
      const seen: string[] = [];
      void mutex.acquire().then((release) => {
        seen.push('first');
        later(50, () => {
          seen.push('given back');
          release();
        });
      });
      void mutex.acquire().then(() => seen.push('second'));
      await pass(49);
      expect(seen).toEqual(['first']);
      await pass(1);
      expect(seen).toEqual(['first', 'given back', 'second']);
    });

    it('a releaser gives back once', async () => {
      const mutex = make();
      const release = await mutex.acquire();
      release();
      const others = watch(mutex.acquire());
      await settle();
      release();
      release();
      expect(others.state).toBe('given');
      expect(mutex.isLocked()).toBe(true);
    });

    it('release gives back what anybody holds, and nothing when nobody does', async () => {
      const mutex = make();
      mutex.release();
      expect(mutex.isLocked()).toBe(false);
      let runs = 0;
      const run = async () => {
        await mutex.acquire();
        runs++;
        mutex.release();
      };
      await Promise.all([run(), run(), run()]);
      expect(runs).toBe(3);
      expect(mutex.isLocked()).toBe(false);
    });

    it('the highest priority is served first, and within one who came first', async () => {
      const mutex = make();
      const order: string[] = [];
      const ask = (name: string, priority?: number) =>
        void mutex.acquire(priority).then((release) => {
          order.push(name);
          later(10, release);
        });
      ask('holder', -5);
      ask('low', -1);
      ask('a');
      ask('high', 2.5);
      ask('b', 0);
      ask('higher', Number.POSITIVE_INFINITY);
      ask('high too', 2.5);
      await pass(100);
      expect(order).toEqual(['holder', 'higher', 'high', 'high too', 'a', 'b', 'low']);
    });

    it('runExclusive gives the result, now or later, and passes errors on', async () => {
      const mutex = make();
      expect(await mutex.runExclusive(() => 10)).toBe(10);
      expect(await mutex.runExclusive(async () => 11)).toBe(11);
      await expect(mutex.runExclusive(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
      await expect(
        mutex.runExclusive(() => {
          throw new Error('now');
        }),
      ).rejects.toThrow('now');
      expect(mutex.isLocked()).toBe(false);
    });

    it('runExclusive does not call back within the call', async () => {
      const mutex = make();
      let called = false;
      const run = mutex.runExclusive(() => {
        called = true;
      });
      expect(called).toBe(false);
      await run;
      expect(called).toBe(true);
    });

    it('runExclusive runs one after the other, by priority', async () => {
      const mutex = make();
      const order: number[] = [];
      let inside = 0;
      const run = (priority: number) =>
        mutex.runExclusive(async () => {
          expect(++inside).toBe(1);
          order.push(priority);
          await new Promise<void>((resolve) => later(5, resolve));
          inside--;
        }, priority);
      const all = Promise.all([run(0), run(-1), run(1)]);
      await pass(50);
      await all;
      expect(order).toEqual([0, 1, -1]);
    });

    it('the results are promises in all that a user does with them', async () => {
      const mutex = make();
      const release = await Promise.race([mutex.acquire(), new Promise<() => void>(() => undefined)]);
      const seen: unknown[] = [];
      const failing = mutex
        .runExclusive(() => Promise.reject(new Error('inside')))
        .catch((error: Error) => seen.push(error.message));
      const finishing = mutex.waitForUnlock().finally(() => seen.push('finally'));
      release();
      await Promise.all([failing, finishing]);
      expect(seen.sort()).toEqual(['finally', 'inside']);
    });

    it('cancel sends away all that wait, and leaves the holder', async () => {
      const mutex = make();
      const release = await mutex.acquire();
      const ticket = watch(mutex.acquire());
      const run = watch(mutex.runExclusive(() => undefined));
      mutex.cancel();
      await settle();
      expect(ticket).toEqual({ state: 'thrown', outcome: E_CANCELED });
      expect(ticket.outcome).toBe(E_CANCELED);
      expect(run.outcome).toBe(E_CANCELED);
      expect(mutex.isLocked()).toBe(true);
      release();
      expect(mutex.isLocked()).toBe(false);
      await mutex.acquire();
    });

    it('cancel with an error of the maker', async () => {
      const error = new Error('closing');
      const mutex = make(error);
      await mutex.acquire();
      const ticket = watch(mutex.acquire());
      mutex.cancel();
      await settle();
      expect(ticket.outcome).toBe(error);
    });

    it('waitForUnlock does not wait for a free one, and takes nothing', async () => {
      const mutex = make();
      const first = watch(mutex.waitForUnlock());
      const second = watch(mutex.waitForUnlock());
      await settle();
      expect([first.state, second.state]).toEqual(['given', 'given']);
      expect(mutex.isLocked()).toBe(false);
    });

    it('waitForUnlock waits until all before it are through', async () => {
      const mutex = make();
      void mutex.acquire();
      void mutex.acquire();
      const [first, second] = [watch(mutex.waitForUnlock()), watch(mutex.waitForUnlock())];
      await settle();
      expect(first.state).toBe('pending');
      mutex.release();
      await settle();
      expect(first.state).toBe('pending');
      mutex.release();
      await settle();
      expect([first.state, second.state]).toEqual(['given', 'given']);
      expect(mutex.isLocked()).toBe(false);
    });

    it('waitForUnlock goes by priority', async () => {
      const mutex = make();
      void mutex.acquire();
      void mutex.acquire(0);
      const [high, low, equal] = [1, -1, 0].map((priority) => watch(mutex.waitForUnlock(priority)));
      mutex.release();
      await settle();
      expect([high!.state, low!.state, equal!.state]).toEqual(['given', 'pending', 'pending']);
    });
  });
}
