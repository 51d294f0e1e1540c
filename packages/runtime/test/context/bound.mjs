/** Programs about goroutines that a context cancels: `go.with({ context })`. */
import assert from 'node:assert/strict';
import {
  AtomicInt,
  after,
  background,
  blocking,
  chan,
  go,
  gosched,
  Mutex,
  select,
  sleep,
  timer,
  WaitGroup,
  wait,
  withCancel,
  withTimeout,
} from 'goroutines';
import { failureOf, until, untilParked } from '../helpers/conditions.mjs';

const LONG = 600_000;

const locked = new Mutex();
locked.tryLock();
const group = new WaitGroup();
group.add();
const waits = {
  receive: () => chan().recv(),
  send: () => chan().send({ value: 'that is not sent' }),
  select: () => select({ first: chan().recv(), second: chan().send('neither'), late: after(LONG) }),
  sleep: () => sleep(LONG),
  timer: () => timer(LONG).chan.recv(),
  promise: () => wait(new Promise(() => undefined)),
  lock: () => locked.lock(),
  group: () => group.wait(),
  context: () => withCancel(background())[0].done.recv(),
  join: () =>
    go(function* () {
      yield* chan().recv();
    }).join(),
  blocking: () => blocking(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)),
};

export const bound = {
  *'ends it at whatever it waits for; its finally blocks run, and nobody else notices'(drive) {
    const [ctx, cancel] = withCancel(background());
    const cleaned = new AtomicInt();
    const others = chan();
    const handles = [];
    const beside = [];
    for (const what of Object.keys(waits)) {
      handles.push(
        go.with(
          { context: ctx },
          function* (name) {
            try {
              yield* waits[name]();
            } finally {
              yield* gosched();
              cleaned.add(1);
            }
          },
          what,
        ),
      );
      beside.push(
        go(function* () {
          return yield* others.recv();
        }),
      );
    }
    for (const handle of [...handles, ...beside]) yield* untilParked(drive, handle);
    yield* drive(go((stop) => stop('enough'), cancel).join());
    for (const [index, what] of Object.keys(waits).entries()) {
      const error = yield* failureOf(drive, handles[index]);
      assert.equal(error.name, 'CanceledError', what);
      assert.equal(error.message, 'context canceled: enough');
      assert.equal(error.cause, 'enough');
    }
    assert.equal(cleaned.load(), handles.length);
    for (const handle of beside) assert.equal(handle.status, 'waiting');
    for (const _ of beside) yield* drive(others.send('served'));
    for (const handle of beside) assert.equal(yield* drive(handle.join()), 'served');
  },

  *'never runs when the context is over already'(drive) {
    const [ctx, cancel] = withCancel(background());
    cancel('before');
    const ran = new AtomicInt();
    for (let round = 0; round < 50; round++) {
      const handle = go.with({ context: ctx }, () => ran.add(1));
      assert.equal((yield* failureOf(drive, handle)).cause, 'before');
    }
    assert.equal(ran.load(), 0);
  },

  *'its time may be up'(drive) {
    const [ctx] = withTimeout(background(), 5);
    const handle = go.with({ context: ctx, name: 'timed' }, function* () {
      yield* chan().recv();
    });
    const error = yield* failureOf(drive, handle);
    assert.equal(error.name, 'DeadlineExceededError');
    assert.equal(error.message, 'context deadline exceeded');
  },

  *'one that has ended is not touched'(drive) {
    const [ctx, cancel] = withCancel(background());
    const handles = Array.from({ length: 100 }, (_, index) => go.with({ context: ctx }, (value) => value, index));
    for (const [index, handle] of handles.entries()) assert.equal(yield* drive(handle.join()), index);
    cancel();
    for (const handle of handles) assert.equal(handle.status, 'done');
    assert.equal(yield* drive(go.with({ context: background() }, () => 'never cancelled').join()), 'never cancelled');
  },

  *'it may catch the error and go on'(drive) {
    const [ctx, cancel] = withCancel(background());
    const channel = chan();
    const caught = new AtomicInt();
    const handle = go.with({ context: ctx }, function* () {
      try {
        yield* channel.recv();
      } catch (error) {
        caught.add(1);
        return [error.name, yield* channel.recv()];
      }
    });
    yield* untilParked(drive, handle);
    cancel();
    yield* until(drive, () => caught.load() === 1);
    yield* drive(channel.send('after all'));
    assert.deepEqual(yield* drive(handle.join()), ['CanceledError', 'after all']);
  },

  *'with a signal and a context, whichever comes first'(drive) {
    for (const first of ['signal', 'context']) {
      const controller = new AbortController();
      const [ctx, cancel] = withCancel(background());
      const handle = go.with({ signal: controller.signal, context: ctx }, function* () {
        yield* chan().recv();
      });
      yield* untilParked(drive, handle);
      if (first === 'signal') controller.abort(first);
      else cancel(first);
      assert.equal((yield* failureOf(drive, handle)).cause, first);
      cancel();
    }
  },

  *'refuses what is no context'() {
    for (const context of [null, {}, new AbortController().signal]) {
      assert.throws(() => go.with({ context }, () => undefined), {
        name: 'TypeError',
        message: 'go.with: context must be a context, as of withCancel',
      });
    }
  },
};
