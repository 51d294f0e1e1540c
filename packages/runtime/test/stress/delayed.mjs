/**
 * Rounds of everything at once, over a package whose seam delays: `node delayed.mjs PACKAGE ROUNDS`. Each round counts
 * what must be conserved; a round that does not end is a lost wake-up, and the test that runs this kills it.
 */
import assert from 'node:assert/strict';

const { after, AtomicInt, blocking, chan, go, gosched, Mutex, run, runtime, select, wait, WaitGroup, ...others } = await import(
  new URL('dist/index.js', process.argv[2]).href
);
const { background, group, timer, withCancel } = others;
const library = new URL('dist/index.js', process.argv[2]).href;
const rounds = Number(process.argv[3]);

/** Four senders and three receivers over three channels: every value arrives once. */
function* selects() {
  const [first, second, third, quit] = [chan(0), chan(2), chan(1), chan(0)];
  const senders = new WaitGroup();
  const each = 40;
  for (let sender = 0; sender < 4; sender++) {
    senders.add();
    go(function* () {
      for (let index = 0; index < each; index++) {
        const value = { number: sender * each + index, text: 'longer than a cell' };
        if (index % 3 === 0) yield* first.send(value);
        else yield* select({ first: first.send(value), second: second.send(value), third: third.send(value) });
      }
      senders.done();
    });
  }
  const receivers = Array.from({ length: 3 }, () =>
    go(function* () {
      const numbers = [];
      for (;;) {
        const hit = yield* select({
          first: first.recv(),
          second: second.recv(),
          third: third.recv(),
          quit: quit.recv(),
          late: after(Math.random() * 3),
        });
        if (hit.key === 'quit') break;
        if (hit.key !== 'late') numbers.push(hit.value.number);
      }
      for (const rest of [second, third]) {
        for (let [value, ok] = rest.tryRecv(); ok; [value, ok] = rest.tryRecv()) numbers.push(value.number);
      }
      return numbers;
    }),
  );
  yield* senders.wait();
  quit.close();
  const numbers = [];
  for (const receiver of receivers) numbers.push(...(yield* receiver));
  numbers.sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from({ length: 4 * each }, (_, index) => index),
  );
}

function* mutexes() {
  const [lock, inside, total] = [new Mutex(), new AtomicInt(), new AtomicInt()];
  const handles = Array.from({ length: 12 }, () =>
    go(function* () {
      for (let turn = 0; turn < 15; turn++) {
        const guard = yield* lock.lock();
        if (inside.add(1) !== 1) throw new Error('two hold the lock');
        total.add(1);
        if (turn % 5 === 0) yield* gosched();
        inside.add(-1);
        guard.unlock();
      }
    }),
  );
  for (const handle of handles) yield* handle;
  assert.equal(total.load(), 180);
}

/** What is received is what was sent, whoever is cancelled meanwhile. */
function* cancels() {
  const [values, received] = [chan(0), new AtomicInt()];
  const receivers = Array.from({ length: 20 }, () =>
    go(function* () {
      yield* select({ value: values.recv(), late: after(60_000) });
      received.add(1);
      yield* gosched();
    }),
  );
  const sender = go(function* () {
    let sent = 0;
    for (let index = 0; index < 1000; index++) {
      if (values.trySend(index)) sent++;
      yield* gosched();
    }
    return sent;
  });
  for (const receiver of receivers) if (Math.random() < 0.5) receiver.cancel('no longer needed');
  const sent = yield* sender;
  for (const receiver of receivers) receiver.cancel();
  for (const receiver of receivers) {
    try {
      yield* receiver;
    } catch (error) {
      assert.equal(error.name, 'CanceledError');
    }
  }
  assert.equal(received.load(), sent);
}

function* closes() {
  const values = chan(0);
  const receivers = Array.from({ length: 40 }, (_, index) =>
    index % 2 === 0
      ? go(async () => (await select({ value: values.recv(), late: after(60_000) })).ok)
      : go(function* () {
          return (yield* values.recvOk())[1];
        }),
  );
  values.close();
  for (const receiver of receivers) assert.equal(yield* receiver, false);
}

function* tree(depth) {
  if (depth === 0) return 1;
  const [left, right] = [go(tree, depth - 1), go(tree, depth - 1)];
  return (yield* left) + (yield* right);
}

/** More than a local queue holds. */
function* burst() {
  const [all, count] = [new WaitGroup(), new AtomicInt()];
  all.add(700);
  yield* go(function* () {
    for (let index = 0; index < 700; index++) {
      go(() => {
        count.add(1);
        all.done();
      });
    }
  });
  yield* all.wait();
  assert.equal(count.load(), 700);
}

/** From the main thread, with pauses in which everybody falls asleep. */
function* spawns() {
  for (let round = 0; round < 10; round++) {
    const handles = Array.from({ length: 10 }, () => go(() => 1));
    for (const handle of handles) yield* handle;
    yield* after(Math.random() * 2);
  }
}

