// Requests are let through at a steady rate, after a first burst. A permit is a value in a channel: its capacity is how many
// may be saved up, and one goroutine puts a new one in every so many milliseconds. When it is full, the permit is dropped.

import { chan, go, type RecvChan, run, type SendChan, sleep } from 'goroutines';

interface Done {
  request: number;
  milliseconds: number;
}

function* issuePermits(permits: SendChan<true>, interval: number) {
  for (;;) {
    yield* sleep(interval);
    permits.trySend(true);
  }
}

function* serve(requests: RecvChan<number>, permits: RecvChan<true>, done: SendChan<Done>, start: number) {
  yield* requests.forEach(function* (request) {
    yield* permits.recv();
    yield* done.send({ request, milliseconds: Date.now() - start });
  });
}

function* main(requestCount: number, interval: number, burst: number) {
  const permits = chan<true>(burst);
  const requests = chan<number>(requestCount);
  const done = chan<Done>();
  for (let saved = 0; saved < burst; saved++) permits.trySend(true);
  for (let request = 0; request < requestCount; request++) requests.trySend(request);
  requests.close();

  const start = Date.now();
  go(issuePermits, permits, interval);
  for (let server = 0; server < 3; server++) go(serve, requests, permits, done, start);

  let last = 0;
  for (let served = 0; served < requestCount; served++) {
    const { request, milliseconds } = (yield* done.recv())!;
    console.log(`request ${request} after ${milliseconds} ms`);
    last = Math.max(last, milliseconds);
  }
  const least = (requestCount - burst) * interval;
  console.log(
    `${requestCount} requests, ${burst} at once and one each ${interval} ms: in no less than ${least} ms: ${last >= least - 1}`,
  );
}

await run(main, Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 100), Number(process.argv[4] ?? 3));
