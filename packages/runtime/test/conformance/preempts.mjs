/** Programs with loops that never wait: the others have their turn, and what the loops compute is right. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, runtime, sleep, wait } from 'goroutines';

function* spinner(stop) {
  let turns = 0;
  while (stop.load() === 0) turns++;
  return turns;
}

function* nested(stop) {
  let turns = 0;
  for (;;) {
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 100; j++) turns += j;
      if (stop.load() !== 0) return turns;
    }
  }
}

function* labelled(stop) {
  let turns = 0;
  outer: for (;;) {
    for (const x of [1, 2, 3]) {
      if (stop.load() !== 0) break outer;
      turns += x;
      if (x === 2) continue outer;
    }
  }
  return turns;
}

function* helper(stop) {
  do {
    yield* inner(stop);
  } while (stop.load() === 0);
  return 7;
}

function* inner(stop) {
  for (let i = 0; i < 1e9 && stop.load() === 0; i++);
}

function* throughHelpers(stop) {
  return yield* helper(stop);
}

function* endless(cleaned) {
  try {
    for (let i = 0; ; i++) if (i < 0) return i;
  } finally {
    cleaned.add(1);
  }
}

function* numbers(count) {
  for (let i = 0; i < count; i++) yield i;
}

export const preempts = {
  *'a loop that never waits lets others run'(drive) {
    for (const loop of [spinner, nested, labelled, throughHelpers]) {
      const stop = new AtomicInt();
      // More loops than threads: without preemption the one that stops them would never run.
      const loops = Array.from({ length: 6 }, () => go(loop, stop));
      yield* drive(go(() => void stop.store(1)).join());
      for (const each of loops) assert.equal(typeof (yield* drive(each.join())), 'number');
    }
    assert.ok(runtime.stats().preemptions > 0);
  },

  *'and goroutines that were started already, timers, promises'(drive) {
    const stop = new AtomicInt();
    const messages = chan();
    const waiting = go(function* () {
      const value = yield* messages.recv();
      yield* sleep(1);
      yield* wait(new Promise((resolve) => setImmediate(resolve)));
      stop.store(1);
      return value;
    });
    const loops = Array.from({ length: 6 }, () => go(spinner, stop));
    yield* drive(messages.send('hello'));
    assert.equal(yield* drive(waiting.join()), 'hello');
    for (const each of loops) yield* drive(each.join());
  },

  *'is cancelled, and its finally blocks run'(drive) {
    const cleaned = new AtomicInt();
    const loops = Array.from({ length: 6 }, () => go(endless, cleaned));
    for (const each of loops) each.cancel('enough');
    for (const each of loops) {
      try {
        yield* drive(each.join());
        assert.fail('it should have been cancelled');
      } catch (error) {
        assert.equal(error.name, 'CanceledError');
      }
    }
    // One that was cancelled before it was started never ran; one that runs is cancelled in its loop.
    const running = new AtomicInt();
    const one = go(function* () {
      running.store(1);
      try {
        for (let i = 0; ; i++) if (i < 0) return;
      } finally {
        running.store(2);
      }
    });
    const stop = go(function* () {
      while (running.load() === 0);
      one.cancel('enough');
    });
    yield* drive(stop.join());
    try {
      yield* drive(one.join());
    } catch (error) {
      assert.equal(error.name, 'CanceledError');
    }
    assert.equal(running.load(), 2);
  },

  *'a generator that is iterated by hand is not disturbed'(drive) {
    const sums = Array.from({ length: 4 }, () =>
      go(function* () {
        let sum = 0;
        for (let round = 0; round < 20; round++) {
          for (const x of numbers(20_000)) sum += x === undefined ? Number.NaN : 1;
          sum += [...numbers(1000)].length;
          assert.equal([...numbers(3)].join(), '0,1,2');
        }
        return sum;
      }),
    );
    for (const each of sums) assert.equal(yield* drive(each.join()), 20 * 21_000);
  },

  *'who starts goroutines for ever keeps out neither the global queue nor those that were started'(drive) {
    const stop = new AtomicInt();
    const wake = chan();
    const pinned = go(function* () {
      yield* wake.recv();
      for (let turn = 0; turn < 100; turn++) yield* sleep(0);
      return 'pinned';
    });
    const spawners = Array.from({ length: 4 }, () =>
      go(function* () {
        let started = 0;
        for (; stop.load() === 0; started++) yield* go(() => undefined).join();
        return started;
      }),
    );
    yield* drive(wake.send(1));
    // More than a local queue holds: the rest goes to the global one.
    const many = Array.from({ length: 1000 }, (_, index) => go((value) => value, index));
    for (const [index, each] of many.entries()) assert.equal(yield* drive(each.join()), index);
    assert.equal(yield* drive(pinned.join()), 'pinned');
    stop.store(1);
    for (const each of spawners) yield* drive(each.join());
  },

  *'what loops compute does not depend on pauses'(drive) {
    const results = Array.from({ length: 4 }, () =>
      go(function* () {
        let sum = 0.5;
        let odd = 0;
        for (let i = 0; i < 1e7; i++) {
          if (i % 2 === 0) continue;
          odd++;
          sum += 1 / i;
        }
        return [odd, sum];
      }),
    );
    let sum = 0.5;
    for (let i = 1; i < 1e7; i += 2) sum += 1 / i;
    for (const each of results) assert.deepEqual(yield* drive(each.join()), [5e6, sum]);
  },

  *'the directive leaves a function alone'(drive) {
    const before = runtime.stats().preemptions;
    const alone = go(function* () {
      'use no-preempt';
      let turns = 0;
      for (let i = 0; i < 3e7; i++) turns += i % 3;
      return turns;
    });
    assert.equal(yield* drive(alone.join()), 3e7);
    assert.ok(runtime.stats().preemptions - before >= 0);
  },

  *'a break ends a loop that was cancelled in a pause before'(drive) {
    const inLoop = new AtomicInt();
    const handle = go(function* () {
      const ends = [];
      for (let round = 0; round < 3; round++) {
        let i = 0;
        try {
          inLoop.add(1);
          for (; i < 1e12; i++) {
            if (round > 0 && i === 0) break;
          }
          ends.push(i);
        } catch ({ name }) {
          ends.push(name);
        }
      }
      return ends;
    });
    while (inLoop.load() === 0) yield* drive(sleep(1));
    handle.cancel();
    assert.deepEqual(yield* drive(handle.join()), ['CanceledError', 0, 0]);
  },

  *'an error in a loop and after it names its place'(drive) {
    const failing = [
      function* () {
        for (let i = 0; i < 1e6; i++) {
          if (i === 999_999) null.there;
        }
      },
      function* () {
        let n = 0;
        while (n < 1e6) n++;
        null.there;
      },
      // biome-ignore format: the loops' heads shall stand on several lines.
      function* () {
        let n = 0;
        for (let i = 0, j = 5000;
             i < 5000 &&
             j >= 0;
             i++, j--) {
          n += i;
        }
        for (let i = 0; i <
          // The bound.
          5000; i +=
            1) {
          n += i;
        }
        if (n > 0) null.there;
      },
    ];
    for (const [index, fn] of failing.entries()) {
      try {
        yield* drive(go(fn).join());
        assert.fail('it should have thrown');
      } catch (error) {
        assert.match(error.stack, new RegExp(`preempts\\.mjs:${PLACES[index]}`));
      }
    }
  },
};

const PLACES = ['219:35', '225:14', '242:25'];
