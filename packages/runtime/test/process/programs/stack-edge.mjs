// Operations at the edge of the stack: a recursion without room for one more call goes back level by level and tries an operation
// at each, which first fails with a RangeError and then, with more room, does not. Whatever failed, the object must not be left
// locked: it is used once more after that. Where it is, the thread waits for ever for a lock that nobody gives back.
import { readFileSync } from 'node:fs';
import { after, Cond, chan, go, Mutex, RWMutex, run, Semaphore, select, WaitGroup } from 'goroutines';

const levels = 60;

function quiet(attempt) {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** Plain calls, with frames of three sizes. */
function recurse(attempt, width) {
  let left = levels;
  function deeper(a, b, c) {
    quiet(() => (width === 0 ? deeper(a) : width === 1 ? deeper(a, b, c) : wide(a, b, c, a, b, c)));
    if (left-- > 0) quiet(attempt);
  }
  function wide(a, b, c, d, e, f) {
    const all = [a, b, c, d, e, f];
    deeper(all[0], all[1], all[2]);
  }
  quiet(() => deeper(1, 2, 3));
}

/** By way of `yield*`, as recursion in goroutines is. */
function* recurseByYield(attempt) {
  let left = levels;
  function* deeper() {
    try {
      yield* deeper();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    if (left-- <= 0) return;
    try {
      yield* attempt();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  yield* deeper();
}

const calls = {
  tryLock: () => {
    const mutex = new Mutex();
    return () => mutex.tryLock() && mutex.unlock();
  },
  tryWrite: () => {
    const mutex = new RWMutex();
    return () => mutex.tryLock() && mutex.unlock();
  },
  tryRead: () => {
    const mutex = new RWMutex();
    return () => mutex.tryRLock() && mutex.rUnlock();
  },
  tryAcquire: () => {
    const semaphore = new Semaphore(3);
    return () => semaphore.tryAcquire(2) && semaphore.release(2);
  },
  setValue: () => {
    const semaphore = new Semaphore(3);
    return () => semaphore.setValue(4);
  },
  trySend: () => {
    const channel = chan(4);
    return () => channel.trySend(1) && channel.tryRecv();
  },
  meet: () => {
    const channel = chan();
    return () => channel.trySend(1);
  },
  tryRecv: () => {
    const channel = chan();
    return () => channel.tryRecv();
  },
  // A new one each time: closing twice is an error, whose stack trace takes V8 more room than there is (it ends the process then).
  close: () => () => chan(1).close(),
  add: () => {
    const group = new WaitGroup();
    return () => {
      group.add(1);
      group.done();
    };
  },
  signal: () => {
    const condition = new Cond(new Mutex());
    return () => {
      condition.signal();
      condition.broadcast();
    };
  },
  start: () => () => go(function* () {}),
};

const operations = {
  lock: () => {
    const mutex = new Mutex();
    return function* () {
      // Where there is no room for this call the mutex stays locked.
      if (!mutex.isLocked()) yield* mutex.lock();
      mutex.unlock();
    };
  },
  semaphore: () => {
    const semaphore = new Semaphore(1000);
    return function* () {
      yield* semaphore.acquire();
      semaphore.release();
    };
  },
  buffered: () => {
    const channel = chan(1000);
    return function* () {
      yield* channel.send(1);
      if (channel.length > 1) yield* channel.recv();
    };
  },
  select: () => {
    const channel = chan(4);
    return function* () {
      yield* select({ a: channel.recv(), b: channel.send(1), c: after(1000) });
    };
  },
  wait: () => {
    const group = new WaitGroup();
    return () => group.wait();
  },
  join: () => {
    const goroutine = go(function* () {});
    return () => goroutine.join();
  },
};

/** Each with a new object, at three edges, and once more after that. */
function* plainly() {
  for (const [name, make] of Object.entries(calls)) {
    for (let width = 0; width < 3; width++) {
      const call = make();
      recurse(call, width);
      call();
    }
    console.log(name);
  }
}

function* yielding() {
  for (const [name, make] of Object.entries(operations)) {
    for (let round = 0; round < 3; round++) {
      const operation = make();
      yield* recurseByYield(operation);
      yield* operation();
    }
    console.log(name);
  }
}

/** At how many levels, counted from the deepest, a call finds no room. Not `recurse`: a level is one small frame here. */
function levelsWithoutRoom(call) {
  let [left, without] = [400, 0];
  function deeper() {
    quiet(deeper);
    if (left-- <= 0) return;
    try {
      call();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      without++;
    }
  }
  deeper();
  return without;
}

/** The core looks for 8 KB before it takes a lock; when V8 has optimized it, too. */
function room() {
  const file = new URL('../../../dist/core.wasm', import.meta.url);
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 32_768, shared: true });
  const env = { memory, waitWhile: () => undefined, sending: () => undefined };
  const { exports: core } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env });
  const lockers = [() => core.tryTakeSemaphore(5000, 1), () => core.signalCondition(7000), () => core.addToGroup(6000, 1)];
  for (const locker of lockers) locker(); // V8 compiles it, for which it wants far more room.
  for (let optimized = 0; optimized < 2; optimized++) {
    console.log(lockers.every((locker) => levelsWithoutRoom(locker) > 40));
    for (let times = 0; times < 200_000; times++) for (const locker of lockers) locker();
  }
}

export const programs = {
  room,
  calls: () => run(() => go(plainly)),
  operations: () => run(() => go(yielding)),
};
