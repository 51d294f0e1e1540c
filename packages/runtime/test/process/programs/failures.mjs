/** What goes wrong while something else goes wrong, or is being told. */
import { MessageChannel } from 'node:worker_threads';
import {
  background,
  Chan,
  Cond,
  chan,
  go,
  gosched,
  Mutex,
  Once,
  proxy,
  runtime,
  select,
  sleep,
  transfer,
  wait,
  withTimeout,
} from 'goroutines';
import { useUnloadable } from './needs-endless.mjs';
import { triple } from './needs-only-on-main.mjs';

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(condition) {
  while (!(await condition())) await turn();
}

const nameOf = (error) => error.name;
const small = { heapBytes: 8 * 1024 * 1024, procs: 1 };

/** Leaves next to no memory. */
function fill() {
  const channel = chan(500_000);
  for (const size of [100_000, 10_000, 1000, 300, 100, 40, 8]) {
    try {
      for (;;) channel.trySend('x'.repeat(size));
    } catch {
      // Of this size there is no room.
    }
  }
  return channel;
}

/** One goroutine does not stop, so the memory of the runtime is left as it is, and the next one has its own. */
async function endUncleanly() {
  const word = new Int32Array(new SharedArrayBuffer(4));
  const endless = go(function* () {
    Atomics.wait(word, 0, 0);
  });
  endless.join().then(undefined, () => undefined);
  await until(() => endless.status === 'running');
  return async () => {
    await runtime.shutdown();
    console.log('shut down');
  };
}

