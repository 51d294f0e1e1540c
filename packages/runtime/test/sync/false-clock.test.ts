/** While a test has replaced Node's timers, locks are given by microtask, and the scheduler goes on by the real ones. */
import { Barrier, Cond, E_TIMEOUT, go, Mutex, RWMutex, runtime, Semaphore, sleep, WaitGroup, withTimeout } from 'goroutines';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => runtime.shutdown());

it('what is free is taken at the call by acquire, and at the first await by lock', async () => {
  const mutex = new Mutex();
  const operation = mutex.lock();
  expect(mutex.isLocked()).toBe(false);
  const guard = await operation;
  const ticket = mutex.acquire();
  guard.unlock();
  expect(mutex.isLocked()).toBe(true); // The ticket has it, though nobody has awaited it yet.
  (await ticket)();
  const release = mutex.acquire();
  expect(mutex.isLocked()).toBe(true);
  (await release)();
});

it('every grant between async code comes by microtask', async () => {
  const rw = new RWMutex();
  const guard = await rw.lock();
  const readers = [rw.rLock().then(), rw.rLock().then()];
  guard.unlock();
  for (const reader of await Promise.all(readers)) reader.unlock();

  const semaphore = new Semaphore(0);
  const permits = semaphore.acquire(2);
  semaphore.release(2);
  expect((await permits)[0]).toBe(2);

  const barrier = new Barrier(2);
  expect(await Promise.all([barrier.wait(), barrier.wait()])).toEqual([{ leader: false }, { leader: true }]);

  const condition = new Cond(new Mutex());
  const held = await condition.mutex.lock();
  const changed = condition.wait().then();
  expect(condition.mutex.isLocked()).toBe(false);
  condition.signal();
  await changed;
  expect(condition.mutex.isLocked()).toBe(true);
  held.unlock();

  const group = new WaitGroup();
  group.add();
  const all = group.wait().then();
  group.done();
  await all;
  expect(vi.getTimerCount()).toBe(0);
});

it('goroutines run on, here and on other threads', async () => {
  const mutex = new Mutex();
  const release = await mutex.acquire();
  const elsewhere = go(function* () {
    yield* sleep(1);
    yield* mutex.lock();
    mutex.unlock();
    return 'elsewhere';
  });
  const here = go.local(function* () {
    yield* sleep(1);
    yield* mutex.lock();
    mutex.unlock();
    return 'here';
  });
  while (elsewhere.status !== 'waiting' || here.status !== 'waiting') await go(() => undefined);
  release();
  expect([await elsewhere, await here]).toEqual(['elsewhere', 'here']);
});

it('and when the clock is the real one again', async () => {
  const waiting = go.local(function* () {
    yield* sleep(5);
    return 'here';
  });
  await go(() => undefined);
  vi.useRealTimers();
  expect(await waiting).toBe('here');
});

it('who waits for a lock longer than Node can wait at once, waits so long', async () => {
  const mutex = new Mutex();
  const guard = await mutex.lock();
  const ended: unknown[] = [];
  const long = 2 ** 31 + 5;
  for (const milliseconds of [long, Number.POSITIVE_INFINITY]) {
    withTimeout(mutex, milliseconds)
      .acquire()
      .then(
        () => ended.push('got it'),
        (error: unknown) => ended.push(error),
      );
  }
  await vi.advanceTimersByTimeAsync(long - 1);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual([E_TIMEOUT]);
  await vi.advanceTimersByTimeAsync(5 * long);
  guard.unlock();
  await vi.waitUntil(() => ended.length === 2);
  expect(ended).toEqual([E_TIMEOUT, 'got it']);
  expect(vi.getTimerCount()).toBe(0);
});
