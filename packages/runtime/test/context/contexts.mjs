/** Programs about contexts: Go's `context` tests by meaning, with a tree whose parts are on different threads. */
import assert from 'node:assert/strict';
import {
  AtomicInt,
  after,
  background,
  chan,
  fromSignal,
  go,
  gosched,
  select,
  sleep,
  WaitGroup,
  withCancel,
  withDeadline,
  withTimeout,
  withValue,
} from 'goroutines';
import { until, untilParked } from '../helpers/conditions.mjs';

const LONG = 600_000;

/** Whether a context's `done` is closed. */
function isDone(ctx) {
  assert.deepEqual(ctx.done.tryRecv(), [undefined, false]);
  return ctx.done.closed;
}

function mustLive(ctx) {
  assert.equal(ctx.err, undefined);
  assert.equal(ctx.cause, undefined);
  assert.equal(isDone(ctx), false);
  assert.equal(ctx.signal.aborted, false);
}

function mustBeOver(ctx, name, message, cause) {
  assert.equal(ctx.err.name, name);
  assert.equal(ctx.err.message, message);
  assert.equal(ctx.err, ctx.err);
  if (cause !== undefined) assert.deepEqual(ctx.cause, cause);
  assert.equal(isDone(ctx), true);
  assert.equal(ctx.signal.aborted, true);
}

