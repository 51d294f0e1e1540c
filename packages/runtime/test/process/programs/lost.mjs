/** Programs whose threads end in the middle; one program of these by name. */
import assert from 'node:assert/strict';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { AtomicInt, Chan, chan, go, gosched, Mutex, proxy, RWMutex, runtime, Semaphore, sleep, transfer } from 'goroutines';

/** Ends the thread it runs on, as a crash would. */
function* dies() {
  process.reallyExit(3);
}

/** A goroutine that waits for this, on a thread that is held up then until it ends, once `exit` is set. */
async function firstInLine(operation) {
  const [stands, exit] = [new AtomicInt(), new AtomicInt()];
  const lost = go(function* () {
    'use no-preempt';
    const first = go.local(function* () {
      yield* operation();
    });
    while (first.status !== 'waiting') yield* gosched();
    stands.store(1);
    while (exit.load() === 0);
    yield* dies();
  });
  while (stands.load() === 0) await gosched();
  return { lost, exit };
}

async function lostBy(handle) {
  try {
    await handle;
  } catch (error) {
    return error;
  }
  assert.fail('the goroutine should have been lost');
}

export const programs = {
  /** Calls of an object on the thread that ends: the one that waits, the one that ends it, and a later one. */
  async called() {
    const remote = await go(() =>
      proxy({ here: () => 'here', never: () => new Promise(() => {}), die: () => process.reallyExit(3) }),
    );
    assert.equal(await remote.here(), 'here');
    const names = [];
    for (const call of [remote.never(), remote.die()]) names.push((await lostBy(call)).name);
    names.push((await lostBy(remote.here())).name);
    console.log(names.join());
  },

  /** What the thread has sent before can be received. */
  async sender() {
    const sent = chan(1);
    const lost = go(function* () {
      const { port1, port2 } = new MessageChannel();
      port1.postMessage('from before');
      yield* sent.send(transfer(port2));
      yield* dies();
    });
    assert.equal((await lostBy(lost)).name, 'ThreadLostError');
    const port = await sent.recv();
    console.log(receiveMessageOnPort(port).message);
    port.close();
  },

  /** The thread's waiter has been woken for the free mutex, and does not come. */
  async mutex() {
    const locks = (mutex) => mutex.lock().then(() => 'locked');
    const watches = (mutex) => mutex.waitForUnlock().then(() => 'saw');
    for (const second of [locks, watches]) {
      const mutex = new Mutex();
      await mutex.lock();
      const { lost, exit } = await firstInLine(() => mutex.lock());
      const waits = second(mutex);
      mutex.unlock();
      exit.store(1);
      assert.equal((await lostBy(lost)).name, 'ThreadLostError');
      console.log(await waits);
    }
  },

  /** The thread's waiter asks for more than is left, and who is behind it for less. */
  async semaphore() {
    const acquires = (semaphore) => semaphore.acquire().then(([before]) => `acquired of ${before}`);
    const watches = (semaphore) => semaphore.waitForUnlock().then(() => 'saw');
    for (const second of [acquires, watches]) {
      const semaphore = new Semaphore(2);
      await semaphore.acquire();
      const { lost, exit } = await firstInLine(() => semaphore.acquire(2));
      const waits = second(semaphore);
      exit.store(1);
      assert.equal((await lostBy(lost)).name, 'ThreadLostError');
      console.log(await waits, semaphore.getValue());
    }
  },

  /** The thread's waiter is a writer, which holds readers back. */
  async 'reader/writer mutex'() {
    const mutex = new RWMutex();
    await mutex.rLock();
    const { lost, exit } = await firstInLine(() => mutex.lock());
    const waits = mutex.rLock().then(() => 'reads');
    exit.store(1);
    assert.equal((await lostBy(lost)).name, 'ThreadLostError');
    console.log(await waits);
  },

  /** What a source on the thread has brought before can be received. */
  async source() {
    const made = chan();
    const lost = go(function* () {
      const source = Chan.from(
        (async function* () {
          yield 'first';
          yield 'second';
          await new Promise(() => {});
        })(),
        2,
      );
      while (source.length < 2) yield* gosched();
      yield* made.send(source);
      yield* dies();
    });
    const source = await made.recv();
    assert.equal((await lostBy(lost)).name, 'ThreadLostError');
    const received = [await source.recv(), await source.recv()];
    const error = await lostBy(source.recv());
    assert.equal((await lostBy(source.recvOk())).name, 'ThreadLostError');
    console.log(`${received},${error.name}: ${error.message}`);
  },

  /** Who sends to a stream of the thread, before and after its end; other channels of the thread go on. */
  async streams() {
    const [node, web, other, read] = [chan(), chan(), chan(1), chan(2)];
    const lost = go(function* () {
      node.toReadable().on('data', () => read.trySend('node'));
      const reader = web.toReadableStream().getReader();
      reader.read().then(() => read.trySend('web'));
      yield* other.send('others');
      while (read.length < 2) yield* gosched();
      yield* dies();
    });
    const keepSending = async (channel) => {
      for (;;) await channel.send(1);
    };
    const sending = [node, web].map((channel) => lostBy(keepSending(channel)));
    assert.equal((await lostBy(lost)).name, 'ThreadLostError');
    for (const error of await Promise.all(sending)) console.log(`${error.name}: ${error.message}`);
    for (const channel of [node, web]) {
      const error = await lostBy(channel.send(4));
      console.log(`${error.name}: ${error.message}`);
    }
    console.log(await other.recv());
  },

  /** Threads that have nothing to do end in order; who sends to their streams learns of that, too. */
  async surplus() {
    runtime.configure({ procs: 4, spareMilliseconds: 1 });
    const channels = Array.from({ length: 8 }, () => chan());
    const reading = new AtomicInt();
    const started = channels.map((channel) =>
      go(function* () {
        'use no-preempt';
        globalThis.kept ??= [];
        globalThis.kept.push(channel.toReadable());
        reading.add(1);
        while (reading.load() < 4); // So that four threads have some.
      }),
    );
    for (const goroutine of started) await goroutine;
    // They fall asleep while they are none too many.
    const awake = ({ id, state }) => id > 0 && state !== 'asleep' && state !== 'spare';
    while (runtime.snapshot().machines.some(awake)) await new Promise((resolve) => setImmediate(resolve));
    await runtime.setProcs(1);
    let error;
    for (const channel of channels) void lostBy(channel.send(1)).then((problem) => (error ??= problem));
    // One thread and a spare one stay. What waits keeps no process alive.
    while (error === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    console.log(`${error.name}: ${error.message}`);
    process.exit();
  },

  async joiners() {
    const error = await lostBy(go(dies));
    console.log(`${error.name}: ${error.message}`);
    console.log(await go(() => 'the thread is replaced'), runtime.numGoroutine());
  },

  async again() {
    for (let round = 0; round < 5; round++) {
      assert.equal((await lostBy(go(dies))).name, 'ThreadLostError');
      assert.equal(await go((value) => value * 2, round), round * 2);
    }
    console.log('five times');
  },

  /** Goroutines on both threads; the dead one takes those of its own thread along, all others go on. */
  async 'the others'() {
    const gate = chan();
    const woken = new AtomicInt();
    const handles = Array.from({ length: 200 }, () =>
      go(function* () {
        yield* gate.recv();
        woken.add(1);
        return 'served';
      }),
    );
    while (!handles.every((handle) => handle.status === 'waiting')) await gosched();
    const error = await lostBy(go(dies));
    assert.equal(error.name, 'ThreadLostError');
    const after = Array.from({ length: 200 }, (_, index) => go((value) => value, index));
    assert.deepEqual(
      await Promise.all(after),
      Array.from({ length: 200 }, (_, index) => index),
    );
    // Who waited on the lost thread is passed over: as many values as receivers are left are taken.
    const lost = handles.filter((handle) => handle.status === 'failed').length;
    for (let left = handles.length - lost; left > 0; left--) await gate.send(left);
    assert.equal(gate.trySend('nobody is left'), false);
    const results = await Promise.all(
      handles.map((handle) =>
        handle.then(
          (value) => value,
          (failure) => failure.name,
        ),
      ),
    );
    assert.equal(results.filter((result) => result === 'served').length, handles.length - lost);
    assert.equal(results.filter((result) => result === 'ThreadLostError').length, lost);
    assert.equal(woken.load(), handles.length - lost);
    assert.equal(runtime.numGoroutine(), 0);
    console.log('all accounted for');
  },

  /** What the lost thread's processor had queued is run by the others. */
  async queued() {
    const done = new AtomicInt();
    const lost = go(function* () {
      'use no-preempt'; // Else this thread may have taken one of them, which is lost with it.
      for (let index = 0; index < 100; index++) go(() => done.add(1));
      process.reallyExit(3);
    });
    assert.equal((await lostBy(lost)).name, 'ThreadLostError');
    while (done.load() < 100) await gosched();
    console.log('all ran');
  },

  /** The error of a goroutine is on its way to the thread that started it, which does not come to a wait any more. */
  async error() {
    runtime.configure({ procs: 2 }); // One for each of the two.
    const told = new Promise((resolve) => runtime.on('uncaught', (error) => resolve(error)));
    const lost = go(function* () {
      'use no-preempt';
      const failing = go(function* () {
        throw new RangeError('nobody joins this');
      });
      while (failing.status !== 'failed');
      yield* dies();
    });
    assert.equal((await lostBy(lost)).name, 'ThreadLostError');
    const alive = setInterval(() => {}, 1000);
    console.log(`${await told}`);
    clearInterval(alive);
  },

  async unjoined() {
    go(dies);
    go(function* () {
      yield* sleep(50);
      console.log('goes on');
    });
  },
};
