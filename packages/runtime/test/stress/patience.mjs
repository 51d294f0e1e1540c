/** Two goroutines that answer each other, mostly on two threads: what one waits for often comes while it looks out for it. */
import { AtomicInt, chan, go, runtime, transfer } from 'goroutines';

export const messages = 2_000;

export const kinds = {
  number: [(index) => index + 0.5, (value) => value - 0.5],
  text: [(index) => `message ${index}`, (value) => Number(value.slice(8))],
  object: [(index) => ({ index, list: ['a', 'b'] }), (value) => value.index],
  // The two that are not there yet when the message is: the receiver has to wait once more.
  function: [(index) => () => index, (value) => value()],
  buffer: [(index) => transfer(new Float64Array([index]).buffer), (value) => new Float64Array(value)[0]],
};

/** Waits for the other, for so long as that is not on this thread. */
function meet(here) {
  here.add(1);
  for (const end = Date.now() + 100; here.load() < 2 && Date.now() < end; );
}

function* answers(questions, replies, here) {
  meet(here);
  for (;;) {
    const [value, ok] = yield* questions.recvOk();
    if (!ok) break;
    yield* replies.send(value);
  }
  replies.close();
}

function* asks(kind, questions, replies, here) {
  meet(here);
  const [make, indexOf] = kinds[kind];
  for (let index = 0; index < messages; index++) {
    yield* questions.send(make(index));
    const found = indexOf(yield* replies.recv());
    if (found !== index) throw new Error(`${index} came back as ${found}`);
  }
  questions.close();
  const [value, ok] = yield* replies.recvOk();
  if (ok) throw new Error(`a message too much: ${value}`);
}

/** Each message once there and once back; returns how many goroutines were parked meanwhile. */
export async function converse(kind, capacity) {
  const before = runtime.stats().parks;
  const [questions, replies, here] = [chan(capacity), chan(capacity), new AtomicInt()];
  const both = [go(answers, questions, replies, here), go(asks, kind, questions, replies, here)];
  for (const goroutine of both) await goroutine;
  return runtime.stats().parks - before;
}

/** A sender that is cancelled, and a channel that is closed, at any moment of a receiver's look. */
export async function endsAtAnyMoment(capacity, rounds) {
  for (let round = 0; round < rounds; round++) {
    const [numbers, here] = [chan(capacity), new AtomicInt()];
    const sender = go(
      function* sends(numbers, here) {
        meet(here);
        for (let index = 0; ; index++) yield* numbers.send(index);
      },
      numbers,
      here,
    );
    const receiver = go(
      function* receives(numbers, here) {
        meet(here);
        let expected = 0;
        for (;;) {
          const [value, ok] = yield* numbers.recvOk();
          if (!ok) return expected;
          if (value !== expected++) throw new Error(`${value} came in place of ${expected - 1}`);
        }
      },
      numbers,
      here,
    );
    while (here.load() < 2) await new Promise(setImmediate);
    sender.cancel();
    await sender.then(undefined, () => undefined);
    numbers.close();
    await receiver;
  }
}

/** Two that answer each other at once, without ever looking at the clock, until a timer of each one's thread has fired. */
export async function leavesRoomForTimers(capacity) {
  const [there, back, here, fired] = [chan(capacity), chan(capacity), new AtomicInt(), new AtomicInt()];
  const answering = go(
    function* answersOn(there, back, here, fired) {
      'use no-preempt';
      setTimeout(() => fired.add(1), 1);
      meet(here);
      while (yield* there.recv()) yield* back.send(true);
      yield* back.send(false);
    },
    there,
    back,
    here,
    fired,
  );
  await go(
    function* asksOn(there, back, here, fired) {
      'use no-preempt';
      setTimeout(() => fired.add(1), 1);
      meet(here);
      while (fired.load() < 2) {
        yield* there.send(true);
        yield* back.recv();
      }
      yield* there.send(false);
      yield* back.recv();
    },
    there,
    back,
    here,
    fired,
  );
  await answering;
}