export const contexts = {
  *'the background is never over and has nothing'(drive) {
    const ctx = background();
    mustLive(ctx);
    assert.equal(ctx, background());
    assert.equal(ctx.deadline, undefined);
    assert.equal(ctx.value('anything'), undefined);
    const hit = yield* drive(select({ done: ctx.done.recv() }, { default: true }));
    assert.equal(hit.key, 'default');
    assert.equal(yield* drive(go((other) => other.err === undefined && other.done.closed === false, ctx).join()), true);
  },

  *'is cancelled once, and not its parent'(drive) {
    const [parent, cancelParent] = withCancel(background());
    const [ctx, cancel] = withCancel(parent);
    mustLive(ctx);
    cancel();
    mustBeOver(ctx, 'CanceledError', 'context canceled', ctx.err);
    assert.equal(ctx.err.cause, undefined);
    cancel('again');
    assert.equal(ctx.err.message, 'context canceled');
    mustLive(parent);
    cancelParent('parent');
    mustBeOver(parent, 'CanceledError', 'context canceled: parent', 'parent');
    mustBeOver(ctx, 'CanceledError', 'context canceled');
    assert.equal(yield* drive(ctx.done.recv()), undefined);
  },

  *'a child of one that is over is over at once'() {
    const [parent, cancel] = withCancel(background());
    cancel('early');
    const [child] = withCancel(parent);
    const [timed] = withTimeout(child, LONG);
    const valued = withValue(timed, 'key', 1);
    for (const ctx of [child, timed, valued]) mustBeOver(ctx, 'CanceledError', 'context canceled: early', 'early');
    assert.equal(valued.value('key'), 1);
  },

  *'cancelling reaches a tree over all threads, and only what is below'(drive) {
    const [root, cancelRoot] = withCancel(background());
    const [left, cancelLeft] = withCancel(withValue(root, 'side', 'left'));
    const [right] = withCancel(withValue(root, 'side', 'right'));
    const over = chan(100);
    const ready = new WaitGroup();
    function* node(ctx, depth) {
      const [own] = withCancel(ctx);
      if (depth > 0) for (let child = 0; child < 3; child++) go(node, own, depth - 1);
      ready.done();
      yield* own.done.recv();
      yield* over.send([own.value('side'), own.err.message, own.cause, depth]);
    }
    ready.add(2 * 13);
    go(node, left, 2);
    go(node, right, 2);
    yield* drive(ready.wait());
    yield* drive(go((cancel) => cancel('left only'), cancelLeft).join());
    for (let count = 0; count < 13; count++) {
      const [side, message, cause] = yield* drive(over.recv());
      assert.deepEqual([side, message, cause], ['left', 'context canceled: left only', 'left only']);
    }
    assert.deepEqual(over.tryRecv(), [undefined, false]);
    mustLive(root);
    mustLive(right);
    cancelRoot({ why: ['all'] });
    for (let count = 0; count < 13; count++) {
      const [side, , cause] = yield* drive(over.recv());
      assert.deepEqual([side, cause], ['right', { why: ['all'] }]);
    }
    assert.equal(left.cause, 'left only');
  },

  *'a long chain is cancelled from its top'(drive) {
    const [top, cancel] = withCancel(background());
    let bottom = top;
    for (let depth = 0; depth < 3000; depth++) [bottom] = withCancel(bottom);
    const waits = go(function* (ctx) {
      yield* ctx.done.recv();
      return ctx.cause;
    }, bottom);
    yield* untilParked(drive, waits);
    cancel('from far above');
    assert.equal(yield* drive(waits.join()), 'from far above');
  },

  *'who waits is woken, wherever it is'(drive) {
    const [ctx, cancel] = withCancel(background());
    const waiting = Array.from({ length: 20 }, (_, index) =>
      go(function* () {
        if (index % 2 === 0) yield* ctx.done.recv();
        else yield* select({ done: ctx.done.recv(), late: after(LONG) });
        return ctx.err.cause;
      }),
    );
    for (const handle of waiting) yield* untilParked(drive, handle);
    cancel('now');
    for (const handle of waiting) assert.equal(yield* drive(handle.join()), 'now');
  },

  *'values: the nearest one with the key, keys by value, copies'(drive) {
    const channel = chan(1);
    const base = withValue(background(), 'a', { list: [1] });
    const next = withValue(withValue(base, 7, 'seven'), Symbol.for('b'), channel);
    const [top] = withCancel(withValue(next, 'a', undefined));
    const inner = withValue(top, '', null);
    for (const ctx of [inner, yield* drive(go((sent) => sent, inner).join())]) {
      assert.equal(ctx.value('a'), undefined);
      assert.equal(ctx.value(7), 'seven');
      assert.equal(ctx.value('7'), undefined);
      assert.equal(ctx.value(Symbol.for('b')), channel);
      assert.equal(ctx.value('b'), undefined);
      assert.equal(ctx.value(''), null);
    }
    const mine = base.value('a');
    assert.deepEqual(mine, { list: [1] });
    mine.list.push(2);
    assert.deepEqual(base.value('a'), { list: [1] });
    const seen = go(() => [inner.value(7), next.value('a'), inner.value('long key that nobody has set')]);
    assert.deepEqual(yield* drive(seen.join()), ['seven', { list: [1] }, undefined]);
  },

  *'refuses what cannot be a key, a value, a parent or a time'() {
    const ctx = background();
    for (const key of [{}, null, undefined, true]) {
      assert.throws(() => withValue(ctx, key, 1), {
        name: 'TypeError',
        message: /^withValue: a key is a string, a number or a Symbol/,
      });
      assert.throws(() => ctx.value(key), { name: 'TypeError', message: /^ctx\.value: a key is/ });
    }
    assert.throws(() => withValue(ctx, Symbol('own'), 1), { name: 'TypeError', message: /use Symbol\.for/ });
    assert.throws(() => withValue(ctx, 'key', { deep: Symbol('no') }), {
      name: 'DataCloneError',
      message: /value\.deep is a symbol/,
    });
    for (const wrong of [undefined, null, {}, new AbortController().signal]) {
      assert.throws(() => withCancel(wrong), { name: 'TypeError', message: /^withCancel takes a context first/ });
      assert.throws(() => withTimeout(wrong, 1), { name: 'TypeError' });
      assert.throws(() => withValue(wrong, 'key', 1), { name: 'TypeError' });
    }
    for (const wrong of [Number.NaN, '5', undefined]) assert.throws(() => withTimeout(ctx, wrong), { name: 'RangeError' });
    for (const wrong of [Number.NaN, new Date('never'), 'tomorrow']) {
      assert.throws(() => withDeadline(ctx, wrong), { name: 'RangeError' });
    }
    assert.throws(() => fromSignal({}), { name: 'TypeError' });
    const [live, cancel] = withCancel(ctx);
    assert.throws(() => cancel(Symbol('no')), { name: 'DataCloneError' });
    mustLive(live);
    cancel('can be copied');
    assert.equal(live.cause, 'can be copied');
  },

  *'the cause is the error itself if it is one of a cancelled context'() {
    const [first, cancelFirst] = withCancel(background());
    const [second, cancelSecond] = withCancel(background());
    cancelFirst(Object.assign(new RangeError('too much'), { code: 'E_MUCH' }));
    assert.equal(first.err.message, 'context canceled: too much');
    assert.equal(first.cause.code, 'E_MUCH');
    assert.ok(first.cause instanceof RangeError);
    cancelSecond(first.err);
    assert.equal(second.err.message, 'context canceled: too much');
    assert.equal(second.err.cause.code, 'E_MUCH');
  },

  *'a timeout cancels, with an error of its own, which is seen on all threads'(drive) {
    const [ctx] = withTimeout(background(), 5);
    const [child] = withCancel(ctx);
    const other = go(function* () {
      yield* child.done.recv();
      const { err } = child;
      return [err.name, err.message, err.constructor.name, child.cause.name, child.deadline.getTime()];
    });
    yield* drive(ctx.done.recv());
    mustBeOver(ctx, 'DeadlineExceededError', 'context deadline exceeded', ctx.err);
    const expected = ['DeadlineExceededError', 'context deadline exceeded', 'DeadlineExceededError', 'DeadlineExceededError'];
    assert.deepEqual(yield* drive(other.join()), [...expected, ctx.deadline.getTime()]);
  },

  *'made on any thread, its time is up on that thread'(drive) {
    const made = chan(8);
    for (let index = 0; index < 8; index++) {
      go(function* () {
        yield* made.send(withTimeout(background(), 1 + index)[0]);
      });
    }
    for (let index = 0; index < 8; index++) {
      const ctx = yield* drive(made.recv());
      yield* drive(ctx.done.recv());
      assert.equal(ctx.err.name, 'DeadlineExceededError');
    }
  },

  *'of two deadlines the earlier one holds'(drive) {
    const soon = new Date(Date.now() + 5);
    const [short] = withDeadline(background(), soon);
    const [long, cancelLong] = withTimeout(short, LONG);
    assert.equal(long.deadline.getTime(), soon.getTime());
    assert.equal(withValue(long, 'key', 1).deadline.getTime(), soon.getTime());
    yield* drive(long.done.recv());
    mustBeOver(long, 'DeadlineExceededError', 'context deadline exceeded');
    cancelLong('too late');
    assert.equal(long.err.cause, undefined);
    const [parent, cancel] = withTimeout(background(), LONG);
    const [child] = withTimeout(parent, 5);
    assert.ok(child.deadline < parent.deadline);
    yield* drive(child.done.recv());
    mustLive(parent);
    cancel();
  },

  *'a deadline that has passed is over at once; cancelled before it, it stays cancelled'(drive) {
    for (const [ctx] of [
      withTimeout(background(), 0),
      withTimeout(background(), -5),
      withDeadline(background(), new Date(Date.now() - 1000)),
      withDeadline(background(), 0),
    ]) {
      mustBeOver(ctx, 'DeadlineExceededError', 'context deadline exceeded');
    }
    const [ctx, cancel] = withTimeout(background(), 5);
    cancel('before');
    yield* drive(sleep(20));
    mustBeOver(ctx, 'CanceledError', 'context canceled: before', 'before');
    const [never, cancelNever] = withTimeout(background(), Number.POSITIVE_INFINITY);
    assert.equal(never.deadline, undefined);
    cancelNever();
  },

  *'a passed deadline is seen before its timer has fired'() {
    const [ctx, cancel] = withTimeout(background(), 3);
    for (const end = Date.now() + 20; Date.now() < end; );
    // Nothing else has had a turn on this thread.
    assert.equal(ctx.err.name, 'DeadlineExceededError');
    cancel('late');
    assert.equal(ctx.err.cause, undefined);
  },

  *'the function that cancels can be sent, and captured'(drive) {
    const [ctx, cancel] = withCancel(background());
    const channel = chan(1);
    yield* drive(channel.send({ stop: cancel, ctx }));
    const received = yield* drive(channel.recv());
    assert.equal(received.stop, cancel);
    assert.equal(received.ctx, ctx);
    yield* drive(
      go(function* () {
        cancel('captured');
        yield* gosched();
      }).join(),
    );
    assert.equal(ctx.cause, 'captured');
  },

  *'an AbortSignal of each thread is aborted with the cause'(drive) {
    const [ctx, cancel] = withCancel(background());
    const listening = new AtomicInt();
    const heard = chan(10);
    for (let index = 0; index < 4; index++) {
      go(function* () {
        const { signal } = ctx;
        assert.equal(signal, ctx.signal);
        signal.addEventListener('abort', () => heard.trySend(signal.reason));
        listening.add(1);
        yield* ctx.done.recv();
      });
    }
    yield* until(drive, () => listening.load() === 4);
    assert.equal(ctx.signal.aborted, false);
    yield* drive(go((stop) => stop({ code: 7 }), cancel).join());
    for (let index = 0; index < 4; index++) assert.deepEqual(yield* drive(heard.recv()), { code: 7 });
    assert.equal(ctx.signal.aborted, true);
    assert.deepEqual(ctx.signal.reason, { code: 7 });
    const [other, cancelOther] = withCancel(ctx);
    cancelOther();
    assert.equal(other.signal.aborted, true);
  },

  *'without a reason a signal has the error'() {
    const [ctx, cancel] = withCancel(background());
    const { signal } = ctx;
    let heard = 0;
    signal.addEventListener('abort', () => heard++);
    cancel();
    assert.equal(heard, 1);
    assert.equal(signal.reason.name, 'CanceledError');
    const [timed] = withTimeout(background(), 0);
    assert.equal(timed.signal.reason.name, 'DeadlineExceededError');
  },

  *'the context of an AbortSignal is cancelled with it'(drive) {
    const controller = new AbortController();
    const ctx = fromSignal(controller.signal);
    assert.equal(ctx, fromSignal(controller.signal));
    mustLive(ctx);
    const [child] = withCancel(ctx);
    const waiting = go(function* () {
      yield* child.done.recv();
      return [child.err.name, child.cause];
    });
    yield* untilParked(drive, waiting);
    controller.abort('stop');
    assert.deepEqual(yield* drive(waiting.join()), ['CanceledError', 'stop']);
    assert.equal(fromSignal(AbortSignal.abort('before')).cause, 'before');
    const strange = new AbortController();
    const odd = fromSignal(strange.signal);
    strange.abort(Symbol('cannot be copied'));
    assert.equal(odd.err.message, 'context canceled: Symbol(cannot be copied)');
    const plain = fromSignal(AbortSignal.abort());
    assert.equal(plain.cause.name, 'AbortError');
    const timed = fromSignal(AbortSignal.timeout(5));
    yield* drive(select({ done: timed.done.recv(), late: after(LONG) }));
    assert.equal(timed.cause.name, 'TimeoutError');
  },
};
