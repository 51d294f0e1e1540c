import { AtomicInt, type Chan, chan, go, WaitGroup } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { program } from './program.ts';

function* add(sum: AtomicInt, all: WaitGroup) {
  sum.add(1);
  all.done();
}

function* throughAtomic(size: number) {
  const sum = new AtomicInt();
  const all = new WaitGroup();
  const start = performance.now();
  all.add(size);
  for (let number = 0; number < size; number++) go(add, sum, all);
  yield* all.wait();
  return { nanoseconds: since(start), result: sum.load() };
}

function* send(ones: Chan<number>) {
  yield* ones.send(1);
}

function* throughChannel(size: number) {
  const ones = chan<number>();
  const start = performance.now();
  for (let number = 0; number < size; number++) go(send, ones);
  let sum = 0;
  for (let count = 0; count < size; count++) sum += (yield* ones.recv())!;
  return { nanoseconds: since(start), result: sum };
}

export default {
  atomic: program((size) => go(throughAtomic, size)),
  channel: program((size) => go(throughChannel, size)),
} satisfies Programs;
