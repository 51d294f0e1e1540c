/** Programs that look at what the scheduler says it does. Each prints a line when everything was as it should be. */
import assert from 'node:assert/strict';
import { blocking, chan, go, gosched, run, runtime, sleep } from 'goroutines';

const word = () => new Int32Array(new SharedArrayBuffer(4));

/** Holds up its thread until the word has come to a number. */
function holdUntil(shared, number) {
  for (let seen = Atomics.load(shared, 0); seen < number; seen = Atomics.load(shared, 0)) Atomics.wait(shared, 0, seen);
}

function advance(shared) {
  Atomics.add(shared, 0, 1);
  Atomics.notify(shared, 0);
}

/** The events of a run of `main`. */
async function eventsOf(main) {
  const events = [];
  const listener = (batch) => {
    assert.ok(batch.length > 0);
    events.push(...batch);
  };
  runtime.on('events', listener);
  await run(main);
  runtime.off('events', listener);
  return events;
}

const of = (events, kind) => events.filter((event) => event.kind === kind);

/** What must hold for the events of any program. */
function check(events) {
  const running = new Map();
  const states = new Map();
  for (const [index, event] of events.entries()) {
    const { kind, machine, goroutine, time } = event;
    if (index > 0) assert.ok(time >= events[index - 1].time, 'in order of time');
    if (kind === 'create') {
      assert.equal(states.get(goroutine), undefined, 'it is created once');
      states.set(goroutine, 'runnable');
    } else if (kind === 'ready') {
      assert.ok(event.at <= time);
      assert.ok(states.get(goroutine) === 'waiting' || states.get(goroutine) === 'runnable', `ready: ${states.get(goroutine)}`);
      states.set(goroutine, 'runnable');
    } else if (kind === 'start') {
      assert.equal(running.get(machine), undefined, 'one turn at a time');
      assert.equal(states.get(goroutine), 'runnable');
      running.set(machine, goroutine);
      states.set(goroutine, 'running');
    } else if (kind === 'park' || kind === 'yield') {
      assert.equal(running.get(machine), goroutine);
      running.delete(machine);
      states.set(goroutine, kind === 'park' ? 'waiting' : 'runnable');
    } else if (kind === 'finish') {
      if (running.get(machine) === goroutine) running.delete(machine);
      assert.notEqual(states.get(goroutine), 'finished');
      states.set(goroutine, 'finished');
    } else if (kind === 'unblock') {
      assert.equal(running.get(machine), undefined);
    }
  }
  assert.deepEqual([...running], []);
  return states;
}

