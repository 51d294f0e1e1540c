/** Programs about `AtomicInt`. */

import assert from 'node:assert/strict';
import { AtomicInt, chan, go } from 'goroutines';
import { shown } from '../helpers/shown.mjs';

export const atomicInts = {
  *'loads, stores, adds and swaps'() {
    const value = new AtomicInt(5);
    assert.equal(value.load(), 5);
    assert.equal(new AtomicInt().load(), 0);
    value.store(-7);
    assert.equal(value.add(10), 3);
    assert.equal(value.swap(100), 3);
    assert.equal(value.compareAndSwap(3, 4), false);
    assert.equal(value.compareAndSwap(100, 4), true);
    assert.equal(value.load(), 4);
  },

  *'wraps at 32 bits'() {
    const value = new AtomicInt(0x7fffffff);
    assert.equal(value.add(1), -0x80000000);
    assert.equal(value.add(-1), 0x7fffffff);
  },

  *'takes whole numbers of 32 bits only'() {
    const value = new AtomicInt(1);
    for (const wrong of [0.5, Number.NaN, 0x80000000, -0x80000001, '1', undefined, 1n]) {
      const message = `AtomicInt holds whole numbers from -2147483648 to 2147483647, got ${shown(wrong)}`;
      assert.throws(() => value.store(wrong), { name: 'RangeError', message });
      assert.throws(() => value.add(wrong), { name: 'RangeError', message });
      assert.throws(() => value.compareAndSwap(1, wrong), { name: 'RangeError', message });
      if (wrong !== undefined) assert.throws(() => new AtomicInt(wrong), { name: 'RangeError', message });
    }
    assert.equal(value.load(), 1);
  },

  *'counts what all goroutines add'(drive) {
    const total = new AtomicInt();
    const exchanged = new AtomicInt();
    const handles = [];
    for (let member = 0; member < 8; member++) {
      handles.push(
        go(function* () {
          for (let round = 0; round < 10_000; round++) {
            total.add(1);
            for (let before = exchanged.load(); !exchanged.compareAndSwap(before, before + 1); before = exchanged.load());
          }
        }),
      );
    }
    for (const handle of handles) yield* drive(handle.join());
    assert.equal(total.load(), 80_000);
    assert.equal(exchanged.load(), 80_000);
  },

  *'goes by reference, over channels too'(drive) {
    const value = new AtomicInt();
    const channel = chan(1);
    yield* drive(channel.send([value]));
    const [received] = yield* drive(channel.recv());
    assert.equal(received, value);
    yield* drive(go((shared) => shared.add(3), value).join());
    assert.equal(value.load(), 3);
  },
};
