/**
 * First come, first served, whatever the kind of who waits: goroutines of other threads, goroutines of this thread and its async
 * code stand in one line.
 */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Cond, chan, go, gosched, Mutex, RWMutex, Semaphore } from 'goroutines';
import { runAsAsyncCode } from '../helpers/users.mjs';

const WAITERS = 15;
const IN_ORDER = Array.from({ length: WAITERS }, (_, index) => index);

function inGoroutine(operation) {
  return operation;
}

/**
 * Starts `waiter(drive, index, ...args)` as each of the kinds in turn, the next when the one before stands in its line. Gives
 * promises of their results.
 */
async function inOneLine(waiter, ...args) {
  const ends = [];
  for (const index of IN_ORDER) {
    if (index % 3 === 2) {
      ends.push(runAsAsyncCode(waiter, index, ...args));
      await setImmediate(); // All its steps up to the wait are microtasks of this thread.
    } else {
      const handle = (index % 3 === 0 ? go : go.local)(waiter, inGoroutine, index, ...args);
      while (handle.status !== 'waiting') await gosched();
      ends.push(handle.join());
    }
  }
  return ends;
}

function* receives(drive, _index, channel) {
  return yield* drive(channel.recv());
}

function* sends(drive, index, channel) {
  yield* drive(channel.send(index));
}

/** Takes a lock, tells, and gives it back. */
function* takes(drive, index, lock, how, log) {
  const taken = yield* drive(how === 'weight' ? lock.acquire(1 + (index % 2)) : lock[how]());
  log.trySend(index);
  if (how === 'weight') taken[1]();
  else if (how === 'acquire') taken();
  else taken.unlock();
}

function* waitsFor(drive, index, condition, log) {
  const guard = yield* drive(condition.mutex.lock());
  yield* drive(condition.wait());
  log.trySend(index);
  guard.unlock();
}

export const kinds = {
  async receivers() {
    for (const capacity of [0, 2]) {
      const channel = chan(capacity);
      const ends = await inOneLine(receives, channel);
      for (const value of IN_ORDER) await channel.send(value);
      assert.deepEqual(await Promise.all(ends), IN_ORDER);
    }
  },

  async senders() {
    for (const capacity of [0, 2]) {
      const channel = chan(capacity);
      for (let place = 0; place < capacity; place++) channel.trySend('before');
      const ends = await inOneLine(sends, channel);
      for (let place = 0; place < capacity; place++) assert.equal(await channel.recv(), 'before');
      for (const value of IN_ORDER) assert.equal(await channel.recv(), value);
      await Promise.all(ends);
    }
  },

  async 'those who want a lock'() {
    for (const [lock, how, hold, giveBack] of [
      [new Mutex(), 'lock', (mutex) => mutex.tryLock(), (mutex) => mutex.unlock()],
      [new Mutex(), 'acquire', (mutex) => mutex.tryLock(), (mutex) => mutex.unlock()],
      [new RWMutex(), 'lock', (mutex) => mutex.tryRLock(), (mutex) => mutex.rUnlock()],
      // Of two neighbours one at a time can be let in.
      [new Semaphore(2), 'weight', (semaphore) => semaphore.tryAcquire(2), (semaphore) => semaphore.release(2)],
    ]) {
      const log = chan(WAITERS);
      assert.equal(hold(lock), true);
      const ends = await inOneLine(takes, lock, how, log);
      assert.equal(log.length, 0);
      giveBack(lock);
      await Promise.all(ends);
      assert.deepEqual(
        IN_ORDER.map(() => log.tryRecv()[0]),
        IN_ORDER,
        `${lock.constructor.name}.${how}`,
      );
      assert.equal(hold(lock), true);
      giveBack(lock);
    }
  },

  async 'those who wait for a signal'() {
    const condition = new Cond(new Mutex());
    const log = chan(WAITERS);
    const ends = await inOneLine(waitsFor, condition, log);
    for (const index of IN_ORDER) {
      condition.signal();
      assert.equal(await log.recv(), index);
    }
    await Promise.all(ends);
    assert.equal(condition.mutex.isLocked(), false);
  },
};
