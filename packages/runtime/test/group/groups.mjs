/** Programs about groups: the tests of Go's `errgroup` by meaning. */
import assert from 'node:assert/strict';
import { AtomicInt, background, chan, go, gosched, group, select, sleep, withCancel, withTimeout, withValue } from 'goroutines';
import { until, untilParked } from '../helpers/conditions.mjs';

function* failureOf(drive, operation) {
  try {
    yield* drive(operation);
  } catch (error) {
    return error;
  }
  assert.fail('it should have failed');
}

export const groups = {
  *'waits for all, and gives their results by their handles'(drive) {
    const all = group();
    const handles = Array.from({ length: 20 }, (_, index) =>
      all.go(function* (number) {
        if (number % 3 === 0) yield* gosched();
        return number * number;
      }, index),
    );
    assert.equal(all.context.err, undefined);
    assert.equal(yield* drive(all.wait()), undefined);
    for (const [index, handle] of handles.entries()) {
      assert.equal(handle.status, 'done');
      assert.equal(yield* drive(handle.join()), index * index);
    }
    assert.equal(all.context.err.message, 'context canceled');
    yield* drive(all.wait());
    const empty = group();
    yield* drive(empty.wait());
  },

  *'takes plain and async functions, and arguments'(drive) {
    const all = group();
    const plain = all.go((a, b) => a + b, 1, 2);
    const later = all.go(async (text) => `${text}!`, 'async');
    yield* drive(all.wait());
    assert.equal(yield* drive(plain.join()), 3);
    assert.equal(yield* drive(later.join()), 'async!');
    assert.throws(() => all.go('no function'), { name: 'TypeError', message: /^group\.go takes a function/ });
    let captured = 0;
    assert.throws(() => all.go(() => captured++), { name: 'CaptureError' });
    assert.throws(() => all.go((value) => value, Symbol('no')), { name: 'DataCloneError' });
    assert.equal(captured, 0);
    yield* drive(all.wait());
  },

  *'the first error cancels the rest at their waits, and is thrown by wait'(drive) {
    const all = group();
    const cleaned = new AtomicInt();
    const outside = go(function* () {
      yield* all.context.done.recv();
      return all.context.cause.message;
    });
    const rest = Array.from({ length: 10 }, () =>
      all.go(function* () {
        try {
          yield* chan().recv();
        } finally {
          yield* gosched();
          cleaned.add(1);
        }
      }),
    );
    for (const handle of rest) yield* untilParked(drive, handle);
    all.go(function* () {
      yield* gosched();
      throw Object.assign(new RangeError('boom'), { code: 'E_BOOM' });
    });
    for (let round = 0; round < 2; round++) {
      const error = yield* failureOf(drive, all.wait());
      assert.equal(error.message, 'boom');
      assert.equal(error.code, 'E_BOOM');
      assert.ok(error instanceof RangeError);
    }
    assert.equal(cleaned.load(), 10);
    for (const handle of rest) {
      const error = yield* failureOf(drive, handle.join());
      assert.equal(error.name, 'CanceledError');
      assert.equal(error.message, 'context canceled: boom');
    }
    assert.equal(yield* drive(outside.join()), 'boom');
    const late = all.go(() => 'never runs');
    assert.equal((yield* failureOf(drive, late.join())).message, 'context canceled: boom');
  },

  *'of many errors the first counts'(drive) {
    for (let round = 0; round < 20; round++) {
      const all = group();
      for (let index = 0; index < 8; index++) {
        all.go(function* (number) {
          yield* gosched();
          throw new Error(`number ${number}`);
        }, index);
      }
      const error = yield* failureOf(drive, all.wait());
      assert.equal(all.context.cause.message, error.message);
    }
  },

  *'is cancelled with the context that it was given'(drive) {
    const [ctx, cancel] = withCancel(withValue(background(), 'name', 'parent'));
    const all = group(ctx);
    const names = chan(4);
    const handles = Array.from({ length: 4 }, () =>
      all.go(function* () {
        yield* names.send(all.context.value('name'));
        yield* select({ never: chan().recv() });
      }),
    );
    for (const _ of handles) assert.equal(yield* drive(names.recv()), 'parent');
    cancel('outside');
    const error = yield* failureOf(drive, all.wait());
    assert.equal(error.name, 'CanceledError');
    assert.equal(error.cause, 'outside');
    const [timed] = withTimeout(background(), 3);
    const late = group(timed);
    late.go(function* () {
      yield* sleep(600_000);
    });
    assert.equal((yield* failureOf(drive, late.wait())).name, 'DeadlineExceededError');
    assert.throws(() => group({}), { name: 'TypeError' });
  },

  *'runs no more at one time than its limit, in order'(drive) {
    const all = group();
    all.setLimit(3);
    const running = new AtomicInt();
    const most = new AtomicInt();
    const order = chan(30);
    const gate = chan();
    for (let index = 0; index < 30; index++) {
      all.go(function* (number) {
        const now = running.add(1);
        for (let seen = most.load(); now > seen && !most.compareAndSwap(seen, now); seen = most.load());
        yield* gate.recv();
        yield* order.send(number);
        running.add(-1);
      }, index);
    }
    yield* until(drive, () => running.load() === 3);
    for (let turn = 0; turn < 20; turn++) yield* drive(gosched());
    assert.equal(running.load(), 3);
    for (let index = 0; index < 30; index++) yield* drive(gate.send(1));
    yield* drive(all.wait());
    assert.equal(most.load(), 3);
    const numbers = [];
    for (let index = 0; index < 30; index++) numbers.push(order.tryRecv()[0]);
    assert.deepEqual(
      [...numbers].sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, index) => index),
    );
    // With three at a time, nobody is further from its place than the two beside it let it be.
    for (const [place, number] of numbers.entries()) assert.ok(number <= place + 2, `${numbers}`);
  },

  *'a limit of one: one after the other'(drive) {
    const all = group();
    all.setLimit(1);
    const order = chan(20);
    for (let index = 0; index < 20; index++) {
      all.go(function* (number) {
        yield* gosched();
        yield* order.send(number);
      }, index);
    }
    yield* drive(all.wait());
    for (let index = 0; index < 20; index++) assert.equal(order.tryRecv()[0], index);
  },

  *'tryGo starts only within the limit'(drive) {
    const all = group();
    const gate = chan();
    function* waits() {
      return yield* gate.recv();
    }
    all.setLimit(2);
    const first = all.tryGo(waits);
    const second = all.tryGo(waits);
    assert.equal(all.tryGo(waits), null);
    assert.throws(() => all.setLimit(5), { name: 'SyncError', message: /^group\.setLimit while 2 goroutines/ });
    yield* drive(gate.send('one'));
    yield* drive(gate.send('two'));
    yield* drive(first.join());
    yield* drive(second.join());
    assert.throws(() => all.tryGo((value) => value, Symbol('no')), { name: 'DataCloneError' });
    yield* until(drive, () => {
      const third = all.tryGo(waits);
      if (third !== null) third.cancel('enough');
      return third !== null;
    });
    assert.equal((yield* failureOf(drive, all.wait())).cause, 'enough');
    for (const wrong of [0, 1.5, Number.NaN, '3', 2 ** 31]) assert.throws(() => all.setLimit(wrong), { name: 'RangeError' });
    all.setLimit(-1);
    all.setLimit(Number.POSITIVE_INFINITY);
  },

  *'those that wait for the limit never run after an error'(drive) {
    const all = group();
    all.setLimit(2);
    const ran = new AtomicInt();
    const gate = chan();
    all.go(function* () {
      yield* gate.recv();
      throw new Error('first');
    });
    all.go(function* () {
      yield* chan().recv();
    });
    const queued = Array.from({ length: 50 }, () => all.go(() => ran.add(1)));
    yield* drive(gate.send(1));
    assert.equal((yield* failureOf(drive, all.wait())).message, 'first');
    assert.equal(ran.load(), 0);
    for (const handle of queued) assert.equal(handle.status, 'failed');
  },

  *'its goroutines add others, on whichever thread'(drive) {
    const all = group();
    const total = new AtomicInt();
    function* tree(depth) {
      total.add(1);
      if (depth > 0) for (let child = 0; child < 3; child++) all.go(tree, depth - 1);
      yield* gosched();
    }
    all.go(tree, 4);
    yield* drive(all.wait());
    assert.equal(total.load(), 121);
    const limited = group();
    limited.setLimit(2);
    const sent = chan(1);
    yield* drive(sent.send(limited));
    assert.equal(yield* drive(sent.recv()), limited);
    limited.go(function* () {
      for (let index = 0; index < 10; index++) limited.go(() => total.add(1));
      yield* gosched();
    });
    yield* drive(limited.wait());
    assert.equal(total.load(), 131);
  },

  *'many wait for it'(drive) {
    const all = group();
    const gate = chan();
    all.go(function* () {
      yield* gate.recv();
      throw new Error('for all');
    });
    const waiting = Array.from({ length: 10 }, () =>
      go(function* () {
        try {
          yield* all.wait();
        } catch (error) {
          return error.message;
        }
      }),
    );
    for (const handle of waiting) yield* untilParked(drive, handle);
    yield* drive(gate.send(1));
    for (const handle of waiting) assert.equal(yield* drive(handle.join()), 'for all');
  },
};
