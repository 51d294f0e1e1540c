/** Programs about `WaitGroup`. */

import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, WaitGroup } from 'goroutines';
import { parkedInOrder, untilParked } from '../helpers/conditions.mjs';
import { shown } from '../helpers/shown.mjs';

export const waitGroups = {
  *'waits until all are done, round after round'(drive) {
    const group = new WaitGroup();
    for (let round = 0; round < 20; round++) {
      const done = new AtomicInt();
      group.add(10);
      for (let member = 0; member < 10; member++) {
        go(function* () {
          if (member % 3 === 0) yield* gosched();
          done.add(1);
          group.done();
        });
      }
      yield* drive(group.wait());
      assert.equal(done.load(), 10);
    }
  },

  *'does not wait at zero'(drive) {
    const group = new WaitGroup();
    yield* drive(group.wait());
    group.add();
    group.done();
    yield* drive(group.wait());
    group.add(0);
    yield* drive(group.wait());
  },

  *'wakes everybody who waits'(drive) {
    const group = new WaitGroup();
    group.add(2);
    const waiting = yield* parkedInOrder(drive, 30, () =>
      go(function* () {
        yield* group.wait();
        return 'woken';
      }),
    );
    group.done();
    for (const handle of waiting) assert.equal(handle.status, 'waiting');
    group.done();
    for (const handle of waiting) assert.equal(yield* drive(handle.join()), 'woken');
  },

  *'may be used again while those of the last round go on'(drive) {
    const group = new WaitGroup();
    group.add();
    const first = go(function* () {
      yield* group.wait();
      return 1;
    });
    yield* untilParked(drive, first);
    group.done();
    group.add();
    assert.equal(yield* drive(first.join()), 1);
    const second = go(function* () {
      yield* group.wait();
      return 2;
    });
    yield* untilParked(drive, second);
    group.done();
    assert.equal(yield* drive(second.join()), 2);
  },

  *'go starts and counts, however that ends'(drive) {
    const group = new WaitGroup();
    const ran = new AtomicInt();
    const hold = chan();
    for (let round = 0; round < 10; round++) {
      const handles = Array.from({ length: 10 }, (_, index) =>
        group.go(function* (factor) {
          if (index % 2 === 0) yield* gosched();
          ran.add(1);
          return index * factor;
        }, 2),
      );
      handles.push(
        group.go(() => ran.add(1)),
        group.go(async () => ran.add(1)),
      );
      yield* drive(group.wait());
      assert.equal(ran.load(), 12 * (round + 1));
      assert.equal(
        handles.every((handle) => handle.status === 'done'),
        true,
      );
      assert.equal(yield* drive(handles[7].join()), 14);
    }
    const failing = group.go(function* () {
      yield* hold.recv();
      throw new Error('inside');
    });
    const joining = go.local(function* () {
      try {
        yield* failing;
      } catch (error) {
        return error.message;
      }
    });
    yield* untilParked(drive, joining);
    const cancelled = group.go(function* () {
      yield* chan().recv();
    });
    yield* untilParked(drive, cancelled);
    cancelled.cancel();
    yield* drive(hold.send(1));
    yield* drive(group.wait());
    assert.deepEqual([failing.status, cancelled.status], ['failed', 'failed']);
    assert.equal(yield* drive(joining.join()), 'inside');
    assert.throws(() => group.go(7), { name: 'TypeError', message: 'WaitGroup.go takes a function, got number' });
    assert.throws(() => group.go((value) => value, Symbol('no copy')), { name: 'DataCloneError' });
    yield* drive(group.wait());
    assert.throws(() => group.done(), { name: 'SyncError' });
  },

  *'below zero throws and changes nothing'(drive) {
    const group = new WaitGroup();
    const negative = (text) => ({
      name: 'SyncError',
      message: `negative WaitGroup counter: ${text}; done() was called more often than add() counted`,
    });
    assert.throws(() => group.done(), negative('0 + -1'));
    group.add(2);
    assert.throws(() => group.add(-3), negative('2 + -3'));
    const waiting = go(function* () {
      yield* group.wait();
      return 'still two';
    });
    yield* untilParked(drive, waiting);
    group.add(-2);
    assert.equal(yield* drive(waiting.join()), 'still two');
    assert.throws(() => group.done(), negative('0 + -1'));
    yield* drive(group.wait());
  },

  *'takes whole numbers within range only'() {
    const group = new WaitGroup();
    for (const wrong of [0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
      assert.throws(() => group.add(wrong), {
        name: 'RangeError',
        message: `WaitGroup.add takes a whole number, got ${shown(wrong)}`,
      });
    }
    group.add(0x7fffffff);
    assert.throws(() => group.add(1), { name: 'RangeError', message: 'WaitGroup counter out of range: 2147483648' });
    group.add(-0x7fffffff);
  },

  *'starts goroutines that it counts until their end, however they end'(drive) {
    const all = new WaitGroup();
    const done = new AtomicInt();
    const handles = Array.from({ length: 30 }, (_, index) =>
      all.go(function* (number) {
        if (number % 3 === 0) yield* gosched();
        done.add(1);
        if (number % 10 === 7) throw new RangeError(`number ${number}`);
        return number;
      }, index),
    );
    const failures = handles.map((handle) => handle.join());
    yield* drive(all.wait());
    assert.equal(done.load(), 30);
    for (const [index, operation] of failures.entries()) {
      let outcome;
      try {
        outcome = yield* drive(operation);
      } catch (error) {
        outcome = error.message;
      }
      assert.equal(outcome, index % 10 === 7 ? `number ${index}` : index);
    }
    const cancelled = all.go(function* () {
      yield* chan().recv();
    });
    cancelled.cancel();
    yield* drive(all.wait());
    assert.equal(cancelled.status, 'failed');
    all.go(function* () {
      all.go(() => done.add(1));
      yield* gosched();
    });
    yield* drive(all.wait());
    assert.equal(done.load(), 31);
    assert.throws(() => all.go('no function'), { name: 'TypeError', message: /^WaitGroup\.go takes a function/ });
    assert.throws(() => all.go((value) => value, Symbol('no')), { name: 'DataCloneError' });
    assert.throws(() => all.done(), { name: 'SyncError' });
  },

  *'many add and are done at once'(drive) {
    const group = new WaitGroup();
    const left = chan(8);
    for (let member = 0; member < 8; member++) {
      go(function* () {
        for (let round = 0; round < 2000; round++) {
          group.add(2);
          group.done();
          if (round % 100 === 0) yield* gosched();
          group.done();
        }
        yield* left.send(true);
      });
    }
    for (let member = 0; member < 8; member++) yield* drive(left.recv());
    yield* drive(group.wait());
    assert.throws(() => group.done(), { name: 'SyncError' });
  },
};
