/** Programs about channels: what the Go specification says of `chan`, `close` and `range`. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, WaitGroup } from 'goroutines';
import { parkedInOrder, until, untilParked } from '../helpers/conditions.mjs';

const CAPACITIES = [0, 1, 2, 3, 10, 100];

function closedError(message) {
  return (error) => {
    assert.equal(error.name, 'ClosedChannelError');
    assert.equal(error.message, message);
    return true;
  };
}

/** The error that driving an operation throws. */
function* failure(drive, operation) {
  try {
    yield* drive(operation);
  } catch (error) {
    return error;
  }
  assert.fail('the operation should have thrown');
}

export const channels = {
  *'values arrive in the order in which they were sent'(drive) {
    for (const capacity of CAPACITIES) {
      const channel = chan(capacity);
      go(function* () {
        for (let index = 0; index < 300; index++) yield* channel.send(index);
        channel.close();
      });
      for (let index = 0; index < 300; index++) assert.equal(yield* drive(channel.recv()), index);
      assert.deepEqual(yield* drive(channel.recvOk()), [undefined, false]);
    }
  },

  *'length and capacity tell what is buffered'(drive) {
    for (const capacity of CAPACITIES) {
      const channel = chan(capacity);
      assert.deepEqual([channel.length, channel.capacity, channel.closed], [0, capacity, false]);
      for (let index = 0; index < capacity; index++) yield* drive(channel.send(index));
      assert.deepEqual([channel.length, channel.capacity, channel.closed], [capacity, capacity, false]);
      channel.close();
      assert.deepEqual([channel.length, channel.capacity, channel.closed], [capacity, capacity, true]);
    }
    assert.equal(chan().capacity, 0);
  },

  *'a receiver of an empty channel waits, and so does a sender on a full one'(drive) {
    for (const capacity of CAPACITIES) {
      const channel = chan(capacity);
      const receiver = go(function* () {
        return yield* channel.recv();
      });
      yield* untilParked(drive, receiver);
      assert.deepEqual(channel.tryRecv(), [undefined, false]);
      yield* drive(channel.send('served'));
      assert.equal(yield* drive(receiver.join()), 'served');

      for (let index = 0; index < capacity; index++) yield* drive(channel.send(index));
      const sender = go(function* () {
        yield* channel.send('last');
      });
      yield* untilParked(drive, sender);
      assert.equal(channel.trySend('refused'), false);
      assert.equal(channel.length, capacity);
      for (let index = 0; index < capacity; index++) assert.equal(yield* drive(channel.recv()), index);
      assert.equal(yield* drive(channel.recv()), 'last');
      yield* drive(sender.join());
      assert.equal(channel.length, 0);
    }
  },

  *'trySend and tryRecv never wait'(drive) {
    const unbuffered = chan();
    assert.equal(unbuffered.trySend(1), false);
    assert.deepEqual(unbuffered.tryRecv(), [undefined, false]);
    const receiver = go(function* () {
      return yield* unbuffered.recv();
    });
    yield* untilParked(drive, receiver);
    assert.equal(unbuffered.trySend(2), true);
    assert.equal(yield* drive(receiver.join()), 2);
    const sender = go(function* () {
      yield* unbuffered.send(3);
    });
    yield* untilParked(drive, sender);
    assert.deepEqual(unbuffered.tryRecv(), [3, true]);
    yield* drive(sender.join());

    const buffered = chan(1);
    assert.equal(buffered.trySend(undefined), true);
    assert.equal(buffered.trySend(2), false);
    assert.deepEqual(buffered.tryRecv(), [undefined, true]);
    assert.deepEqual(buffered.tryRecv(), [undefined, false]);
  },

  *'an unbuffered send and its receive happen together'(drive) {
    const channel = chan();
    const sent = new AtomicInt();
    const sender = go(function* () {
      yield* channel.send('first');
      sent.add(1);
      yield* channel.send('second');
      sent.add(1);
    });
    yield* untilParked(drive, sender);
    assert.equal(sent.load(), 0);
    assert.equal(channel.length, 0);
    assert.equal(yield* drive(channel.recv()), 'first');
    yield* until(drive, () => sent.load() === 1);
    assert.equal(yield* drive(channel.recv()), 'second');
    yield* drive(sender.join());
    assert.equal(sent.load(), 2);
  },

  *'waiting receivers are served in the order in which they came'(drive) {
    for (const capacity of [0, 5]) {
      const channel = chan(capacity);
      const receivers = yield* parkedInOrder(drive, 20, () =>
        go(function* () {
          return yield* channel.recv();
        }),
      );
      for (let index = 0; index < 20; index++) yield* drive(channel.send(index));
      for (let index = 0; index < 20; index++) assert.equal(yield* drive(receivers[index].join()), index);
    }
  },

  *'waiting senders are served in the order in which they came'(drive) {
    for (const capacity of [0, 5]) {
      const channel = chan(capacity);
      for (let index = 0; index < capacity; index++) yield* drive(channel.send(index - capacity));
      yield* parkedInOrder(drive, 20, (index) =>
        go(function* (value) {
          yield* channel.send(value);
        }, index),
      );
      for (let index = 0; index < capacity + 20; index++) assert.equal(yield* drive(channel.recv()), index - capacity);
    }
  },

  *'a closed channel gives what is buffered, then undefined for ever'(drive) {
    for (const capacity of CAPACITIES) {
      const channel = chan(capacity);
      for (let index = 0; index < capacity; index++) yield* drive(channel.send(index));
      channel.close();
      for (let index = 0; index < capacity; index++) assert.deepEqual(yield* drive(channel.recvOk()), [index, true]);
      for (let round = 0; round < 3; round++) {
        assert.equal(yield* drive(channel.recv()), undefined);
        assert.deepEqual(yield* drive(channel.recvOk()), [undefined, false]);
        assert.deepEqual(channel.tryRecv(), [undefined, false]);
      }
    }
  },

  *'sending on a closed channel throws, and the value is dropped'(drive) {
    for (const capacity of CAPACITIES) {
      const channel = chan(capacity);
      channel.close();
      closedError('send on closed channel')(yield* failure(drive, channel.send(1)));
      assert.throws(() => channel.trySend(1), closedError('send on closed channel'));
      assert.throws(() => channel.close(), closedError('close of closed channel'));
      assert.deepEqual(yield* drive(channel.recvOk()), [undefined, false]);
    }
  },

  *'close wakes every waiting receiver'(drive) {
    for (const capacity of [0, 3]) {
      const channel = chan(capacity);
      const receivers = yield* parkedInOrder(drive, 30, (index) =>
        go(
          function* (flagged) {
            return flagged ? yield* channel.recvOk() : yield* channel.recv();
          },
          index % 2 === 0,
        ),
      );
      channel.close();
      for (let index = 0; index < 30; index++) {
        assert.deepEqual(yield* drive(receivers[index].join()), index % 2 === 0 ? [undefined, false] : undefined);
      }
    }
  },

  *'close throws in every waiting sender, and what was buffered stays'(drive) {
    for (const capacity of [0, 3]) {
      const channel = chan(capacity);
      for (let index = 0; index < capacity; index++) yield* drive(channel.send(index));
      const senders = yield* parkedInOrder(drive, 30, (index) =>
        go(function* (value) {
          try {
            yield* channel.send({ value, padding: 'more than fits into a cell' });
          } catch (error) {
            return `${error.name}: ${error.message}`;
          }
        }, index),
      );
      channel.close();
      for (const sender of senders) assert.equal(yield* drive(sender.join()), 'ClosedChannelError: send on closed channel');
      for (let index = 0; index < capacity; index++) assert.deepEqual(yield* drive(channel.recvOk()), [index, true]);
      assert.deepEqual(yield* drive(channel.recvOk()), [undefined, false]);
    }
  },

  *'a sender that waited on an unbuffered channel is served before the one who closes after it'(drive) {
    const channel = chan(1);
    yield* drive(channel.send('buffered'));
    const sender = go(function* () {
      yield* channel.send('waiting');
      channel.close();
    });
    yield* untilParked(drive, sender);
    const received = [];
    for (let [value, ok] = yield* drive(channel.recvOk()); ok; [value, ok] = yield* drive(channel.recvOk())) received.push(value);
    assert.deepEqual(received, ['buffered', 'waiting']);
  },

  *'several producers and consumers: every value once'(drive) {
    for (const capacity of CAPACITIES) {
      const channel = chan(capacity);
      const sums = chan(4);
      for (let producer = 0; producer < 4; producer++) {
        go(function* () {
          for (let index = 0; index < 500; index++) yield* channel.send(index);
        });
      }
      for (let consumer = 0; consumer < 4; consumer++) {
        go(function* () {
          const seen = new Array(500).fill(0);
          for (let index = 0; index < 500; index++) seen[yield* channel.recv()]++;
          yield* sums.send(seen);
        });
      }
      const total = new Array(500).fill(0);
      for (let consumer = 0; consumer < 4; consumer++) {
        const seen = yield* drive(sums.recv());
        for (let value = 0; value < 500; value++) total[value] += seen[value];
      }
      assert.deepEqual(total, new Array(500).fill(4));
    }
  },

  *'a filled and closed channel is ready for its only receiver, however they meet'(drive) {
    for (let round = 0; round < 2000; round++) {
      const channel = chan(1);
      yield* drive(channel.send(round));
      const receiver = go(function* () {
        return channel.tryRecv();
      });
      channel.close();
      const mine = channel.tryRecv();
      const other = yield* drive(receiver.join());
      assert.deepEqual(
        [mine, other].filter(([, ok]) => ok),
        [[round, true]],
      );
    }
  },

  *'values are copies, taken when they are sent'(drive) {
    const channel = chan(1);
    const sent = { list: [1, 2], map: new Map([['a', new Set([1])]]), when: new Date(0) };
    sent.self = sent;
    yield* drive(channel.send(sent));
    sent.list.push(3);
    const received = yield* drive(channel.recv());
    assert.notEqual(received, sent);
    assert.deepEqual(received.list, [1, 2]);
    assert.deepEqual(received.map, new Map([['a', new Set([1])]]));
    assert.deepEqual(received.when, new Date(0));
    assert.equal(received.self, received);
  },

  *'a channel is sent by reference, also inside of a value and through itself'(drive) {
    const outer = chan(1);
    const inner = chan(1);
    yield* drive(outer.send({ reply: inner }));
    assert.equal((yield* drive(outer.recv())).reply, inner);
    yield* drive(inner.send(inner));
    assert.equal(yield* drive(inner.recv()), inner);

    const requests = chan();
    go(function* () {
      const { value, reply } = yield* requests.recv();
      yield* reply.send(value * 2);
    });
    const reply = chan();
    yield* drive(requests.send({ value: 21, reply }));
    assert.equal(yield* drive(reply.recv()), 42);
  },

  *'a channel goes through a long row of hands'(drive) {
    const first = chan();
    let last = first;
    for (let hop = 0; hop < 50; hop++) {
      const next = chan();
      go(
        function* (from, to) {
          yield* to.send(yield* from.recv());
        },
        last,
        next,
      );
      last = next;
    }
    const token = chan(1);
    yield* drive(first.send(token));
    const back = yield* drive(last.recv());
    yield* drive(back.send('through'));
    assert.equal(yield* drive(token.recv()), 'through');
  },

  *'forEach receives until the channel is closed and drained'(drive) {
    const channel = chan(2);
    const seen = go(function* () {
      const values = [];
      yield* channel.forEach(function* (value) {
        yield* gosched();
        values.push(value);
      });
      yield* channel.forEach(() => {
        throw new Error('closed and drained');
      });
      return values;
    });
    for (let index = 0; index < 10; index++) yield* drive(channel.send(index));
    channel.close();
    assert.deepEqual(yield* drive(seen.join()), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  },

  *'forEach in a generator passes errors and can be left'(drive) {
    const channel = chan(10);
    for (let index = 0; index < 5; index++) yield* drive(channel.send(index));
    const result = go(function* () {
      const seen = [];
      try {
        yield* channel.forEach((value) => {
          seen.push(value);
          if (value === 2) throw new Error('enough');
        });
      } catch (error) {
        seen.push(error.message);
      }
      return seen;
    });
    assert.deepEqual(yield* drive(result.join()), [0, 1, 2, 'enough']);
    assert.equal(yield* drive(channel.recv()), 3);
  },

  *'for await receives until the channel is closed, and can be left'(drive) {
    const channel = chan(3);
    const counted = go(async () => {
      const seen = [];
      for await (const value of channel) seen.push(value);
      return seen;
    });
    for (let index = 0; index < 20; index++) yield* drive(channel.send(index));
    channel.close();
    assert.deepEqual(
      yield* drive(counted.join()),
      Array.from({ length: 20 }, (_, index) => index),
    );

    const other = chan(10);
    for (let index = 0; index < 5; index++) yield* drive(other.send(index));
    const left = go(async () => {
      for await (const value of other) if (value === 2) return value;
    });
    assert.equal(yield* drive(left.join()), 2);
    assert.equal(yield* drive(other.recv()), 3);
  },

  *'an operation can be kept and driven later, once'(drive) {
    const channel = chan(2);
    const send = channel.send('kept');
    const receive = channel.recv();
    assert.equal(channel.length, 0);
    yield* drive(send);
    assert.equal(yield* drive(receive), 'kept');
    const again = (reason) =>
      `this operation (${reason}) was driven before: an operation can be driven once, make a new one for each wait`;
    for (const [operation, reason] of [
      [send, 'chan send'],
      [receive, 'chan receive'],
    ]) {
      const error = yield* failure(drive, operation);
      assert.equal(error.name, 'RuntimeStateError');
      assert.equal(error.message, again(reason));
    }
    assert.equal(channel.length, 0);
  },

  *'a goroutine that yields an operation without the star is told so'(drive) {
    const channel = chan(1);
    const told = go(function* () {
      try {
        yield channel.send(1);
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    });
    assert.equal(
      yield* drive(told.join()),
      'TypeError: yield of an operation (chan send) does not drive it: write yield* instead of yield',
    );
    assert.equal(channel.length, 0);
    const fails = go(function* () {
      yield channel.recv();
    });
    assert.match((yield* failure(drive, fails.join())).message, /yield of an operation \(chan receive\) does not drive it/);
  },

  *'a goroutine that yields a promise, a generator or a goroutine is told so'(drive) {
    const messages = go(function* () {
      const told = [];
      const thenable = {
        // biome-ignore lint/suspicious/noThenProperty: as query builders have one.
        get then() {
          throw new Error('is not asked');
        },
      };
      for (const value of [
        Promise.resolve(1),
        (function* () {})(),
        thenable,
        go(function* () {}),
        7,
        'text',
        null,
        {},
        [],
        undefined,
      ]) {
        try {
          told.push(yield value);
        } catch (error) {
          told.push(`${error.name}: ${error.message}`);
        }
      }
      return told;
    });
    const promise = 'TypeError: yield of a promise does not wait for it: write yield* wait(promise) instead of yield promise';
    assert.deepEqual(yield* drive(messages.join()), [
      promise,
      'TypeError: yield of a generator does not run it: write yield* instead of yield',
      promise,
      'TypeError: yield of a goroutine does not join it: write yield* instead of yield',
      ...Array(6).fill(undefined),
    ]);
  },

  *'a bare yield lets the others run'(drive) {
    const turns = chan(10);
    const group = new WaitGroup();
    group.add(2);
    for (let member = 0; member < 2; member++) {
      go(function* () {
        for (let turn = 0; turn < 3; turn++) {
          yield* turns.send(turn);
          yield;
        }
        group.done();
      });
    }
    yield* drive(group.wait());
    assert.equal(turns.length, 6);
  },
};
