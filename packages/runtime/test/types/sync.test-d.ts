/** The types of the sync types, as users see them. Compiled by `types.test.ts`, never run. */
import type { MutexInterface, SemaphoreInterface } from 'async-mutex';
import {
  type Acquired,
  AtomicInt,
  after,
  Barrier,
  Cond,
  chan,
  E_ALREADY_LOCKED,
  E_CANCELED,
  E_TIMEOUT,
  type EagerOp,
  type Guard,
  Mutex,
  Once,
  type Op,
  type Releaser,
  RWMutex,
  Semaphore,
  select,
  tryAcquire,
  withTimeout,
} from 'goroutines';
import { expectTypeOf } from 'vitest';

const mutex = new Mutex();
expectTypeOf(mutex.lock()).toEqualTypeOf<Op<Guard>>();
expectTypeOf(mutex.tryLock()).toEqualTypeOf<boolean>();
expectTypeOf(mutex.acquire(1)).toEqualTypeOf<EagerOp<Releaser>>();
expectTypeOf(mutex.acquire()).toExtend<Promise<() => void>>();
expectTypeOf(mutex.runExclusive(() => 5)).toEqualTypeOf<EagerOp<number>>();
expectTypeOf(mutex.runExclusive(async () => 'text')).toEqualTypeOf<EagerOp<string>>();
expectTypeOf(
  mutex.runExclusive(function* () {
    yield* mutex.lock();
    return true as boolean;
  }),
).toEqualTypeOf<EagerOp<boolean>>();
expectTypeOf(mutex.runExclusive<number>(async () => 5)).toEqualTypeOf<EagerOp<number>>();
expectTypeOf(mutex.waitForUnlock()).toEqualTypeOf<EagerOp<void>>();
expectTypeOf(mutex.isLocked()).toEqualTypeOf<boolean>();
new Mutex(new Error('closing down'));
// @ts-expect-error: a priority is a number.
mutex.acquire('high');

const rwMutex = new RWMutex();
expectTypeOf(rwMutex.lock()).toEqualTypeOf<Op<Guard>>();
expectTypeOf(rwMutex.rLock()).toEqualTypeOf<Op<Guard>>();
expectTypeOf(rwMutex.tryRLock()).toEqualTypeOf<boolean>();
expectTypeOf(rwMutex.rUnlock).toEqualTypeOf<() => void>();

const semaphore = new Semaphore(3);
expectTypeOf(semaphore.acquire(2, 1)).toEqualTypeOf<EagerOp<Acquired>>();
expectTypeOf<Acquired>().toExtend<[number, () => void]>();
expectTypeOf(semaphore.tryAcquire(2)).toEqualTypeOf<boolean>();
expectTypeOf(semaphore.release).toEqualTypeOf<(weight?: number) => void>();
expectTypeOf(semaphore.runExclusive((value) => value, 2, 1)).toEqualTypeOf<EagerOp<number>>();
expectTypeOf(semaphore.getValue()).toEqualTypeOf<number>();
// @ts-expect-error: how many there are has to be said.
new Semaphore();

expectTypeOf(new Once().do(() => 5)).toEqualTypeOf<Op<void>>();
expectTypeOf(
  new Once().do(function* () {
    yield* mutex.lock();
  }),
).toEqualTypeOf<Op<void>>();

const condition = new Cond(mutex);
expectTypeOf(condition.wait()).toEqualTypeOf<Op<void>>();
expectTypeOf(condition.mutex).toEqualTypeOf<Mutex>();
// @ts-expect-error: a condition belongs to a mutex.
new Cond();

expectTypeOf(new Barrier(2).wait()).toEqualTypeOf<Op<{ leader: boolean }>>();
expectTypeOf(new AtomicInt(1).compareAndSwap(1, 2)).toEqualTypeOf<boolean>();

// What async-mutex's users have written down as types.
expectTypeOf(mutex).toExtend<MutexInterface>();
expectTypeOf(semaphore).toExtend<SemaphoreInterface>();
expectTypeOf(withTimeout(mutex, 100)).toExtend<MutexInterface>();
expectTypeOf(withTimeout(semaphore, 100, new Error('late'))).toExtend<SemaphoreInterface>();
expectTypeOf(tryAcquire(semaphore)).toExtend<SemaphoreInterface>();
expectTypeOf(withTimeout(mutex as MutexInterface, 100)).toExtend<MutexInterface>();
expectTypeOf(tryAcquire(withTimeout(mutex, 100)).acquire()).toEqualTypeOf<EagerOp<Releaser>>();
for (const error of [E_CANCELED, E_TIMEOUT, E_ALREADY_LOCKED]) expectTypeOf(error).toEqualTypeOf<Error>();

export function* inGoroutine() {
  expectTypeOf(yield* mutex.lock()).toEqualTypeOf<Guard>();
  expectTypeOf(yield* mutex.acquire()).toEqualTypeOf<Releaser>();
  expectTypeOf(yield* semaphore.acquire()).toEqualTypeOf<Acquired>();
  const [value, release] = yield* withTimeout(semaphore, 100).acquire(2);
  expectTypeOf(value).toEqualTypeOf<number>();
  release();
  expectTypeOf((yield* new Barrier(2).wait()).leader).toEqualTypeOf<boolean>();
  expectTypeOf(yield* mutex.runExclusive(async () => 'text')).toEqualTypeOf<string>();
  const hit = yield* select({
    guard: rwMutex.rLock(),
    permits: semaphore.acquire(2),
    value: chan<string>().recv(),
    late: after(5),
  });
  if (hit.key === 'guard') expectTypeOf(hit.value).toEqualTypeOf<Guard>();
  if (hit.key === 'permits') expectTypeOf(hit.value).toEqualTypeOf<Acquired>();
}
