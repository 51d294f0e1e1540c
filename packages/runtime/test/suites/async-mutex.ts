/**
 * What async-mutex does, as its users see it: a suite over an implementation of its interface, run over async-mutex itself and
 * over ours. Nothing in it may need a real timer.
 */
import { describe, expect, it, vi } from 'vitest';
import { mutexSuite } from './async-mutex-mutex.ts';
import { type AsyncMutexPackage, later, pass, settle, watch, withFalseClock } from './async-mutex-package.ts';
import { semaphoreSuite } from './async-mutex-semaphore.ts';

/** Everything of such a package. */
export function asyncMutexSuite(name: string, all: AsyncMutexPackage): void {
  const { Mutex, Semaphore, withTimeout } = all;
  mutexSuite(`Mutex of ${name}`, all, (error) => new Mutex(error));
  semaphoreSuite(`Semaphore of ${name}`, all, (value, error) => new Semaphore(value, error));
  decoratorSuite(`withTimeout and tryAcquire of ${name}`, all);
  mutexSuite(`Mutex of ${name}, with a timeout`, all, (error) => withTimeout(new Mutex(error), 500));
  semaphoreSuite(`Semaphore of ${name}, with a timeout`, all, (value, error) => withTimeout(new Semaphore(value, error), 500));
}

/** `withTimeout` and `tryAcquire`: what they add. */
function decoratorSuite(what: string, all: AsyncMutexPackage): void {
  const { Mutex, Semaphore, withTimeout, tryAcquire, E_TIMEOUT, E_ALREADY_LOCKED } = all;

  describe(what, () => {
    withFalseClock();

    it('acquire leaves no timer when the lock was got', async () => {
      const mutex = withTimeout(new Mutex(), 100);
      (await mutex.acquire())();
      const semaphore = withTimeout(new Semaphore(1), 100);
      (await semaphore.acquire())[1]();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('acquire throws when the time is up, and what comes later is given back', async () => {
      const error = new Error('too slow');
      const mutex = withTimeout(new Mutex(), 100, error);
      later(150, await mutex.acquire());
      const ticket = watch(mutex.acquire());
      await pass(99);
      expect(ticket.state).toBe('pending');
      await pass(1);
      expect(ticket.outcome).toBe(error);
      await pass(50);
      expect(mutex.isLocked()).toBe(false);
    });

    it('runExclusive throws likewise, and calls nothing', async () => {
      const semaphore = withTimeout(new Semaphore(2), 100);
      const [, release] = await semaphore.acquire(2);
      later(150, release);
      let called = false;
      const run = watch(
        semaphore.runExclusive(() => {
          called = true;
        }),
      );
      await pass(160);
      expect(run.outcome).toBe(E_TIMEOUT);
      expect([called, semaphore.getValue()]).toEqual([false, 2]);
    });

    it('in time it runs, and gives back', async () => {
      const mutex = withTimeout(new Mutex(), 100);
      later(50, await mutex.acquire());
      const run = watch(mutex.runExclusive(() => 'in time'));
      await pass(60);
      expect(run.outcome).toBe('in time');
      expect([mutex.isLocked(), vi.getTimerCount()]).toEqual([false, 0]);
    });

    it('waitForUnlock throws when the time is up', async () => {
      const mutex = withTimeout(new Mutex(), 100);
      void mutex.acquire();
      const waiting = watch(mutex.waitForUnlock());
      const semaphore = withTimeout(new Semaphore(1), 100);
      void semaphore.acquire();
      const waitingToo = watch(semaphore.waitForUnlock(1));
      await pass(120);
      expect(waiting.outcome).toBe(E_TIMEOUT);
      expect(waitingToo.outcome).toBe(E_TIMEOUT);
    });

    it('one that was cancelled, or too late, does not lock again', async () => {
      const mutex = withTimeout(new Mutex(), 100);
      later(150, await mutex.acquire());
      const ticket = watch(mutex.acquire());
      await pass(120);
      mutex.cancel();
      expect([ticket.outcome, mutex.isLocked()]).toEqual([E_TIMEOUT, true]);
      await pass(50);
      expect(mutex.isLocked()).toBe(false);
    });

    it('the lock itself is the same one', async () => {
      const plain = new Mutex();
      const limited = withTimeout(plain, 100);
      const release = await limited.acquire();
      expect(plain.isLocked()).toBe(true);
      release();
      const semaphore = new Semaphore(3);
      const limitedToo = withTimeout(semaphore, 100);
      limitedToo.setValue(7);
      limitedToo.release(2);
      expect([semaphore.getValue(), limitedToo.getValue(), limitedToo.isLocked()]).toEqual([9, 9, false]);
    });

    it('weights that are none are refused', () => {
      const semaphore = withTimeout(new Semaphore(2), 100);
      expect(() => void semaphore.acquire(-1)).toThrow('invalid weight -1: must be positive');
      expect(() => void semaphore.waitForUnlock(-1)).toThrow('invalid weight -1: must be positive');
      expect(() => semaphore.release(-1)).toThrow('invalid weight -1: must be positive');
    });

    it('one in the other', async () => {
      const inner = new Error('inner');
      const mutex = withTimeout(withTimeout(new Mutex(), 50, inner), 100);
      void mutex.acquire();
      const ticket = watch(mutex.acquire());
      await pass(60);
      expect(ticket.outcome).toBe(inner);
    });

    it('tryAcquire: at once or not at all', async () => {
      const mutex = tryAcquire(new Mutex());
      const release = await mutex.acquire();
      expect(mutex.isLocked()).toBe(true);
      const second = watch(mutex.acquire());
      await settle();
      expect(second.outcome).toBe(E_ALREADY_LOCKED);
      release();
      await settle(); // The one that came too late has it for a moment.
      expect(mutex.isLocked()).toBe(false);
      const error = new Error('taken');
      const semaphore = tryAcquire(new Semaphore(2), error);
      await semaphore.acquire();
      await semaphore.acquire();
      const third = watch(semaphore.runExclusive(() => undefined));
      await settle();
      expect(third.outcome).toBe(error);
    });
  });
}
