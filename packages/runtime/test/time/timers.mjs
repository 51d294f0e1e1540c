/** Programs about timers and tickers: Go's `time` tests by meaning, as of Go 1.23. */

import assert from 'node:assert/strict';
import { AtomicInt, after, chan, go, gosched, select, sleep, ticker, timer } from 'goroutines';
import { until } from '../helpers/conditions.mjs';
import { shown } from '../helpers/shown.mjs';

const LONG = 600_000;
const NOTHING = [undefined, false];

/** Until the value of a timer is in its buffer. */
function* untilFired(drive, { chan: channel }) {
  yield* until(drive, () => channel.length === 1);
}

export const timers = {
  *'fires once, with the time'(drive) {
    const before = Date.now();
    const once = timer(5);
    assert.equal(once.chan.capacity, 1);
    const time = yield* drive(once.chan.recv());
    assert.ok(time >= before + 4 && time <= Date.now(), `${time - before}`);
    yield* drive(sleep(10));
    assert.deepEqual(once.chan.tryRecv(), NOTHING);
    assert.equal(once.stop(), false);
    for (const now of [0, -5]) yield* drive(timer(now).chan.recv());
  },

  *'stopped before it fires, it does not'(drive) {
    const stopped = timer(5);
    assert.equal(stopped.stop(), true);
    assert.equal(stopped.stop(), false);
    yield* drive(sleep(15));
    assert.deepEqual(stopped.chan.tryRecv(), NOTHING);
    assert.equal(stopped.chan.closed, false);
  },

  *'stopped after it has fired, what nobody received is gone'(drive) {
    const fired = timer(1);
    yield* untilFired(drive, fired);
    assert.equal(fired.stop(), true);
    assert.deepEqual(fired.chan.tryRecv(), NOTHING);
    assert.equal(fired.stop(), false);
  },

  *'set anew, it fires at the new time only'(drive) {
    const set = timer(LONG);
    assert.equal(set.reset(1), true);
    yield* untilFired(drive, set);
    assert.equal(set.reset(LONG), true);
    assert.deepEqual(set.chan.tryRecv(), NOTHING);
    assert.equal(set.reset(2), true);
    yield* drive(set.chan.recv());
    assert.equal(set.reset(1), false);
    yield* drive(set.chan.recv());
    assert.equal(set.stop(), false);
    assert.equal(set.reset(1), false);
    yield* drive(set.chan.recv());
  },

  *'wakes one receiver at each firing, in their order'(drive) {
    const shared = timer(LONG);
    const order = chan(3);
    const handles = [];
    for (let index = 0; index < 3; index++) {
      const handle = go(function* (number) {
        yield* shared.chan.recv();
        yield* order.send(number);
      }, index);
      yield* until(drive, () => handle.status === 'waiting');
      handles.push(handle);
    }
    for (let index = 0; index < 3; index++) {
      shared.reset(0);
      assert.equal(yield* drive(order.recv()), index);
    }
    assert.equal(shared.stop(), false);
  },

  *'is stopped and set anew from any thread'(drive) {
    for (let round = 0; round < 10; round++) {
      const made = yield* drive(go(() => timer(LONG)).join());
      assert.equal(yield* drive(go((other) => other.stop(), made).join()), true);
      assert.equal(made.stop(), false);
      assert.equal(yield* drive(go((other) => other.reset(LONG), made).join()), false);
      assert.equal(made.reset(0), true);
      yield* drive(made.chan.recv());
      assert.equal(
        yield* drive(
          go(function* () {
            const again = made.reset(1);
            yield* made.chan.recv();
            return again;
          }).join(),
        ),
        false,
      );
    }
  },

  *'its channel and its handle can be sent'(drive) {
    const sent = timer(5);
    const channel = chan(1);
    yield* drive(channel.send([sent, sent.chan]));
    const [handle, times] = yield* drive(channel.recv());
    assert.equal(handle, sent);
    assert.equal(times, sent.chan);
    assert.equal(
      typeof (yield* drive(
        go(function* (own) {
          return yield* own.recv();
        }, sent.chan).join(),
      )),
      'number',
    );
  },

  *'a case of a select'(drive) {
    const late = timer(3);
    const values = chan();
    const first = yield* drive(select({ value: values.recv(), late: late.chan.recv() }));
    assert.equal(first.key, 'late');
    assert.equal(typeof first.value, 'number');
    late.reset(LONG);
    go(function* () {
      yield* values.send('in time');
    });
    assert.equal((yield* drive(select({ value: values.recv(), late: late.chan.recv() }))).value, 'in time');
    assert.equal(late.stop(), true);
  },

  *'ticks until it is stopped'(drive) {
    const ticks = ticker(2);
    let last = 0;
    for (let count = 0; count < 5; count++) {
      const time = yield* drive(ticks.chan.recv());
      assert.ok(time >= last);
      last = time;
    }
    ticks.stop();
    assert.deepEqual(ticks.chan.tryRecv(), NOTHING);
    yield* drive(sleep(10));
    assert.deepEqual(ticks.chan.tryRecv(), NOTHING);
    assert.equal(ticks.chan.closed, false);
    assert.equal(ticks.stop(), false);
  },

  *'drops the ticks that the receiver is too slow for'(drive) {
    const ticks = ticker(1);
    const counter = ticker(1);
    for (let count = 0; count < 20; count++) yield* drive(counter.chan.recv());
    yield* untilFired(drive, ticks);
    // Without a wait in between no other can come: the thread's timers have no turn.
    assert.equal(ticks.chan.length, 1);
    assert.equal(typeof ticks.chan.tryRecv()[0], 'number');
    ticks.stop();
    counter.stop();
  },

  *'has a new period after a reset, also when it was stopped'(drive) {
    const ticks = ticker(LONG);
    ticks.reset(1);
    yield* drive(ticks.chan.recv());
    yield* drive(ticks.chan.recv());
    ticks.reset(LONG);
    yield* drive(sleep(5));
    assert.deepEqual(ticks.chan.tryRecv(), NOTHING);
    ticks.stop();
    yield* drive(
      go(function* () {
        ticks.reset(1);
        yield* ticks.chan.recv();
      }).join(),
    );
    yield* drive(ticks.chan.recv());
    yield* drive(go(() => ticks.stop()).join());
    assert.deepEqual(ticks.chan.tryRecv(), NOTHING);
  },

  *'nothing of before is received after a stop or reset, on whichever thread it comes'(drive) {
    const racing = timer(LONG);
    const rounds = 300;
    let received = 0;
    for (let round = 0; round < rounds; round++) {
      racing.reset(0);
      if (round % 3 === 0) yield* drive(gosched());
      if (round % 3 === 1) yield* drive(go((other) => other.reset(0), racing).join());
      const pending = racing.stop();
      assert.deepEqual(racing.chan.tryRecv(), NOTHING, `round ${round}`);
      if (!pending) received++;
    }
    assert.equal(received, 0); // Nobody has received, so each time there was something to stop.
  },

  *'each firing is received once or stopped, with stops and receivers on all threads'(drive) {
    const racing = timer(LONG);
    const got = new AtomicInt();
    const over = new AtomicInt();
    const receivers = Array.from({ length: 3 }, () =>
      go(function* () {
        for (;;) {
          const hit = yield* select({ time: racing.chan.recv(), late: after(2) });
          if (hit.key === 'time') got.add(1);
          else if (over.load() !== 0) return;
        }
      }),
    );
    let stopped = 0;
    let replaced = 0;
    racing.stop();
    for (let round = 0; round < 400; round++) {
      if (racing.reset(round % 4 === 0 ? 1 : 0)) replaced++;
      if (round % 5 === 0) yield* drive(sleep(1));
      else if (round % 5 < 3) yield* drive(gosched());
      if (round % 2 === 0 && racing.stop()) stopped++;
    }
    if (racing.stop()) stopped++;
    over.store(1);
    for (const handle of receivers) yield* drive(handle.join());
    assert.equal(got.load() + stopped + replaced, 400);
  },

  *'takes numbers only, and periods above 0'() {
    for (const wrong of [Number.NaN, '5', undefined, null]) {
      assert.throws(() => timer(wrong), {
        name: 'RangeError',
        message: `timer takes milliseconds as a number, got ${shown(wrong)}`,
      });
      assert.throws(() => ticker(wrong), {
        name: 'RangeError',
        message: `ticker takes milliseconds as a number above 0, got ${shown(wrong)}`,
      });
    }
    for (const wrong of [0, -1, Number.POSITIVE_INFINITY]) assert.throws(() => ticker(wrong), { name: 'RangeError' });
    const ticks = ticker(LONG);
    assert.throws(() => ticks.reset(0), {
      name: 'RangeError',
      message: 'ticker.reset takes milliseconds as a number above 0, got 0',
    });
    assert.equal(ticks.stop(), true);
    const late = timer(LONG);
    assert.throws(() => late.reset('1'), { name: 'RangeError' });
    assert.equal(late.stop(), true);
  },
};

/** On one thread only: between two threads there is no order of time. */
export const sleepOrder = {
  *'timers fire in the order in which their time is up'(drive) {
    const woken = [];
    const handles = Array.from({ length: 30 }, (_, index) =>
      go.local(function* () {
        const time = 3 * ((index * 7) % 10);
        const earliest = performance.now() + time;
        const late = timer(time);
        const latest = performance.now() + time;
        yield* late.chan.recv();
        woken.push({ earliest, latest });
      }),
    );
    for (const handle of handles) yield* drive(handle.join());
    assert.equal(woken.length, 30);
    for (const [index, one] of woken.entries()) {
      for (const later of woken.slice(index + 1)) assert.ok(later.latest >= one.earliest, `${index} woke before an earlier one`);
    }
  },
};
