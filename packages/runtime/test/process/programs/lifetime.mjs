/** When a process ends by itself, without `run` and without a shutdown. */
import { readFile } from 'node:fs/promises';
import { chan, go, gosched, Mutex, select, sleep, WaitGroup, wait } from 'goroutines';

export const programs = {
  sleeping() {
    go(function* () {
      yield* sleep(150);
      console.log('slept');
    });
    console.log('main is through');
  },

  running() {
    go(() => {
      let sum = 0;
      for (let index = 0; index < 3e8; index++) sum = (sum + index) % 1000;
      console.log(`computed ${sum}`);
    });
    console.log('main is through');
  },

  yielding() {
    go(function* () {
      for (let turn = 0; turn < 200_000; turn++) yield* gosched();
      console.log('yielded');
    });
    console.log('main is through');
  },

  reading() {
    go(function* () {
      const text = yield* wait(readFile(new URL(import.meta.url), 'utf8'));
      console.log(`read ${text.split('\n')[0].length > 10}`);
    });
    go(async () => {
      const text = await readFile(new URL(import.meta.url), 'utf8');
      console.log(`read ${text.length > 100}`);
    });
  },

  timers() {
    go(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log('timer of a goroutine');
    });
  },

  async awaited() {
    console.log(await go((a, b) => a + b, 1, 2));
  },

  async worked() {
    const channel = chan();
    for (let index = 0; index < 100; index++) go(async (to, value) => await to.send(value), channel, index);
    let sum = 0;
    for (let index = 0; index < 100; index++) sum += await channel.recv();
    console.log(sum);
  },

  onlyChannels() {
    const channel = chan(1);
    channel.trySend(1);
    const mutex = new Mutex();
    mutex.tryLock();
    console.log(channel.length, mutex.isLocked());
  },

  parked() {
    const channel = chan();
    const mutex = new Mutex();
    mutex.tryLock();
    const group = new WaitGroup();
    group.add();
    const parked = chan(6);
    go(function* () {
      parked.trySend(1);
      yield* channel.recv();
    });
    go(function* () {
      parked.trySend(1);
      yield* mutex.lock();
    });
    go(function* () {
      parked.trySend(1);
      yield* group.wait();
    });
    go(function* () {
      parked.trySend(1);
      yield* select({});
    });
    go(function* () {
      parked.trySend(1);
      yield* select({ one: channel.recv(), two: mutex.lock() });
    });
    go.local(function* () {
      for (let index = 0; index < 5; index++) yield* parked.recv();
      console.log('all are parked');
    });
  },

  parkedAndSleeping() {
    const channel = chan();
    go(function* () {
      yield* channel.recv();
    });
    go(function* () {
      yield* sleep(150);
      console.log('slept');
    });
  },

  wokenByMain() {
    const channel = chan();
    const answers = chan();
    go(function* () {
      yield* answers.send((yield* channel.recv()) + 1);
    });
    setTimeout(async () => {
      channel.send(41).then(() => undefined);
      console.log(await answers.recv());
    }, 150);
  },

  bornLate() {
    setTimeout(() => {
      go(function* () {
        yield* sleep(20);
        go(function* () {
          yield* sleep(20);
          console.log('grandchild');
        });
      });
    }, 50);
  },

  async receivesForEver() {
    const channel = chan();
    await channel.recv();
    console.log('never');
  },

  async receivesForEverBesideOthers() {
    const channel = chan();
    const parked = chan(2);
    for (let index = 0; index < 2; index++) {
      go(function* () {
        parked.trySend(1);
        yield* channel.recv();
      });
    }
    for (let index = 0; index < 2; index++) await parked.recv();
    await channel.recv();
    console.log('never');
  },

  async joinsForEver() {
    const channel = chan();
    await go(function* () {
      yield* channel.send(1);
    });
    console.log('never');
  },

  async catchesTheDeadlock() {
    try {
      await chan().recv();
    } catch (error) {
      console.log(error.name);
    }
    console.log(await go(() => 'and goes on'));
  },

  /** What a goroutine has left to promises happens when its thread has nothing else to do any more. */
  async promisesOfWorkers() {
    const requests = await go(function* () {
      const channel = chan();
      go(function* () {
        yield* channel.forEach((reply) => {
          Promise.resolve()
            .then(() => undefined)
            .then(() => void reply.trySend(1));
        });
      });
      return channel;
    });
    let answers = 0;
    for (; answers < 2000; answers++) {
      const reply = chan(1);
      await requests.send(reply);
      await reply.recv();
    }
    console.log(answers);
    process.exit();
  },

  /** The same where nobody waits on the main thread. */
  async promisesAmongWorkers() {
    const there = chan(4);
    const back = chan(4);
    const hop = function* (from, to) {
      yield* from.forEach((round) => {
        if (round > 5000) {
          console.log('done');
          there.close();
          back.close();
          return;
        }
        let before = Promise.resolve();
        for (let step = 0; step < 20; step++) before = before.then(() => undefined);
        before.then(() => void to.trySend(round + 1));
      });
    };
    go(hop, there, back);
    go(hop, back, there);
    there.trySend(0);
  },
};
