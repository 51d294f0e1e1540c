/**
 * What async-mutex does, as its users see it: a suite over an implementation of its interface, run over async-mutex itself and
 * over ours. Everything is on one thread under a false clock: nothing may need a real timer.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

type Release = () => void;

export interface AnyMutex {
  acquire(priority?: number): Promise<Release>;
  runExclusive<T>(fn: () => Promise<T> | T, priority?: number): Promise<T>;
  waitForUnlock(priority?: number): Promise<void>;
  isLocked(): boolean;
  release(): void;
  cancel(): void;
}

export interface AnySemaphore {
  acquire(weight?: number, priority?: number): Promise<[number, Release]>;
  runExclusive<T>(fn: (value: number) => Promise<T> | T, weight?: number, priority?: number): Promise<T>;
  waitForUnlock(weight?: number, priority?: number): Promise<void>;
  isLocked(): boolean;
  getValue(): number;
  setValue(value: number): void;
  release(weight?: number): void;
  cancel(): void;
}

export interface AsyncMutexPackage {
  Mutex: new (cancelError?: Error) => AnyMutex;
  Semaphore: new (value: number, cancelError?: Error) => AnySemaphore;
  withTimeout: {
    (lock: AnySemaphore, milliseconds: number, error?: any): AnySemaphore;
    (lock: AnyMutex, milliseconds: number, error?: any): AnyMutex;
  };
  tryAcquire: {
    (lock: AnySemaphore, error?: any): AnySemaphore;
    (lock: AnyMutex, error?: any): AnyMutex;
  };
  E_CANCELED: Error;
  E_TIMEOUT: Error;
  E_ALREADY_LOCKED: Error;
}

/** Lets everything happen that is due, and what follows from it. */
const settle = () => vi.advanceTimersByTimeAsync(0);
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const later = (milliseconds: number, then: () => void) => setTimeout(then, milliseconds);

/** The outcome of a promise, as it is known by now. */
function watch(promise: PromiseLike<unknown>): { state: string; outcome?: unknown } {
  const seen: { state: string; outcome?: unknown } = { state: 'pending' };
  promise.then(
    (outcome) => Object.assign(seen, { state: 'given', outcome }),
    (outcome) => Object.assign(seen, { state: 'thrown', outcome }),
  );
  return seen;
}

function withFalseClock(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

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
      const release = await Promise.race([mutex.acquire(), new Promise<Release>(() => undefined)]);
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

/** `withTimeout` and `tryAcquire`: what they add. */
export function decoratorSuite(what: string, all: AsyncMutexPackage): void {
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

/** Everything of such a package. */
export function asyncMutexSuite(name: string, all: AsyncMutexPackage): void {
  const { Mutex, Semaphore, withTimeout } = all;
  mutexSuite(`Mutex of ${name}`, all, (error) => new Mutex(error));
  semaphoreSuite(`Semaphore of ${name}`, all, (value, error) => new Semaphore(value, error));
  decoratorSuite(`withTimeout and tryAcquire of ${name}`, all);
  mutexSuite(`Mutex of ${name}, with a timeout`, all, (error) => withTimeout(new Mutex(error), 500));
  semaphoreSuite(`Semaphore of ${name}, with a timeout`, all, (value, error) => withTimeout(new Semaphore(value, error), 500));
}
