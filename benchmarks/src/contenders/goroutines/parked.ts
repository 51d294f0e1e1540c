import { type Chan, chan, go, WaitGroup } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs, Sample } from '../../harness/protocol.ts';
import { operationsBeside } from '../../work/parked.ts';
import { program } from './program.ts';

function* waiting(hold: Chan<number>, ready: WaitGroup, ended: WaitGroup) {
  ready.done();
  yield* hold.recv();
  ended.done();
}

function* one() {
  return 1;
}

function* echo(operations: number, there: Chan<number>, back: Chan<number>) {
  for (let round = 0; round < operations; round++) yield* back.send((yield* there.recv())!);
}

function* operate(parked: number) {
  const operations = operationsBeside(parked);
  let sum = 0;
  const buffered = chan<number>(1);
  let start = performance.now();
  for (let count = 0; count < operations; count++) {
    yield* buffered.send(1);
    sum += (yield* buffered.recv())!;
  }
  const send = since(start) / operations;

  start = performance.now();
  for (let count = 0; count < operations; count++) sum += yield* go(one).join();
  const spawn = since(start) / operations;

  const [there, back] = [chan<number>(), chan<number>()];
  go(echo, operations, there, back);
  start = performance.now();
  for (let count = 0; count < operations; count++) {
    yield* there.send(1);
    sum += (yield* back.recv())!;
  }
  const wake = since(start) / operations / 2;
  return { nanoseconds: send + spawn + wake, result: parked + sum, metrics: { send, spawn, wake } };
}

function* withParked(size: number, resident: number) {
  const hold = chan<number>();
  const [ready, ended] = [new WaitGroup(), new WaitGroup()];
  ready.add(size);
  ended.add(size);
  for (let number = 0; number < size; number++) go(waiting, hold, ready, ended);
  yield* ready.wait();
  const grown = process.memoryUsage.rss() - resident;
  // Once untimed: what making so many has left to the collector is its own affair.
  yield* go(operate, size).join();
  const sample: Sample = yield* go(operate, size).join();
  hold.close();
  yield* ended.wait();
  return { ...sample, grown };
}

/** What all samples of this process share: the first one's growth. */
let bytes: number | undefined;

async function sample(size: number): Promise<Sample> {
  await go(one); // The thread is there.
  const { grown, ...rest } = await go(withParked, size, process.memoryUsage.rss());
  bytes ??= grown / size;
  return { ...rest, metrics: { ...rest.metrics, bytes } };
}

const programs: Programs = {};
for (const size of [10, 1_000, 100_000, 1_000_000]) programs[size] = program(sample);
export default programs;