export const programs = {
  async timersOfTheLastRuntime() {
    runtime.configure({ procs: 1 });
    const shutDown = await endUncleanly();
    const contexts = Array.from({ length: 200 }, () => withTimeout(background(), 1500));
    await shutDown();
    const kept = [];
    for (let number = 0; number < 2000; number++) {
      const channel = chan(2);
      channel.trySend({ number });
      channel.trySend('a text that has a block');
      kept.push(channel);
    }
    await go(function* () {
      yield* sleep(2000); // Longer than the others were to take.
    });
    const isRight = (channel, number) => channel.tryRecv()[0]?.number === number && channel.tryRecv()[0]?.length === 23;
    console.log(kept.every(isRight), contexts.length);
    process.exit();
  },

  async goroutinesOfTheLastRuntime() {
    runtime.configure({ procs: 1 });
    const shutDown = await endUncleanly();
    let open;
    const gate = new Promise((resolve) => {
      open = resolve;
    });
    const goesOn = () => console.log('goes on');
    go.local(function* () {
      yield* wait(gate);
      goesOn();
    });
    go.local(function* () {
      yield* select({ gate: wait(gate), never: chan().recv() });
      goesOn();
    });
    const awaited = select({ gate: wait(gate), never: chan().recv() }).then(goesOn, nameOf);
    await turn();
    await shutDown();
    console.log(await awaited, await go(() => 1));
    open();
    for (let turns = 0; turns < 5; turns++) await turn();
    console.log(await go(() => 2));
    process.exit();
  },

  async yields() {
    runtime.configure({ procs: 1 });
    const ended = (async () => {
      try {
        for (;;) await gosched();
      } catch (error) {
        return nameOf(error);
      }
    })();
    await go(() => undefined);
    await runtime.shutdown();
    console.log(await ended);
  },

  async hugeError() {
    runtime.configure(small);
    const handle = go(function* () {
      throw Object.assign(new Error('x'.repeat(9_000_000)), { cannotBeCopied: new WeakMap() });
    });
    console.log(await handle.then(undefined, nameOf));
    console.log(await go(() => 'and goes on'));
  },

  async abortsWithoutMemory() {
    runtime.configure(small);
    const controller = new AbortController();
    const handle = go.with({ signal: controller.signal }, function* () {
      yield* sleep(100_000);
    });
    const ended = handle.join().then(undefined, nameOf);
    await until(() => handle.status === 'waiting');
    const full = fill();
    controller.abort(new Error('a reason that does not fit'));
    console.log(await ended, full.length > 0);
  },

  async answersThatCannotBeSent() {
    const object = proxy({
      get: () => ({
        get it() {
          throw Object.assign(new Error('no'), { cannotBeCopied: new WeakMap() });
        },
      }),
      add: (a, b) => a + b,
    });
    console.log(await object.get().then(undefined, nameOf));
    console.log(await object.add(1, 2));
  },

  async streamsOfWhatCannotBeMade() {
    for (const kind of ['toReadable', 'toReadableStream']) {
      const channel = chan();
      const sender = go(async (channel) => {
        const { multiply } = await import('./needs-not-on-main.mjs');
        for (;;) await channel.send(multiply);
      }, channel);
      const stream = channel[kind]();
      const read = kind === 'toReadable' ? stream.take(1).toArray() : stream.getReader().read();
      console.log(kind, await read.then(undefined, nameOf), await sender.join().then(undefined, nameOf));
    }
  },

  async startedTwice() {
    runtime.configure({ procs: 1 });
    await go(() => undefined);
    const before = runtime.stats();
    console.log(
      await go(
        function* (seven) {
          return seven();
        },
        () => 7,
      ),
    );
    const after = runtime.stats();
    console.log(after.created - before.created, after.started - before.started, after.finished - before.finished);
  },

  async resultsAreTheJoiners() {
    const { signal } = new AbortController();
    const handle = go.with({ signal }, (port) => transfer(port), transfer(new MessageChannel().port1));
    await until(() => handle.status === 'done');
    for (let turns = 0; turns < 5; turns++) await turn();
    console.log(
      await go(function* (other) {
        return (yield* other).constructor.name;
      }, handle),
    );
  },

  async sentAwayWithWhatCannotBeMade() {
    runtime.configure({ procs: 1 });
    const mutex = new Mutex(Object.assign(new Error('sent away'), { triple }));
    const cond = new Cond(mutex);
    const waiter = go(function* () {
      yield* mutex.lock();
      try {
        yield* cond.wait();
        return 'woken';
      } catch (error) {
        return error.name;
      } finally {
        mutex.unlock();
      }
    });
    const waitsFor = (reason) => until(async () => (await runtime.goroutines()).some((each) => each.waitsFor === reason));
    await waitsFor('cond wait');
    await mutex.lock();
    cond.signal();
    await waitsFor('mutex lock');
    mutex.cancel();
    await waitsFor('mutex lock');
    console.log(mutex.isLocked());
    mutex.unlock();
    console.log(await waiter, mutex.isLocked());
  },

  async sourceWithoutMemory() {
    runtime.configure(small);
    const full = fill();
    const source = new ReadableStream({ pull: (controller) => controller.enqueue(1) });
    try {
      Chan.from(source, 5);
    } catch (error) {
      console.log(nameOf(error), source.locked, full.length > 0);
    }
  },

  async argumentsThatCannotBeMade() {
    const object = proxy({ call: (fn) => fn(1, 2), add: (a, b) => a + b });
    await go(async () => {
      const { multiply } = await import('./needs-not-on-main.mjs');
      console.log(await object.call(multiply).then(undefined, nameOf));
      console.log(await object.add(1, 2));
    });
    console.log(await object.add(3, 4));
  },

  async droppedBeforeItArrived() {
    const channel = chan(1);
    const ready = chan();
    const gate = chan(1);
    const closed = go(async () => {
      const { multiply } = await import('./needs-not-on-main.mjs');
      await ready.send('ready');
      await gate.recv();
      const { port1, port2 } = new MessageChannel();
      const end = new Promise((resolve) => port1.once('close', () => resolve('closed')));
      await channel.send([multiply, transfer(port2)]);
      return end;
    });
    await ready.recv();
    gate.trySend('go on');
    while (channel.length === 0); // The event loop does not go round: what the worker has posted is not taken in.
    try {
      channel.tryRecv();
    } catch (error) {
      console.log(error.name);
    }
    console.log(await closed);
  },

  async openedForNobody() {
    const ends = go(async () => {
      const { port1, port2 } = new MessageChannel();
      const channel = chan(1);
      const end = new Promise((resolve) => port1.once('close', () => resolve('closed')));
      await channel.send(transfer(port2));
      try {
        channel.tryRecv();
      } catch (error) {
        console.log(error.name);
      }
      return end;
    });
    console.log(await ends);
  },

  async stopBeforeValuesCanBeMade() {
    runtime.configure({ procs: 1 });
    const channel = chan();
    const receivers = Array.from({ length: 120 }, (_, number) =>
      go(function* () {
        if (number % 2 === 0) yield* channel.recv();
        else yield* select({ value: channel.recv(), never: null });
      }),
    );
    const ends = Promise.allSettled(receivers);
    for (let sent = 0; sent < receivers.length; sent++) await channel.send(useUnloadable);
    await runtime.shutdown();
    console.log(new Set((await ends).map(({ status, reason }) => `${status} ${reason?.name}`)));
  },

  async objectsOfTheLastRuntime() {
    runtime.configure({ procs: 1 });
    const shutDown = await endUncleanly();
    const old = chan(1);
    const asReadable = old.toReadable();
    asReadable.on('error', () => undefined);
    const reader = old.toReadableStream().getReader();
    const operations = [
      () => old.send('stale'),
      () => old.recv(),
      () => old.recvOk(),
      () => select({ sent: old.send('stale') }),
    ].map((make) => make());
    const mutex = new Mutex();
    operations.push(mutex.lock());
    const once = new Once();
    let settle;
    const running = once
      .do(
        () =>
          new Promise((resolve) => {
            settle = resolve;
          }),
      )
      .then(() => undefined);
    await shutDown();
    const fresh = [chan(1), new Mutex()];
    const onces = Array.from({ length: 100 }, () => new Once());
    console.log(
      fresh[0].address === old.address,
      onces.some(({ address }) => address === once.address),
    );
    settle();
    await running;
    asReadable.destroy();
    console.log(await reader.read().then(undefined, nameOf));
    for (const operation of operations) console.log(await operation.then(undefined, nameOf));
    let ran = 0;
    for (const each of onces) await each.do(() => void ran++);
    console.log(ran, fresh[0].trySend(1), fresh[0].tryRecv()[0], fresh[1].isLocked());
    process.exit();
  },
};
