/** Programs about cancelling goroutines: wherever they stand, their `finally` blocks run and nothing is lost. */
import assert from 'node:assert/strict';
import { AtomicInt, after, chan, go, gosched, Mutex, RWMutex, Semaphore, select, sleep, WaitGroup, wait } from 'goroutines';
import { failureOf, parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

const mutex = new Mutex();
mutex.tryLock();
const group = new WaitGroup();
group.add();
const waits = {
  receive: () => chan().recv(),
  send: () => chan().send({ value: 'that is not sent' }),
  select: () => select({ first: chan().recv(), second: chan().send('neither') }),
  'select without cases': () => select({}),
  'select with a timer': () => select({ first: chan().recv(), late: after(600_000) }),
  sleep: () => sleep(600_000),
  promise: () => wait(new Promise(() => undefined)),
  lock: () => mutex.lock(),
  group: () => group.wait(),
  join: () =>
    go(function* () {
      yield* chan().recv();
    }).join(),
};

/** Locks, each held; `take` waits for it and gives what gives it back. */
const locks = {
  'Mutex.lock': () => [new Mutex(), (lock) => lock.tryLock(), (lock) => lock.unlock()],
  'Mutex.acquire': () => [new Mutex(), (lock) => lock.tryLock(), (lock) => lock.release()],
  'RWMutex.lock': () => [new RWMutex(), (lock) => lock.tryRLock(), (lock) => lock.rUnlock()],
  'RWMutex.rLock': () => [new RWMutex(), (lock) => lock.tryLock(), (lock) => lock.unlock()],
  'Semaphore.acquire': () => [new Semaphore(2), (lock) => lock.tryAcquire(2), (lock) => lock.release(2)],
};
const takes = {
  *'Mutex.lock'(lock) {
    const guard = yield* lock.lock();
    return () => guard.unlock();
  },
  *'Mutex.acquire'(lock) {
    return yield* lock.acquire();
  },
  *'RWMutex.lock'(lock) {
    const guard = yield* lock.lock();
    return () => guard.unlock();
  },
  *'RWMutex.rLock'(lock) {
    const guard = yield* lock.rLock();
    return () => guard.unlock();
  },
  *'Semaphore.acquire'(lock) {
    return (yield* lock.acquire(2))[1];
  },
};

export const cancels = {
  *'ends a goroutine at whatever it waits for, and its finally blocks run'(drive) {
    for (const what of Object.keys(waits)) {
      const cleaned = new AtomicInt();
      const handle = go(function* (name) {
        try {
          yield* waits[name]();
        } finally {
          yield* gosched();
          cleaned.add(1);
        }
      }, what);
      yield* untilParked(drive, handle);
      handle.cancel('enough');
      const error = yield* failureOf(drive, handle);
      assert.equal(error.name, 'CanceledError', what);
      assert.equal(error.message, 'the goroutine was cancelled: enough');
      assert.equal(error.cause, 'enough');
      assert.equal(cleaned.load(), 1, what);
      assert.equal(handle.status, 'failed');
    }
  },

  *'ends a goroutine that only lets others run, and its finally blocks run'(drive) {
    const turns = new AtomicInt();
    const cleaned = new AtomicInt();
    const byGosched = function* () {
      try {
        for (;;) {
          turns.add(1);
          yield* gosched();
        }
      } finally {
        yield* gosched();
        cleaned.add(1);
      }
    };
    const bare = function* () {
      try {
        for (;;) {
          turns.add(1);
          yield;
        }
      } finally {
        yield;
        cleaned.add(1);
      }
    };
    const starts = [() => go(byGosched), () => go(bare), () => go.local(byGosched), () => go.local(bare)];
    for (const start of starts) {
      const from = turns.load();
      const handle = start();
      yield* until(drive, () => turns.load() > from + 3);
      handle.cancel('enough');
      assert.equal((yield* failureOf(drive, handle)).name, 'CanceledError');
    }
    assert.equal(cleaned.load(), 4);
  },

  *'a goroutine that was not started never runs'(drive) {
    const ran = new AtomicInt();
    const handles = [];
    for (let index = 0; index < 500; index++) {
      const handle = go(function* () {
        yield* chan().recv();
        ran.add(1);
      });
      handle.cancel();
      handles.push(handle);
    }
    for (const handle of handles) {
      const error = yield* failureOf(drive, handle);
      assert.equal(error.message, 'the goroutine was cancelled');
    }
    assert.equal(ran.load(), 0);
  },

  *'one that runs finds the error at its next wait'(drive) {
    const started = new AtomicInt();
    const handle = go(function* () {
      started.store(1);
      let turns = 0;
      try {
        for (;;) {
          yield* gosched();
          turns++;
        }
      } catch (error) {
        return `${error.name} ${turns >= 0}`;
      }
    });
    yield* until(drive, () => started.load() === 1);
    handle.cancel();
    assert.equal(yield* drive(handle.join()), 'CanceledError true');
  },

  *'it may catch the error and go on, and is not cancelled twice'(drive) {
    const channel = chan();
    const caught = new AtomicInt();
    const handle = go(function* () {
      const seen = [];
      try {
        yield* channel.recv();
      } catch (error) {
        seen.push(error.name);
        caught.store(1);
      }
      seen.push(yield* channel.recv());
      return seen;
    });
    yield* untilParked(drive, handle);
    handle.cancel('first');
    yield* until(drive, () => caught.load() === 1);
    yield* drive(channel.send('after all'));
    handle.cancel('second');
    assert.deepEqual(yield* drive(handle.join()), ['CanceledError', 'after all']);
    handle.cancel('too late');
    assert.equal(handle.status, 'done');
  },

  *'the reason is the cause; an error gives its message'(drive) {
    const handle = go(function* () {
      yield* chan().recv();
    });
    handle.cancel(Object.assign(new RangeError('out of budget'), { code: 'E_BUDGET' }));
    const error = yield* failureOf(drive, handle);
    assert.equal(error.message, 'the goroutine was cancelled: out of budget');
    assert.equal(error.cause.name, 'RangeError');
    assert.equal(error.cause.code, 'E_BUDGET');
    const other = go(function* () {
      yield* chan().recv();
    });
    assert.throws(() => other.cancel({ deep: Symbol('no') }), { name: 'DataCloneError' });
    other.cancel('can be copied');
    assert.equal((yield* failureOf(drive, other)).cause, 'can be copied');
  },

  *'who waited in a queue is passed over, and the value goes to the next'(drive) {
    const channel = chan();
    const receivers = yield* parkedInOrder(drive, 3, () =>
      go(function* () {
        return yield* channel.recv();
      }),
    );
    receivers[1].cancel();
    yield* failureOf(drive, receivers[1]);
    yield* drive(channel.send('first'));
    yield* drive(channel.send('second'));
    assert.equal(channel.trySend('nobody waits'), false);
    assert.equal(yield* drive(receivers[0].join()), 'first');
    assert.equal(yield* drive(receivers[2].join()), 'second');

    const senders = yield* parkedInOrder(drive, 3, (index) =>
      go(function* (value) {
        yield* channel.send({ value });
      }, index),
    );
    senders[0].cancel();
    yield* failureOf(drive, senders[0]);
    assert.deepEqual(yield* drive(channel.recv()), { value: 1 });
    assert.deepEqual(yield* drive(channel.recv()), { value: 2 });
    assert.deepEqual(channel.tryRecv(), [undefined, false]);
  },

  *'a lock goes past one that was cancelled, and what it holds is unlocked by its finally'(drive) {
    const lock = new Mutex();
    yield* drive(lock.lock());
    const [first, second] = yield* parkedInOrder(drive, 2, () =>
      go(function* () {
        const guard = yield* lock.lock();
        try {
          yield* chan().recv();
        } finally {
          guard.unlock();
        }
      }),
    );
    first.cancel();
    yield* failureOf(drive, first);
    lock.unlock();
    yield* until(drive, () => second.status === 'waiting' && lock.isLocked());
    second.cancel();
    yield* failureOf(drive, second);
    assert.equal(lock.isLocked(), false);
  },

  *'one that was woken and is cancelled before it goes on hands the wake on'(drive) {
    for (const [what, make] of Object.entries(locks)) {
      for (let round = 0; round < 30; round++) {
        const [lock, hold, giveBack] = make();
        assert.equal(hold(lock), true);
        const entered = new AtomicInt();
        const waiting = yield* parkedInOrder(drive, 4, (index) =>
          go(
            function* (name, shared, cancelled) {
              const release = yield* takes[name](shared);
              entered.add(1);
              try {
                // One that was let in before it was cancelled finds it here.
                if (cancelled) yield* chan().recv();
              } finally {
                release();
              }
            },
            what,
            lock,
            index < 2,
          ),
        );
        giveBack(lock); // The first one is woken.
        for (let turn = round % 3; turn > 0; turn--) yield* drive(gosched());
        for (const handle of waiting.slice(0, 2)) handle.cancel();
        for (const handle of waiting.slice(0, 2)) assert.equal((yield* failureOf(drive, handle)).name, 'CanceledError', what);
        for (const handle of waiting.slice(2)) yield* drive(handle.join());
        assert.ok(entered.load() >= 2, what);
        assert.equal(hold(lock), true, what);
        giveBack(lock);
      }
    }
  },

  *'a signal cancels, with its reason'(drive) {
    const controller = new AbortController();
    const handle = go.with({ signal: controller.signal, name: 'signalled' }, function* () {
      yield* chan().recv();
    });
    yield* untilParked(drive, handle);
    controller.abort('stop');
    assert.equal((yield* failureOf(drive, handle)).cause, 'stop');
    const ended = go.with({ signal: new AbortController().signal }, (value) => value, 'ended before');
    assert.equal(yield* drive(ended.join()), 'ended before');
  },

  *'with a signal that is aborted already, it never runs'(drive) {
    for (let round = 0; round < 100; round++) {
      const handle = go.with({ signal: AbortSignal.abort('stop') }, () => 'ran');
      assert.equal((yield* failureOf(drive, handle)).cause, 'stop');
    }
  },

  *'a local goroutine is cancelled likewise'(drive) {
    let cleaned = 0;
    const handle = go.local(function* () {
      try {
        yield* chan().recv();
      } finally {
        cleaned++;
      }
    });
    yield* untilParked(drive, handle);
    handle.cancel();
    assert.equal((yield* failureOf(drive, handle)).name, 'CanceledError');
    assert.equal(cleaned, 1);
  },

  *'from another thread, by a handle that was sent'(drive) {
    const handle = go(function* () {
      yield* chan().recv();
    });
    yield* untilParked(drive, handle);
    yield* drive(go((other) => other.cancel('from elsewhere'), handle).join());
    assert.equal((yield* failureOf(drive, handle)).cause, 'from elsewhere');
  },
};
