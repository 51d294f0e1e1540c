/** Whole programs whose answers are known. */
import assert from 'node:assert/strict';
import { AtomicInt, chan, go, gosched, WaitGroup } from 'goroutines';

const PRIME_COUNT = 1000;
const THOUSANDTH_PRIME = 7919;

function* count(numbers) {
  for (let number = 2; ; number++) yield* numbers.send(number);
}

function* filter(numbers, left, prime) {
  for (;;) {
    const number = yield* numbers.recv();
    if (number % prime !== 0) yield* left.send(number);
  }
}

function* link(left, right) {
  yield* left.send((yield* right.recv()) + 1);
}

function* skynet(answers, first, size) {
  if (size === 1) {
    yield* answers.send(first);
    return;
  }
  const parts = chan();
  const part = size / 10;
  for (let index = 0; index < 10; index++) go(skynet, parts, first + index * part, part);
  let sum = 0;
  for (let index = 0; index < 10; index++) sum += yield* parts.recv();
  yield* answers.send(sum);
}

function* ringMember(self, from, to, winner) {
  for (;;) {
    const hops = yield* from.recv();
    if (hops === 0) {
      yield* winner.send(self);
      return;
    }
    yield* to.send(hops - 1);
  }
}

function* addOne(sum, all) {
  sum.add(1);
  all.done();
}

function* sendOne(ones) {
  yield* ones.send(1);
}

export const classics = {
  *'a chain of 10,000 goroutines'(drive) {
    const first = chan();
    let left = first;
    for (let index = 0; index < 10_000; index++) {
      const right = chan();
      go(link, left, right);
      left = right;
    }
    const last = left;
    go(function* () {
      yield* last.send(0);
    });
    assert.equal(yield* drive(first.recv()), 10_000);
  },

  *'the first 1,000 primes out of a sieve of goroutines'(drive) {
    let numbers = chan();
    go(count, numbers);
    const primes = [];
    while (primes.length < PRIME_COUNT) {
      const prime = yield* drive(numbers.recv());
      primes.push(prime);
      const left = chan();
      go(filter, numbers, left, prime);
      numbers = left;
    }
    assert.equal(primes.at(-1), THOUSANDTH_PRIME);
    for (let index = 1; index < PRIME_COUNT; index++) {
      for (let number = primes[index - 1] + 1; number < primes[index]; number++) {
        assert.ok(
          primes.some((prime) => number % prime === 0),
          `${number} was left out`,
        );
      }
      assert.ok(
        primes.every((prime) => prime === primes[index] || primes[index] % prime !== 0),
        `${primes[index]} is no prime`,
      );
    }
  },

  *'skynet: the sum of 1,000,000 leaves'(drive) {
    const answers = chan();
    go(skynet, answers, 0, 1_000_000);
    assert.equal(yield* drive(answers.recv()), 499_999_500_000);
  },

  *'a token goes 1,000,000 times from hand to hand in a ring of 503'(drive) {
    const winner = chan();
    const first = chan();
    let from = first;
    for (let member = 1; member <= 503; member++) {
      const to = member === 503 ? first : chan();
      go(ringMember, member, from, to, winner);
      from = to;
    }
    yield* drive(first.send(1_000_000));
    // Member 1 holds the token after 0 hops, so member 1 + hops mod 503 has it at the end.
    assert.equal(yield* drive(winner.recv()), (1_000_000 % 503) + 1);
  },

  *'eight producers and eight consumers: 1,000,000 messages, each once, each producer in order'(drive) {
    const each = 125_000;
    const channel = chan(128);
    const seen = new Uint8Array(new SharedArrayBuffer(8 * each));
    const producers = new WaitGroup();
    const consumers = new WaitGroup();
    producers.add(8);
    consumers.add(8);
    const disorder = new AtomicInt();
    const doubled = new AtomicInt();
    for (let producer = 0; producer < 8; producer++) {
      go(function* () {
        for (let index = 0; index < each; index++) yield* channel.send(producer * each + index);
        producers.done();
      });
      go(function* () {
        const last = new Array(8).fill(-1);
        for (let [value, ok] = yield* channel.recvOk(); ok; [value, ok] = yield* channel.recvOk()) {
          if (Atomics.add(seen, value, 1) !== 0) doubled.add(1);
          const from = Math.floor(value / each);
          if (value <= last[from]) disorder.add(1);
          last[from] = value;
        }
        consumers.done();
      });
    }
    yield* drive(producers.wait());
    channel.close();
    yield* drive(consumers.wait());
    assert.equal(doubled.load(), 0, 'messages that came twice');
    assert.equal(disorder.load(), 0, 'messages that overtook an earlier one of the same producer');
    assert.equal(
      seen.findIndex((times) => times !== 1),
      -1,
      'a message that never came',
    );
  },

  *'1,000,000 goroutines add 1 each'(drive) {
    const sum = new AtomicInt();
    const all = new WaitGroup();
    all.add(1_000_000);
    const starter = go(function* () {
      for (let index = 0; index < 1_000_000; index++) go(addOne, sum, all);
    });
    yield* drive(starter.join());
    yield* drive(all.wait());
    assert.equal(sum.load(), 1_000_000);
  },

  *'1,000,000 goroutines send 1 each'(drive) {
    const ones = chan(1024);
    go(function* () {
      for (let index = 0; index < 1_000_000; index++) go(sendOne, ones);
    });
    let sum = 0;
    for (let index = 0; index < 1_000_000; index++) sum += yield* drive(ones.recv());
    assert.equal(sum, 1_000_000);
    assert.deepEqual(ones.tryRecv(), [undefined, false]);
  },

  *'many consumers with interruptions'(drive) {
    const values = [2, 3, 7, 11, 13, 17, 19, 23, 27, 31];
    const work = chan(69);
    const results = chan(69);
    const group = new WaitGroup();
    group.add(23);
    for (let worker = 0; worker < 23; worker++) {
      go(
        function* (own) {
          yield* work.forEach(function* (value) {
            if (value === own) yield* gosched();
            yield* results.send(value);
          });
          group.done();
        },
        values[worker % values.length],
      );
    }
    go(function* () {
      for (let index = 0; index < 30_000; index++) yield* work.send(values[index % values.length]);
      work.close();
      yield* group.wait();
      results.close();
    });
    let count = 0;
    let sum = 0;
    for (let [value, ok] = yield* drive(results.recvOk()); ok; [value, ok] = yield* drive(results.recvOk())) {
      count++;
      sum += value;
    }
    assert.equal(count, 30_000);
    assert.equal(sum, 3000 * values.reduce((total, value) => total + value));
  },
};
