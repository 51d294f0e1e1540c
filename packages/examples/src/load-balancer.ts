// Rob Pike's load balancer: requesters send work and a channel for the answer; the balancer hands each request to the worker
// with the fewest pending, and learns on another channel when one is done. Nothing is locked: only the balancer knows who has
// how much to do, and requesters get their answers straight from the workers.

import { type Chan, chan, go, type RecvChan, run, type SendChan, select } from 'goroutines';

interface Request {
  number: number;
  answers: SendChan<number>;
}

interface Worker {
  requests: Chan<Request>;
  pending: number;
  served: number;
}

function* requester(first: number, count: number, work: SendChan<Request>, sums: SendChan<number>) {
  const answers = chan<number>();
  let sum = 0;
  for (let number = first; number < first + count; number++) {
    yield* work.send({ number, answers });
    sum += (yield* answers.recv())!;
  }
  yield* sums.send(sum);
}

/** The length of the Collatz sequence of a number: some have more to do than others. */
function collatz(number: number): number {
  let length = 1;
  for (let value = number; value !== 1; length++) value = value % 2 === 0 ? value / 2 : 3 * value + 1;
  return length;
}

function* work(self: number, requests: RecvChan<Request>, done: SendChan<number>) {
  yield* requests.forEach(function* ({ number, answers }) {
    yield* answers.send(collatz(number));
    yield* done.send(self);
  });
}

/** Serves until `stop` is closed; gives how many requests each worker has served. */
function* balance(incoming: RecvChan<Request>, workerCount: number, mostPending: number, stop: RecvChan<never>) {
  const done = chan<number>(workerCount);
  const workers: Worker[] = [];
  for (let self = 0; self < workerCount; self++) {
    // Room for all that it may be given: so the balancer never waits for a worker.
    const requests = chan<Request>(mostPending);
    workers.push({ requests, pending: 0, served: 0 });
    go(work, self, requests, done);
  }
  for (;;) {
    const idlest = workers.reduce((least, worker) => (worker.pending < least.pending ? worker : least));
    const hit = yield* select({
      request: idlest.pending < mostPending ? incoming.recv() : null,
      done: done.recv(),
      stop: stop.recv(),
    });
    if (hit.key === 'request' && hit.ok) {
      yield* idlest.requests.send(hit.value);
      idlest.pending++;
    } else if (hit.key === 'done' && hit.ok) {
      const worker = workers[hit.value]!;
      worker.pending--;
      worker.served++;
    } else if (hit.key === 'stop') {
      break;
    }
  }
  for (const { requests } of workers) requests.close();
  return workers.map(({ served, pending }) => served + pending);
}

function* main(requesters: number, requestsEach: number) {
  const [incoming, sums, stop] = [chan<Request>(), chan<number>(), chan<never>()];
  const balancer = go(balance, incoming, 4, 8, stop);
  for (let index = 0; index < requesters; index++) go(requester, 1 + index * requestsEach, requestsEach, incoming, sums);

  let total = 0;
  for (let index = 0; index < requesters; index++) total += (yield* sums.recv())!;
  stop.close();
  const served = yield* balancer;
  console.log(`${served.reduce((sum, count) => sum + count, 0)} requests, the answers add up to ${total}`);
  console.log(`each worker has served some: ${served.every((count) => count > 0)}`);
}

await run(main, Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 100));
