// The classic pool: jobs go into one channel, results come out of another, and any number of workers stand in between.
// Closing `jobs` tells the workers that nothing more will come; the WaitGroup tells when the last of them has gone, and
// only then may `results` be closed, since a send on a closed channel is an error.

import { threadId } from 'node:worker_threads';
import { chan, go, type RecvChan, run, type SendChan, WaitGroup } from 'goroutines';

interface Result {
  limit: number;
  primes: number;
  thread: number;
}

function countPrimes(limit: number): number {
  let count = 0;
  for (let candidate = 2; candidate < limit; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor > candidate) count++;
  }
  return count;
}

function* worker(jobs: RecvChan<number>, results: SendChan<Result>, pool: WaitGroup) {
  yield* jobs.forEach(function* (limit) {
    yield* results.send({ limit, primes: countPrimes(limit), thread: threadId });
  });
  pool.done();
}

function* main(workers: number) {
  const jobs = chan<number>(16);
  const results = chan<Result>(16);

  const pool = new WaitGroup();
  pool.add(workers);
  for (let started = 0; started < workers; started++) go(worker, jobs, results, pool);

  go(function* () {
    for (let limit = 50_000; limit <= 500_000; limit += 50_000) yield* jobs.send(limit);
    jobs.close();
    yield* pool.wait();
    results.close();
  });

  const threads = new Set<number>();
  yield* results.forEach(function* ({ limit, primes, thread }) {
    console.log(`${primes} primes below ${limit}`);
    threads.add(thread);
  });
  console.log(`done by ${workers} workers on ${threads.size} threads`);
}

await run(main, Number(process.argv[2] ?? 8));