export const programs = {
  async turns() {
    const events = await eventsOf(function* main() {
      const numbers = chan();
      go.with({ name: 'the producer with a name of odd length' }, function* producer() {
        for (let n = 0; n < 300; n++) yield* numbers.send(n);
        numbers.close();
      });
      let sum = 0;
      yield* numbers.forEach((n) => {
        sum += n;
      });
      const all = [];
      for (let n = 0; n < 300; n++) {
        all.push(
          go(function* () {
            yield* gosched();
            yield* sleep(1);
            return n;
          }),
        );
      }
      all.push(go(() => 1));
      all.push(go(async () => 1));
      for (const one of all) yield* one;
      return sum;
    });
    const states = check(events);
    assert.deepEqual([...new Set(states.values())], ['finished']);
    assert.equal(of(events, 'create').length, 304);
    assert.equal(of(events, 'finish').length, 304);
    assert.deepEqual(
      of(events, 'name').map(({ name }) => name),
      ['main', 'the producer with a name of odd length'],
    );
    const producer = of(events, 'name')[1].goroutine;
    assert.match(of(events, 'start').find((event) => event.goroutine === producer).fn, /^producer \(.*events\.mjs:\d+:\d+\)$/);
    assert.equal(of(events, 'create').find((event) => event.goroutine === producer).by, of(events, 'name')[0].goroutine);
    // Each waits once for each thing, on its own machine.
    const reasons = new Set(of(events, 'park').map(({ waitsFor }) => waitsFor));
    for (const reason of ['sleep', 'promise', 'chan receive']) assert.ok(reasons.has(reason), reason);
    assert.equal(of(events, 'yield').filter(({ preempted }) => !preempted).length, 300);
    const ready = of(events, 'ready');
    assert.ok(ready.filter(({ cause }) => cause === 'poller').length >= 300);
    // Across threads it is known who has woken whom: main and the producer wait for each other.
    const across = ready.filter(({ cause, by }) => cause === 'machine' && by === producer);
    assert.ok(across.length > 0 || runtime.procs === 0);
    for (const { from, machine } of across) assert.notEqual(from, machine);
    console.log('turns fit together');
  },

  async steal() {
    const ran = word();
    const events = await eventsOf(function* main() {
      yield* go(function* () {
        for (let n = 0; n < 100; n++) go(() => advance(ran));
        holdUntil(ran, 50); // Nobody but the other thread can run these.
      });
    });
    check(events);
    const steals = of(events, 'steal');
    assert.ok(steals.reduce((sum, { count }) => sum + count, 0) >= 50);
    for (const { from, machine } of steals) assert.notEqual(from, machine);
    console.log('stolen');
  },

  async handoff() {
    const ran = word();
    const events = await eventsOf(function* main() {
      yield* go(function* () {
        go(() => advance(ran));
        holdUntil(ran, 1);
        yield* gosched();
      });
    });
    check(events);
    const [handoff] = of(events, 'handoff');
    const after = events.slice(events.indexOf(handoff));
    const { machine } = after.find(({ kind, processor }) => kind === 'acquire' && processor === handoff.processor);
    assert.notEqual(machine, handoff.from);
    assert.ok(after.some((event) => event.kind === 'release' && event.machine === handoff.from && event.takenAway));
    console.log('handed on');
  },

  async blocking() {
    const events = await eventsOf(function* main() {
      yield* blocking(function wait() {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      });
    });
    check(events);
    const [block] = of(events, 'block');
    const unblock = of(events, 'unblock').find(({ machine }) => machine === block.machine);
    assert.match(block.fn, /^wait /);
    assert.equal(block.processor, undefined);
    assert.ok(unblock.time - block.time > 4);
    console.log('without a processor');
  },

  async collected() {
    const events = await eventsOf(function* main() {
      yield* go(function* () {
        globalThis.gc();
        yield* sleep(20);
      });
      yield* sleep(20);
    });
    const collections = of(events, 'collect').filter(({ machine }) => machine !== 0);
    assert.ok(
      collections.some(({ type, milliseconds, began, time }) => type > 0 && milliseconds > 0 && began + milliseconds <= time),
    );
    console.log('collected');
  },

  /** A thread that does not end leaves its memory behind with what is told there; what comes after is told once. */
  async uncleanly() {
    const events = [];
    const listener = (batch) => events.push(...batch);
    runtime.on('events', listener);
    const stuck = word();
    const endless = go(function* () {
      Atomics.wait(stuck, 0, 0);
    });
    endless.join().then(undefined, () => undefined);
    while (endless.status !== 'running') await gosched();
    await runtime.shutdown();
    await go(() => undefined);
    const before = events.length;
    globalThis.gc();
    const own = () => of(events.slice(before), 'collect').filter(({ machine }) => machine === 0);
    while (own().length === 0) await new Promise((resolve) => setImmediate(resolve));
    const times = own().map(({ began }) => Math.round(began * 10));
    assert.equal(new Set(times).size, times.length);
    runtime.off('events', listener);
    console.log('told once');
    process.exit();
  },

  /** Nothing but what happens while somebody listens, and all of it each time. */
  async again() {
    const heard = [];
    const listener = (batch) => heard.push(...batch);
    const one = () => go(function* () {});
    await one();
    runtime.on('events', listener);
    const others = [];
    const other = (batch) => others.push(...batch);
    runtime.on('events', other);
    runtime.on('events', listener); // Twice is once.
    await one();
    runtime.off('events', listener);
    runtime.off('events', listener);
    const before = heard.length;
    await one();
    runtime.off('events', other);
    assert.equal(heard.length, before);
    assert.equal(of(heard, 'create').length, 1);
    assert.equal(of(others, 'create').length, 2);
    await one();
    await runtime.shutdown();
    heard.length = 0;
    runtime.on('events', listener);
    await one();
    await runtime.shutdown();
    await one();
    runtime.off('events', listener);
    assert.equal(of(heard, 'create').length, 2);
    check(heard);
    console.log('each time');
  },

  /** More than the rings hold, while the main thread is busy: the oldest are kept, the others counted. */
  async dropped() {
    runtime.configure({ heapBytes: 8 * 1024 * 1024 });
    const done = word();
    const events = await eventsOf(function* main() {
      yield* go(() => undefined); // The threads are there.
      const busy = go(function* () {
        for (let n = 0; n < 50_000; n++) yield* gosched();
        advance(done);
      });
      holdUntil(done, 1);
      yield* busy;
    });
    const lost = of(events, 'dropped').reduce((sum, { count }) => sum + count, 0);
    const kept = events.filter(({ machine }) => machine !== 0).length;
    assert.ok(lost > 50_000 && lost + kept > 100_000, `${lost} lost, ${kept} kept`);
    console.log('counted');
  },

  /** A goroutine that nobody lets go of: it neither keeps the process nor is it told of. */
  listening() {
    runtime.on('events', () => undefined);
    console.log('ends by itself');
  },

  async refused() {
    const failure = await go(() => {
      try {
        runtime.on('events', () => undefined);
      } catch (error) {
        return String(error);
      }
    });
    console.log(failure);
    try {
      runtime.on('exit', () => undefined);
    } catch (error) {
      console.log(String(error));
    }
  },

  async snapshot() {
    const [begun, release] = [word(), word()];
    await go(() => undefined); // The threads are there.
    const held = go(function* () {
      advance(begun);
      holdUntil(release, 1);
      yield* gosched();
    });
    holdUntil(begun, 1);
    let seen = runtime.snapshot();
    const machine = seen.machines.find(({ goroutine }) => goroutine === held.id);
    assert.equal(machine.state, 'running');
    assert.ok(machine.threadId > 0);
    assert.deepEqual(seen.processors[machine.processor], {
      id: machine.processor,
      state: 'held',
      machine: machine.id,
      goroutine: held.id,
    });
    assert.equal(seen.procs, 1);
    assert.equal(seen.idleProcessors, 0);
    assert.equal(seen.machines[0].threadId, 0);
    // What is queued behind it comes to run elsewhere, and its machine is blocked meanwhile.
    const ran = word();
    const queued = [go(() => advance(ran)), go(() => advance(ran))];
    await Promise.all(queued);
    seen = runtime.snapshot();
    assert.ok(seen.handoffs >= 1);
    assert.equal(seen.machines[machine.id].state, 'blocked');
    Atomics.store(release, 0, 1);
    Atomics.notify(release, 0);
    await held;
    while (runtime.snapshot().machines.some(({ id, state }) => id !== 0 && state !== 'spare')) await sleep(1);
    assert.equal(runtime.snapshot().idleProcessors, 1);
    console.log('as it is');
  },
};
