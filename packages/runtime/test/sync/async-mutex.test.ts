/** Ours does what async-mutex does: one suite over both, and random programs whose traces are compared. */
import * as original from 'async-mutex';
import * as ours from 'goroutines';
import { describe, expect, it } from 'vitest';
import { randomNumbers, seed } from '../helpers/random.mjs';
import { asyncMutexSuite } from '../suites/async-mutex.ts';
import type { AnyMutex, AnySemaphore, AsyncMutexPackage } from '../suites/async-mutex-package.ts';

asyncMutexSuite('async-mutex', original);
asyncMutexSuite('goroutines', ours as AsyncMutexPackage);
// Each package's decorators over the other's locks.
asyncMutexSuite('goroutines, decorated by async-mutex', {
  ...(ours as AsyncMutexPackage),
  withTimeout: original.withTimeout as AsyncMutexPackage['withTimeout'],
  tryAcquire: original.tryAcquire as AsyncMutexPackage['tryAcquire'],
});
asyncMutexSuite('async-mutex, decorated by goroutines', {
  ...original,
  withTimeout: ours.withTimeout as unknown as AsyncMutexPackage['withTimeout'],
  tryAcquire: ours.tryAcquire as unknown as AsyncMutexPackage['tryAcquire'],
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Does something random so many times; tells who was served, in order, and what the lock says of itself after each step. */
async function traceSemaphore(semaphore: AnySemaphore, from: number): Promise<string[]> {
  const random = randomNumbers(from);
  const trace: string[] = [];
  const releasers: Array<() => void> = [];
  for (let step = 0; step < 60; step++) {
    const free: string[] = [];
    const weight = 1 + random(4);
    const priority = random(3) - 1;
    const what = random(10);
    if (what < 4) {
      semaphore.acquire(weight, priority).then(
        ([value, release]) => {
          trace.push(`${step} gets ${weight} of ${value}`);
          releasers.push(release);
        },
        (error: Error) => trace.push(`${step}: ${error.message}`),
      );
    } else if (what < 6) {
      void semaphore.waitForUnlock(weight, priority).then(() => free.push(`${step} sees ${weight} free`));
    } else if (what < 9) {
      for (let count = random(3); count >= 0; count--) releasers.splice(random(releasers.length || 1), 1)[0]?.();
    } else if (random(3) === 0) {
      semaphore.cancel();
      semaphore.setValue(semaphore.getValue()); // There, async-mutex does not look at who waits for unlock.
    } else {
      semaphore.setValue(random(6) - 1);
    }
    await turn();
    trace.push(...free.sort(), `value ${semaphore.getValue()}, locked ${semaphore.isLocked()}`);
  }
  return trace;
}

async function traceMutex(mutex: AnyMutex, from: number): Promise<string[]> {
  const random = randomNumbers(from);
  const trace: string[] = [];
  const free: string[] = [];
  /** Sent away in this step; how many turns of promises each takes to say so is nobody's business. */
  const sent: string[] = [];
  for (let step = 0; step < 60; step++) {
    const priority = random(4) - 2;
    const what = random(10);
    if (what < 3) {
      mutex.acquire(priority).then(
        () => trace.push(`${step} gets it`),
        (error: Error) => sent.push(`${step}: ${error.message}`),
      );
    } else if (what < 5) {
      mutex
        .runExclusive(() => void trace.push(`${step} runs`), priority)
        .catch((error: Error) => sent.push(`${step}: ${error.message}`));
    } else if (what < 6) {
      void mutex.waitForUnlock(priority).then(() => free.push(`${step} sees it free`));
    } else if (what < 9) {
      mutex.release();
    } else if (random(4) === 0 && mutex.isLocked()) {
      mutex.cancel();
    }
    await turn();
    trace.push(...sent.splice(0).sort(), `locked ${mutex.isLocked()}`);
  }
  for (; mutex.isLocked(); await turn()) mutex.release();
  return [...trace, ...free.sort()];
}

describe('random programs do the same with both', () => {
  const chosen: number = seed();

  it(`Semaphore, SEED=${chosen}`, async () => {
    for (let round = 0; round < 100; round++) {
      const value = (round % 6) - 1;
      const [expected, found] = await Promise.all([
        traceSemaphore(new original.Semaphore(value), chosen + round),
        traceSemaphore(new ours.Semaphore(value), chosen + round),
      ]);
      expect(found, `round ${round}`).toEqual(expected);
    }
  });

  it(`Mutex, SEED=${chosen}`, async () => {
    for (let round = 0; round < 100; round++) {
      const [expected, found] = await Promise.all([
        traceMutex(new original.Mutex(), chosen + round),
        traceMutex(new ours.Mutex(), chosen + round),
      ]);
      expect(found, `round ${round}`).toEqual(expected);
    }
  });
});
