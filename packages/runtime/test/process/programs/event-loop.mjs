// Async code that awaits what is always ready: the event loop goes round all the same.
import assert from 'node:assert/strict';
import { chan, go, select, WaitGroup } from 'goroutines';

function* nothing() {}

/** Awaits again and again until a timer has fired, and fails when that does not come about. */
async function untilTimerFires(next) {
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 1);
  for (let count = 0; !fired; count++) {
    assert.ok(count < 5_000_000, 'awaited five million times, and no timer has fired');
    await next();
  }
  console.log('the timer has fired');
}

export const programs = {
  async channel() {
    const channel = chan(1);
    await untilTimerFires(async () => {
      await channel.send(1);
      assert.equal(await channel.recv(), 1);
    });
  },

  /** What `for await` does. */
  async iteration() {
    const channel = chan(100);
    const values = channel[Symbol.asyncIterator]();
    let count = 0;
    await untilTimerFires(async () => {
      channel.trySend(count);
      assert.deepEqual(await values.next(), { value: count++, done: false });
    });
  },

  async handle() {
    const ended = go(nothing);
    await ended;
    await untilTimerFires(() => ended);
  },

  async local() {
    const ended = go.local(nothing);
    await ended;
    await untilTimerFires(() => ended);
  },

  async group() {
    const group = new WaitGroup();
    await untilTimerFires(() => group.wait());
  },

  async select() {
    const channel = chan(1);
    await untilTimerFires(async () => {
      channel.trySend(1);
      assert.equal((await select([channel.recv()])).value, 1);
    });
  },
};
