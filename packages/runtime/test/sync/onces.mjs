/** Programs about `Once`. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, Once, sleep } from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

export const onces = {
  *'runs the first function only'(drive) {
    const once = new Once();
    const seen = [];
    yield* drive(once.do(() => seen.push('first')));
    yield* drive(once.do(() => seen.push('second')));
    assert.deepEqual(seen, ['first']);
  },

  *'one runs it, all others wait until it has ended'(drive) {
    for (let round = 0; round < 20; round++) {
      const once = new Once();
      const runs = new AtomicInt();
      const ended = new AtomicInt();
      const handles = [];
      for (let member = 0; member < 10; member++) {
        handles.push(
          go(function* () {
            yield* once.do(function* () {
              runs.add(1);
              yield* gosched();
              yield* sleep(0);
              ended.add(1);
            });
            return ended.load();
          }),
        );
      }
      yield* drive(
        once.do(function* () {
          runs.add(1);
          yield* gosched();
          ended.add(1);
        }),
      );
      assert.equal(ended.load(), 1);
      for (const handle of handles) assert.equal(yield* drive(handle.join()), 1);
      assert.equal(runs.load(), 1);
    }
  },

  *'the function may be plain, async or a generator function, and is waited for'(drive) {
    const seen = new AtomicInt();
    const functions = [
      () => seen.add(1),
      async () => {
        await Promise.resolve();
        seen.add(1);
      },
      function* () {
        yield* gosched();
        seen.add(1);
      },
    ];
    for (const [index, fn] of functions.entries()) {
      yield* drive(new Once().do(fn));
      assert.equal(seen.load(), index + 1);
    }
    yield* drive(
      go(function* () {
        for (const fn of [
          () => seen.add(1),
          async () => seen.add(1),
          function* () {
            seen.add(1);
          },
        ])
          yield* new Once().do(fn);
      }).join(),
    );
    assert.equal(seen.load(), 6);
  },

  *'an error goes to the one that ran it, and it counts as done'(drive) {
    const once = new Once();
    const hold = chan();
    const failing = go(function* () {
      yield* once.do(function* () {
        yield* hold.recv();
        throw new RangeError('inside');
      });
    });
    yield* untilParked(drive, failing);
    const waiting = yield* parkedInOrder(drive, 3, () =>
      go(function* () {
        yield* once.do(() => assert.fail('it was done'));
        return 'no error of mine';
      }),
    );
    yield* drive(hold.send(1));
    let error;
    try {
      yield* drive(failing.join());
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error?.message, 'inside');
    for (const one of waiting) assert.equal(yield* drive(one.join()), 'no error of mine');
    yield* drive(once.do(() => assert.fail('it was done')));
  },

  *'a plain function that throws counts as done, too'(drive) {
    const once = new Once();
    let error;
    try {
      yield* drive(
        once.do(() => {
          throw new Error('at once');
        }),
      );
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error?.message, 'at once');
    yield* drive(once.do(() => assert.fail('it was done')));
  },

  *'one that is cancelled inside counts as done; one that waits goes away alone'(drive) {
    const once = new Once();
    const cleaned = new AtomicInt();
    const running = go(function* () {
      yield* once.do(function* () {
        try {
          yield* chan().recv();
        } finally {
          cleaned.add(1);
        }
      });
    });
    yield* untilParked(drive, running);
    const [first, second] = yield* parkedInOrder(drive, 2, () =>
      go(function* () {
        yield* once.do(() => undefined);
        return 'done';
      }),
    );
    first.cancel();
    yield* until(drive, () => first.status === 'failed');
    assert.equal(second.status, 'waiting');
    running.cancel();
    assert.equal(yield* drive(second.join()), 'done');
    assert.equal(cleaned.load(), 1);
    for (const one of [first, running]) {
      try {
        yield* drive(one.join());
        assert.fail('it was cancelled');
      } catch (error) {
        assert.equal(error.name, 'CanceledError');
      }
    }
  },

  *'does nothing until it is driven, and is driven once'(drive) {
    const once = new Once();
    let runs = 0;
    const operation = once.do(() => {
      runs++;
    });
    yield* drive(gosched());
    assert.equal(runs, 0);
    yield* drive(operation);
    assert.equal(runs, 1);
    let error;
    try {
      yield* drive(operation);
    } catch (thrown) {
      error = thrown;
    }
    assert.equal(error?.name, 'RuntimeStateError');
    assert.throws(() => once.do(7), { name: 'TypeError', message: 'Once.do takes a function, got number' });
  },

  *'goes by reference'(drive) {
    const once = new Once();
    const channel = chan(1);
    yield* drive(channel.send(once));
    assert.equal(yield* drive(channel.recv()), once);
    yield* drive(
      go(function* (shared) {
        yield* shared.do(() => undefined);
      }, once).join(),
    );
    yield* drive(once.do(() => assert.fail('it was done')));
  },
};
