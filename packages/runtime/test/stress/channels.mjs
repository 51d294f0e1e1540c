/**
 * Channels, timers, contexts and groups under users of all kinds at once: goroutines of several workers, goroutines of the main
 * thread, and async code there. Nothing is lost, nothing comes twice, and what one sends on a channel comes in order.
 */
import assert from 'node:assert/strict';
import { AtomicInt, after, background, Chan, chan, gosched, group, select, sleep, timer, wait, withCancel } from 'goroutines';
import { randomNumbers } from '../helpers/random.mjs';
import { startUsers } from '../helpers/users.mjs';

const USERS = { workers: 6, local: 4, async: 4 };
const ALL = 14;
const EACH = 200;
/** Of the users with an even number, who send; the others receive. Both are of all three kinds. */
const SENDERS = ALL / 2;

/** Now and then a delay of some kind. */
function* delayed(drive, random) {
  const kind = random(40);
  if (kind < 4) yield* drive(gosched());
  else if (kind === 4) yield* drive(sleep(0));
  else if (kind === 5) yield* drive(wait(Promise.resolve()));
  else if (kind === 6) for (let spin = random(10_000); spin > 0; spin--);
}

/** Sends a value in one of the ways there are. Nobody asks again and again: async code has its turn only when its thread rests. */
function* sendOne(drive, random, channel, value) {
  const way = random(4);
  if (way === 0 && channel.trySend(value)) return;
  if (way === 1 && (yield* drive(select({ sent: channel.send(value), late: after(random(2)) }))).key === 'sent') return;
  if (way === 2 && (yield* drive(select({ sent: channel.send(value) }, { default: true }))).key === 'sent') return;
  yield* drive(channel.send(value));
}

/** What is received in one of the ways there are, as `recvOk` gives it; null for nothing yet. */
function* receiveOne(drive, random, channel) {
  const way = random(4);
  if (way === 0) {
    const received = channel.tryRecv();
    if (received[1]) return received;
  }
  if (way === 1) {
    const hit = yield* drive(select({ received: channel.recvOk(), late: after(random(2)) }));
    return hit.key === 'late' ? null : hit.value;
  }
  if (way === 2) {
    const hit = yield* drive(select({ received: channel.recv(), never: chan().recv() }));
    return [hit.value, hit.ok];
  }
  return yield* drive(channel.recvOk());
}

function* receiveAny(drive, open) {
  const { key, value } = yield* drive(
    select(Object.fromEntries(open.map(({ channel }, index) => [`${index}`, channel.recvOk()]))),
  );
  return [Number(key), value];
}

/** Sends its numbers on the channels, or receives what the others send; gives how many it has received. */
function* channelUser(drive, number, seed, channels, seen) {
  const random = randomNumbers(seed + number);
  if (number % 2 === 0) {
    const sender = number / 2;
    for (let value = 0; value < EACH; value++) {
      const channel = channels[random(channels.length)];
      yield* sendOne(drive, random, channel, random(2) === 0 ? [sender, value] : [sender, value, 'more than a cell']);
      yield* delayed(drive, random);
    }
    return 0;
  }
  // Of one channel, a receiver gets what each sender sends in the order in which that one does.
  const open = channels.map((channel) => ({ channel, last: new Array(SENDERS).fill(-1) }));
  let count = 0;
  while (open.length > 0) {
    // Of several it waits for all, else it could wait for one and its sender for another reader.
    const [which, received] =
      open.length === 1 ? [0, yield* receiveOne(drive, random, open[0].channel)] : yield* receiveAny(drive, open);
    if (received === null) continue;
    const [message, ok] = received;
    const { last } = open[which];
    if (!ok) {
      open.splice(which, 1);
      continue;
    }
    const [sender, value] = message;
    assert.ok(value > last[sender], `${value} of sender ${sender} came after ${last[sender]}`);
    last[sender] = value;
    assert.equal(Atomics.add(seen, sender * EACH + value, 1), 0, `${value} of sender ${sender} came twice`);
    count++;
    yield* delayed(drive, random);
  }
  return count;
}

async function everyValueOnce(seed, channels) {
  const seen = new Int32Array(new SharedArrayBuffer(4 * SENDERS * EACH));
  const left = new AtomicInt(SENDERS);
  const { all } = startUsers(USERS, userThatCloses, seed, channels, seen, left);
  const counts = await all;
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    SENDERS * EACH,
  );
  assert.equal(
    seen.findIndex((times) => times !== 1),
    -1,
  );
  for (const channel of channels) assert.equal(channel.length, 0);
}

/** The last of the senders closes the channels. */
function* userThatCloses(drive, number, seed, channels, seen, left) {
  const count = yield* channelUser(drive, number, seed, channels, seen);
  if (number % 2 === 0 && left.add(-1) === 0) for (const channel of channels) channel.close();
  return count;
}

/** Receives until the channel is closed and drained. */
function* drains(drive, _number, channel, received) {
  for (let [value, ok] = yield* drive(channel.recvOk()); ok; [value, ok] = yield* drive(channel.recvOk())) {
    assert.equal(Atomics.add(received, value, 1), 0);
  }
}