/** All threads are held up by goroutines that wait for what is queued behind them, and by blocking calls, while `procs` changes. */
function* holdUps() {
  const { procs } = runtime;
  const [word, begun, gate] = [new Int32Array(new SharedArrayBuffer(4)), new AtomicInt(), chan()];
  const parked = Array.from({ length: 10 }, (_, index) =>
    go(function* () {
      yield* gate.recv();
      for (let turn = 0; turn < 10; turn++) yield* gosched();
      return index;
    }),
  );
  const holders = Array.from({ length: procs }, () =>
    go(function* () {
      begun.add(1);
      while (Atomics.load(word, 0) < 40);
      yield* gosched();
      return 1;
    }),
  );
  const calls = Array.from({ length: 3 }, (_, index) =>
    go(function* () {
      return yield* blocking((value) => value, index);
    }),
  );
  while (begun.load() < procs) yield* gosched();
  gate.close();
  const resized = wait(runtime.setProcs(1 + Math.floor(Math.random() * 4)));
  const others = Array.from({ length: 40 }, () =>
    go(function* () {
      yield* gosched();
      Atomics.add(word, 0, 1);
    }),
  );
  for (const other of others) yield* other;
  for (const holder of holders) assert.equal(yield* holder, 1);
  for (const [index, handle] of parked.entries()) assert.equal(yield* handle, index);
  for (const [index, call] of calls.entries()) assert.equal(yield* call, index);
  yield* resized;
  yield* wait(runtime.setProcs(procs));
}

/** Children and bound goroutines are made while their context is cancelled: all end, and with the first one's reason. */
function* contexts() {
  const [ctx, cancel] = withCancel(background());
  const makers = Array.from({ length: 4 }, (_, maker) =>
    go(function* () {
      // Imported there: copies of these functions would know another class of contexts.
      const { chan, go, withCancel, withTimeout } = yield* wait(import(library));
      const bound = [];
      for (let index = 0; index < 15; index++) {
        const [child] = index % 3 === 0 ? withTimeout(ctx, 3_600_000) : withCancel(ctx);
        bound.push(
          go.with({ context: child }, function* () {
            yield* child.done.recv();
            yield* chan().recv();
          }),
        );
        if (index === 5 + maker) cancel(maker);
      }
      const reasons = [];
      for (const handle of bound) {
        try {
          yield* handle;
        } catch (error) {
          reasons.push(error.cause);
        }
      }
      assert.equal(reasons.length, 15);
      return reasons;
    }),
  );
  for (const maker of makers) for (const reason of yield* maker) assert.equal(reason, ctx.cause);
}

/** Each firing is received, or a stop or reset had something to take back. */
function* timers() {
  const racing = timer(0);
  const [got, over] = [new AtomicInt(), chan()];
  const receivers = Array.from({ length: 2 }, () =>
    go(function* () {
      while ((yield* select({ time: racing.chan.recv(), over: over.recv() })).key === 'time') got.add(1);
    }),
  );
  const setters = Array.from({ length: 3 }, () =>
    go(function* () {
      let pending = 0;
      for (let index = 0; index < 20; index++) {
        if (racing.reset(0)) pending++;
        if (index % 3 === 0) yield* gosched();
      }
      return pending;
    }),
  );
  let pending = 0;
  for (const setter of setters) pending += yield* setter;
  if (racing.stop()) pending++;
  over.close();
  for (const receiver of receivers) yield* receiver;
  assert.equal(got.load() + pending, 61);
}

/** A group with a limit, whose goroutines add others, with an error or without. */
function* groups() {
  for (const failing of [-1, 13]) {
    const [all, begun, ended] = [group(), new AtomicInt(), new AtomicInt()];
    all.setLimit(3);
    function* work(number, depth) {
      begun.add(1);
      try {
        if (depth > 0) for (let child = 1; child < 3; child++) all.go(work, 3 * number + child, depth - 1);
        yield* gosched();
        if (number === failing) throw new RangeError('of one');
      } finally {
        ended.add(1);
      }
    }
    for (let top = 0; top < 5; top++) all.go(work, top, 2);
    let name = 'none';
    try {
      yield* all.wait();
    } catch (error) {
      name = error.name;
    }
    assert.equal(begun.load(), ended.load());
    if (failing < 0) assert.equal(begun.load(), 35);
    assert.equal(name, failing < 0 ? 'none' : 'RangeError');
  }
}

await run(function* () {
  if (process.env.ONLY === 'hold-ups') {
    for (let round = 0; round < 4 * rounds; round++) yield* holdUps();
    return;
  }
  yield* spawns();
  if (process.env.ONLY !== undefined) {
    for (let round = 0; round < 20 * rounds; round++) yield* spawns();
    return;
  }
  for (let round = 0; round < rounds; round++) {
    yield* selects();
    yield* mutexes();
    yield* cancels();
    yield* closes();
    assert.equal(yield* tree(6), 64);
    yield* burst();
    yield* spawns();
    yield* contexts();
    yield* timers();
    yield* groups();
  }
});
assert.equal(runtime.numGoroutine(), 0);
console.log('done');
