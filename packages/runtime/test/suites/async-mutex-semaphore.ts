/** What async-mutex's `Semaphore` does, as its users see it. */
import { describe, expect, it } from 'vitest';
import { type AnySemaphore, type AsyncMutexPackage, later, pass, settle, watch, withFalseClock } from './async-mutex-package.ts';

export function semaphoreSuite(
  what: string,
  { E_CANCELED }: AsyncMutexPackage,
  make: (value: number, error?: Error) => AnySemaphore,
): void {
  describe(what, () => {
    withFalseClock();

    it('counts down and up', async () => {
      const semaphore = make(2);
      expect([semaphore.getValue(), semaphore.isLocked()]).toEqual([2, false]);
      const [before, release] = await semaphore.acquire();
      expect([before, semaphore.getValue()]).toEqual([2, 1]);
      const [then, releaseToo] = await semaphore.acquire();
      expect([then, semaphore.getValue(), semaphore.isLocked()]).toEqual([1, 0, true]);
      release();
      release();
      expect(semaphore.getValue()).toBe(1);
      releaseToo();
      expect(semaphore.getValue()).toBe(2);
    });

    it('is taken at the call, and a grant comes without any timer', async () => {
      const semaphore = make(1);
      const first = semaphore.acquire();
      expect(semaphore.getValue()).toBe(0);
      const second = semaphore.acquire();
      (await first)[1]();
      expect(semaphore.getValue()).toBe(0);
      expect((await second)[0]).toBe(1);
    });

    it('weights: a heavy one waits for enough', async () => {
      const semaphore = make(2);
      const [, release] = await semaphore.acquire(2);
      const light = watch(semaphore.acquire());
      await settle();
      expect(light.state).toBe('pending');
      release();
      await settle();
      expect(light.outcome).toEqual([2, expect.any(Function)]);
      expect(semaphore.getValue()).toBe(1);
    });

    it('a heavy one in front is not overtaken by light ones', async () => {
      const semaphore = make(2);
      const order: string[] = [];
      const [, release] = await semaphore.acquire();
      void semaphore.acquire(2).then(([, back]) => {
        order.push('heavy');
        later(10, back);
      });
      void semaphore.acquire(1).then(() => order.push('light'));
      await settle();
      expect([order, semaphore.getValue()]).toEqual([[], 1]);
      release();
      await pass(10);
      expect(order).toEqual(['heavy', 'light']);
    });

    it('a light one of a higher priority overtakes', async () => {
      const semaphore = make(2);
      void semaphore.acquire(3);
      const light = watch(semaphore.acquire(1, 1));
      await settle();
      expect([light.state, semaphore.getValue()]).toEqual(['given', 1]);
    });

    it('priorities before weights, arrival within one', async () => {
      const semaphore = make(2);
      const order: string[] = [];
      const ask = (name: string, weight: number, priority: number) =>
        void semaphore.acquire(weight, priority).then(([, release]) => {
          order.push(name);
          later(10, release);
        });
      ask('a', 1, 0);
      ask('b', 1, 0);
      ask('low', 1, -1);
      ask('c', 1, 0);
      ask('heavy', 2, 1);
      await pass(100);
      expect(order).toEqual(['a', 'b', 'heavy', 'c', 'low']);
    });

    it('may begin below zero', async () => {
      const semaphore = make(-2);
      const ticket = watch(semaphore.acquire());
      expect(semaphore.isLocked()).toBe(true);
      semaphore.release(2);
      await settle();
      expect([ticket.state, semaphore.getValue()]).toEqual(['pending', 0]);
      semaphore.release(2);
      await settle();
      expect([ticket.state, semaphore.getValue()]).toEqual(['given', 1]);
    });

    it('may be given back more than it had', () => {
      const semaphore = make(1);
      semaphore.release();
      semaphore.release(3);
      expect(semaphore.getValue()).toBe(5);
    });

    it('setValue lets in who can be', async () => {
      const semaphore = make(0);
      const seen = [1, 2, 4].map((weight) => watch(semaphore.acquire(weight)));
      semaphore.setValue(3);
      await settle();
      expect(seen.map(({ state }) => state)).toEqual(['given', 'given', 'pending']);
      expect(semaphore.getValue()).toBe(0);
    });

    it('runExclusive passes value and weight, gives the result and gives back', async () => {
      const semaphore = make(3);
      const run = semaphore.runExclusive(async (value) => [value, semaphore.getValue()], 2);
      expect(semaphore.getValue()).toBe(1);
      expect(await run).toEqual([3, 1]);
      expect(semaphore.getValue()).toBe(3);
      await expect(
        semaphore.runExclusive(() => {
          throw new Error('inside');
        }, 3),
      ).rejects.toThrow('inside');
      expect(semaphore.getValue()).toBe(3);
    });

    it('cancel sends away all that wait', async () => {
      const semaphore = make(2);
      const [, release] = await semaphore.acquire(2);
      const seen = [watch(semaphore.acquire(5)), watch(semaphore.acquire()), watch(semaphore.runExclusive(() => undefined))];
      semaphore.cancel();
      await settle();
      for (const { outcome } of seen) expect(outcome).toBe(E_CANCELED);
      release();
      expect(semaphore.getValue()).toBe(2);
      const error = new Error('own');
      const other = make(0, error);
      const ticket = watch(other.acquire());
      other.cancel();
      await settle();
      expect(ticket.outcome).toBe(error);
    });

    it('waitForUnlock: only when so many could be acquired', async () => {
      const semaphore = make(2);
      await semaphore.acquire(2);
      const [one, two] = [watch(semaphore.waitForUnlock()), watch(semaphore.waitForUnlock(2))];
      await settle();
      expect([one.state, two.state]).toEqual(['pending', 'pending']);
      semaphore.release();
      await settle();
      expect([one.state, two.state]).toEqual(['given', 'pending']);
      semaphore.release();
      await settle();
      expect([two.state, semaphore.getValue()]).toEqual(['given', 2]);
    });

    it('waitForUnlock: not while others of its priority are in line', async () => {
      const semaphore = make(2);
      void semaphore.acquire(3, 1);
      const seen = [0, 2, 1].map((priority) => watch(semaphore.waitForUnlock(1, priority)));
      await settle();
      expect(seen.map(({ state }) => state)).toEqual(['pending', 'given', 'pending']);
    });

    it('weights that are none are refused', async () => {
      const semaphore = make(2);
      for (const weight of [0, -1]) {
        const message = `invalid weight ${weight}: must be positive`;
        expect(() => void semaphore.acquire(weight)).toThrow(message);
        expect(() => semaphore.release(weight)).toThrow(message);
        expect(() => void semaphore.waitForUnlock(weight)).toThrow(message);
        await expect(semaphore.runExclusive(() => undefined, weight)).rejects.toThrow(message);
      }
      expect(semaphore.getValue()).toBe(2);
    });
  });
}