/** Waits for the channels to be closed, in one of the ways there are; gives how it found that. */
function* untilClosed(drive, number, receives, sends) {
  try {
    if (number % 4 === 0) return (yield* drive(receives.recvOk()))[1];
    if (number % 4 === 1) return (yield* drive(select({ got: receives.recv(), late: after(600_000) }))).ok;
    if (number % 4 === 2) yield* drive(sends.send(number));
    else yield* drive(select({ sent: sends.send(number), got: chan().recv() }));
  } catch (error) {
    return error.name;
  }
  return 'it was not closed';
}

/** Receives firings of a timer, or stops it, or sets it anew; gives the sum of what was received, stopped and replaced. */
function* timerUser(drive, number, seed, racing, armed) {
  const random = randomNumbers(seed + number);
  let seen = 0;
  for (let round = 0; round < 60; round++) {
    const way = random(4);
    if (way === 0) {
      armed.add(1);
      if (racing.reset(random(2))) seen++;
    } else if (way === 1) {
      if (racing.stop()) seen++;
    } else {
      const hit = yield* drive(select({ time: racing.chan.recv(), late: after(random(3)) }));
      if (hit.key === 'time') seen++;
    }
    yield* delayed(drive, random);
  }
  return seen;
}

/** Makes children of a context; one of all cancels it. Gives the reason that it found. */
function* contextUser(drive, number, seed, ctx, cancel) {
  const random = randomNumbers(seed + number);
  const [child] = withCancel(ctx);
  yield* delayed(drive, random);
  if (number === seed % ALL) cancel({ by: number });
  const hit = yield* drive(select({ done: child.done.recv(), late: after(600_000) }));
  assert.equal(hit.key, 'done');
  assert.equal(ctx.signal.aborted, true);
  return child.cause.by;
}

/** Adds goroutines to a group and waits for all that are in it. */
function* groupUser(drive, number, seed, all, ended) {
  const random = randomNumbers(seed + number);
  for (let round = 0; round < 20; round++) {
    all.go(function* () {
      yield* gosched();
      ended.add(1);
    });
    yield* delayed(drive, random);
  }
}

function* waitsFor(drive, _number, all) {
  try {
    yield* drive(all.wait());
  } catch (error) {
    return error.message;
  }
}

export const channels = {
  ...Object.fromEntries(
    [0, 1, 7].map((capacity) => [
      `a channel of capacity ${capacity}: every value once, each sender's in order`,
      (seed) => everyValueOnce(seed, [chan(capacity)]),
    ]),
  ),

  async 'several channels at once'(seed) {
    await everyValueOnce(seed, [chan(), chan(1), chan(5)]);
  },

  async 'a source is shared by readers of all kinds'() {
    const received = new Int32Array(new SharedArrayBuffer(4 * 2000));
    const source = Chan.from(
      (async function* () {
        for (let value = 0; value < 2000; value++) yield value;
      })(),
      3,
    );
    await startUsers(USERS, drains, source, received).all;
    assert.ok(received.every((times) => times === 1));
  },

  async 'a close wakes all who wait, of every kind, each once'() {
    for (let round = 0; round < 20; round++) {
      const [receives, sends] = [chan(), chan()];
      const { all, handles } = startUsers(USERS, untilClosed, receives, sends);
      while (round % 2 === 0 && handles.some(({ status }) => status !== 'waiting')) await gosched();
      receives.close();
      sends.close();
      for (const [number, how] of (await all).entries()) {
        assert.equal(how, number % 4 < 2 ? false : 'ClosedChannelError', `user ${number}`);
      }
    }
  },

  async 'a timer: each firing is received, stopped or replaced'(seed) {
    const racing = timer(600_000);
    racing.stop();
    const armed = new AtomicInt();
    const seen = await startUsers(USERS, timerUser, seed, racing, armed).all;
    const last = racing.stop() ? 1 : 0;
    assert.equal(seen.reduce((sum, one) => sum + one) + last, armed.load());
  },

  async 'a context: all see the one who cancelled it'(seed) {
    for (let round = 0; round < 20; round++) {
      const [ctx, cancel] = withCancel(background());
      const causes = await startUsers(USERS, contextUser, seed + round, ctx, cancel).all;
      assert.deepEqual(new Set(causes), new Set([(seed + round) % ALL]));
    }
  },

  async 'a group: all add to it and wait for it, and find its error'(seed) {
    const all = group();
    all.setLimit(5);
    const ended = new AtomicInt();
    await startUsers(USERS, groupUser, seed, all, ended).all;
    await startUsers(USERS, waitsFor, all).all;
    assert.equal(ended.load(), 20 * ALL);
    const failing = group();
    const gate = chan();
    failing.go(function* () {
      yield* gate.recv();
      throw new RangeError('for all');
    });
    const waiting = startUsers(USERS, waitsFor, failing);
    gate.close();
    assert.deepEqual(new Set(await waiting.all), new Set(['for all']));
  },
};
