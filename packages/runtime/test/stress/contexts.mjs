/** Trees of contexts, timers and groups on all threads, cancelled at random moments from everywhere: what is conserved. */
import assert from 'node:assert/strict';
import {
  AtomicInt,
  background,
  chan,
  fromSignal,
  go,
  gosched,
  group,
  Mutex,
  select,
  sleep,
  timer,
  WaitGroup,
  wait,
  withCancel,
  withTimeout,
  withValue,
} from 'goroutines';
import { randomNumbers } from '../helpers/random.mjs';

const HOUR = 3_600_000;

/** Now and then a delay of some kind. */
function* delayed(random) {
  const kind = random(20);
  if (kind < 6) yield* gosched();
  else if (kind === 6) yield* sleep(random(2));
  else if (kind === 7) yield* wait(Promise.resolve());
  else if (kind === 8) for (let spin = random(20_000); spin > 0; spin--);
}

/** A wait that does not end by itself. */
function* waitsForEver(kind, ctx, mutex) {
  if (kind === 0) yield* chan().recv();
  else if (kind === 1) yield* chan().send({ never: 'sent' });
  else if (kind === 2) yield* sleep(HOUR);
  else if (kind === 3) yield* mutex.lock();
  else if (kind === 4) yield* wait(new Promise(() => undefined));
  else if (kind === 5) yield* select({ never: chan().recv(), late: timer(HOUR).chan.recv() });
  else if (kind === 6) yield* ctx.done.recv();
  else yield* select({ done: ctx.done.recv(), never: chan().recv() });
}

/** Makes a context of its own, starts others below it, and waits until it is over. */
function* member(seed, parent, depth, locked, ended, wrong) {
  const random = randomNumbers(seed);
  const [ctx, cancel] = random(4) === 0 ? withTimeout(parent, random(20)) : withCancel(withValue(parent, 'depth', depth));
  for (let child = 0; depth > 0 && child < 3; child++) {
    ended.add();
    const options = { context: random(2) === 0 ? ctx : undefined };
    // By whoever starts it: one whose context is over already never runs.
    const over = () => ended.done();
    go.with(options, member, seed * 7 + child + 1, ctx, depth - 1, locked, ended, wrong).then(over, over);
  }
  try {
    yield* delayed(random);
    if (random(3) === 0) cancel({ by: depth });
    const bound = go.with({ context: ctx }, waitsForEver, random(8), ctx, locked);
    const signal = random(2) === 0 ? ctx.signal : null;
    yield* ctx.done.recv();
    if (ctx.err === undefined) wrong.add(1);
    try {
      yield* bound;
    } catch (error) {
      if (error.name !== 'CanceledError' && error.name !== 'DeadlineExceededError') wrong.add(1);
    }
    while (signal !== null && !signal.aborted) yield* sleep(0);
  } finally {
    cancel();
  }
}

export const contextStress = {
  *'trees are cancelled at random, and all ends'(drive, seed) {
    const random = randomNumbers(seed);
    for (let round = 0; round < 12; round++) {
      const controller = new AbortController();
      const [root, cancel] = withCancel(round % 2 === 0 ? background() : fromSignal(controller.signal));
      const [ended, wrong, locked] = [new WaitGroup(), new AtomicInt(), new Mutex()];
      locked.tryLock();
      const tops = [];
      for (let top = 0; top < 4; top++) {
        tops.push(go(member, seed + 100 * round + top, root, 2, locked, ended, wrong));
      }
      for (let turn = random(30); turn > 0; turn--) yield* drive(gosched());
      if (round % 2 === 0) cancel(`round ${round}`);
      else controller.abort(`round ${round}`);
      for (const top of tops) yield* drive(top.join());
      yield* drive(ended.wait());
      assert.equal(wrong.load(), 0);
      assert.equal(root.cause, `round ${round}`);
    }
  },

  *'of many who cancel at once one is the first, and all see the same'(drive, seed) {
    for (let round = 0; round < 60; round++) {
      const [ctx, cancel] = withCancel(background());
      const children = Array.from({ length: 10 }, () => withCancel(ctx)[0]);
      const handles = Array.from({ length: 8 }, (_, index) =>
        go(function* (mine) {
          if ((seed + mine) % 3 === 0) yield* gosched();
          cancel(mine);
          // The first may not have come to the children yet.
          for (const child of children) yield* child.done.recv();
          return [ctx.cause, ...children.map((child) => child.cause)];
        }, index),
      );
      for (const handle of handles) {
        const causes = yield* drive(handle.join());
        assert.deepEqual(new Set(causes), new Set([ctx.cause]));
      }
    }
  },

  *'children that are made while the parent is cancelled are over, too'(drive, seed) {
    for (let round = 0; round < 40; round++) {
      const [ctx, cancel] = withCancel(background());
      const handles = Array.from({ length: 4 }, (_, index) =>
        go(
          function* (mine) {
            const random = randomNumbers(mine);
            let count = 0;
            for (let live = true; live; count++) {
              const [child] = random(3) === 0 ? withTimeout(ctx, HOUR) : withCancel(ctx);
              live = ctx.err === undefined;
              const bound = go.with({ context: child }, waitsForEver, random(8) % 3, child, null);
              if (random(4) === 0) yield* gosched();
              if (live) continue;
              yield* child.done.recv();
              try {
                yield* bound;
              } catch (error) {
                assert.equal(error.name, 'CanceledError');
              }
            }
            return count;
          },
          seed + index + round,
        ),
      );
      for (let turn = round % 10; turn > 0; turn--) yield* drive(gosched());
      cancel();
      for (const handle of handles) assert.ok((yield* drive(handle.join())) > 0);
    }
  },

  *'groups: every goroutine ends once, whatever fails'(drive, seed) {
    const random = randomNumbers(seed);
    for (let round = 0; round < 30; round++) {
      const [parent, cancel] = withCancel(background());
      const all = group(parent);
      const limit = random(5);
      if (limit > 0) all.setLimit(limit);
      const [running, most, begun, ended] = Array.from({ length: 4 }, () => new AtomicInt());
      function* work(own, depth) {
        const mine = randomNumbers(own);
        const now = running.add(1);
        for (let seen = most.load(); now > seen && !most.compareAndSwap(seen, now); seen = most.load());
        begun.add(1);
        try {
          yield* delayed(mine);
          if (depth > 0) for (let child = 0; child < 2; child++) all.go(work, own + child + 1, depth - 1);
          yield* delayed(mine);
          if (mine(40) === 0) throw new RangeError('chance');
        } finally {
          running.add(-1);
          ended.add(1);
        }
      }
      for (let top = 0; top < 10; top++) all.go(work, seed + round * 100 + top, 2);
      if (random(3) === 0) {
        for (let turn = random(20); turn > 0; turn--) yield* drive(gosched());
        cancel('outside');
      }
      let name = 'none';
      try {
        yield* drive(all.wait());
      } catch (error) {
        ({ name } = error);
      }
      assert.ok(['none', 'RangeError', 'CanceledError'].includes(name), name);
      assert.equal(running.load(), 0);
      assert.equal(begun.load(), ended.load());
      if (name === 'none') assert.equal(begun.load(), 70);
      if (limit > 0) assert.ok(most.load() <= limit, `${most.load()} > ${limit}`);
      cancel();
    }
  },
};
