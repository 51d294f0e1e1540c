/** Whole programs under random delays: channels, selects and locks at once; nothing is lost, nothing comes twice. */
import assert from 'node:assert/strict';
import { AtomicInt, after, chan, go, gosched, Mutex, select, sleep, WaitGroup, wait } from 'goroutines';
import { randomNumbers } from '../helpers/random.mjs';

/** Now and then a delay of some kind. */
function* delayed(random) {
  const kind = random(60);
  if (kind < 6) yield* gosched();
  else if (kind === 6) yield* sleep(0);
  else if (kind === 7) yield* wait(Promise.resolve());
  else if (kind === 8) for (let spin = random(20_000); spin > 0; spin--);
}

/** Sums what several senders have sent, over some number of channels, to receivers of several kinds. */
function* producer(seed, channels, first, count, ended) {
  const random = randomNumbers(seed);
  for (let value = first; value < first + count; value++) {
    const channel = channels[random(channels.length)];
    const way = random(4);
    if (way === 0) yield* channel.send(value);
    else if (way === 1) yield* channel.send({ value, padding: ['more than a cell'] });
    else {
      const cases = {};
      for (const [index, other] of channels.entries()) cases[`c${index}`] = other.send(value);
      if (way === 3) {
        cases.late = after(random(3));
        while ((yield* select(cases)).key === 'late') {
          for (const [index, other] of channels.entries()) cases[`c${index}`] = other.send(value);
          cases.late = after(random(3));
        }
      } else yield* select(cases);
    }
    yield* delayed(random);
  }
  ended.done();
}

function* consumer(seed, channels, seen, doubled, ended) {
  const random = randomNumbers(seed);
  const open = [...channels];
  const note = (received) => {
    const value = typeof received === 'object' ? received.value : received;
    if (Atomics.add(seen, value, 1) !== 0) doubled.add(1);
  };
  while (open.length > 0) {
    const which = random(open.length);
    if (random(3) === 0) {
      const [value, ok] = open[which].tryRecv();
      if (ok) note(value);
    } else {
      const cases = { late: after(random(3)) };
      for (const [index, channel] of open.entries()) cases[index] = channel.recv();
      const hit = yield* select(cases);
      if (hit.key !== 'late') {
        if (hit.ok) note(hit.value);
        else open.splice(Number(hit.key), 1);
      }
    }
    yield* delayed(random);
  }
  ended.done();
}

export const whole = {
  *'senders and receivers that select, poll, wait and give up'(drive, seed) {
    const each = 1500;
    const channels = [chan(), chan(), chan(1), chan(7)];
    const seen = new Int32Array(new SharedArrayBuffer(6 * each * 4));
    const doubled = new AtomicInt();
    const producers = new WaitGroup();
    const consumers = new WaitGroup();
    producers.add(6);
    consumers.add(6);
    for (let member = 0; member < 6; member++) {
      go(producer, seed + member, channels, member * each, each, producers);
      go(consumer, seed + 100 + member, channels, seen, doubled, consumers);
    }
    yield* drive(producers.wait());
    for (const channel of channels) channel.close();
    yield* drive(consumers.wait());
    assert.equal(doubled.load(), 0);
    assert.equal(
      seen.findIndex((times) => times !== 1),
      -1,
    );
  },

  *'a lock that is waited for, tried, selected and given up'(drive, seed) {
    const mutex = new Mutex();
    const inside = new Int32Array(new SharedArrayBuffer(8));
    const all = new WaitGroup();
    const taken = new AtomicInt();
    all.add(12);
    for (let member = 0; member < 12; member++) {
      go(function* (own) {
        const random = randomNumbers(own);
        for (let round = 0; round < 300; round++) {
          let guard;
          if (random(3) === 0) {
            const hit = yield* select({ guard: mutex.lock(), late: after(random(2)) });
            if (hit.key === 'late') continue;
            guard = hit.value;
          } else if (random(4) === 0) {
            if (!mutex.tryLock()) continue;
          } else {
            guard = yield* mutex.lock();
          }
          taken.add(1);
          assert.equal(inside[0]++, 0); // Not atomic: the lock makes it so.
          inside[1]++;
          yield* delayed(random);
          inside[0]--;
          if (guard === undefined) mutex.unlock();
          else guard.unlock();
        }
        all.done();
      }, seed + member);
    }
    yield* drive(all.wait());
    assert.equal(mutex.isLocked(), false);
    assert.equal(inside[1], taken.load());
  },

  *'goroutines that are cancelled at any moment lose nothing of the channel'(drive, seed) {
    const random = randomNumbers(seed);
    const channel = chan(3);
    const counted = new AtomicInt();
    const receivers = Array.from({ length: 200 }, () =>
      go(function* () {
        for (;;) {
          yield* channel.recv();
          counted.add(1);
        }
      }),
    );
    const sender = go(function* () {
      for (let value = 0; value < 5000; value++) yield* channel.send(value);
    });
    for (const receiver of receivers.slice(1)) {
      receiver.cancel();
      for (let turn = random(3); turn > 0; turn--) yield* drive(gosched());
    }
    yield* drive(sender.join());
    while (channel.length > 0) yield* drive(gosched());
    // The one that is left has received the last, or is about to say so.
    while (counted.load() < 5000) yield* drive(gosched());
    assert.equal(counted.load(), 5000);
    receivers[0].cancel();
    for (const receiver of receivers) {
      let name;
      try {
        yield* drive(receiver.join());
      } catch (error) {
        name = error.name;
      }
      assert.equal(name, 'CanceledError');
    }
  },
};
