// A tree of goroutines, each with ten children, down to 100,000 leaves; every leaf gives its number and every node the
// sum of its children. It shows what a goroutine costs: here, 111,111 are started, and each ends with one message.

import { chan, go, run, type SendChan } from 'goroutines';

const children = 10;

function* node(result: SendChan<number>, first: number, leaves: number): Generator<any, void, any> {
  if (leaves === 1) {
    yield* result.send(first);
    return;
  }
  const sums = chan<number>(children);
  const share = leaves / children;
  for (let child = 0; child < children; child++) go(node, sums, first + child * share, share);

  let total = 0;
  for (let child = 0; child < children; child++) total += (yield* sums.recv())!;
  yield* result.send(total);
}

function* main(leaves: number) {
  const start = performance.now();
  const result = chan<number>();
  go(node, result, 0, leaves);
  const total = yield* result.recv();
  console.log(`${total} is the sum of ${leaves} leaves, in ${(performance.now() - start).toFixed(0)} ms`);
}

await run(main, Number(process.argv[2] ?? 100_000));
