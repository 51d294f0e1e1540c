import { type Goroutine, go, WaitGroup } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { program } from './program.ts';

function* leaf(number: number) {
  return number;
}

function* fromMain(size: number) {
  const start = performance.now();
  const started = new Array<Goroutine<number>>(size);
  for (let number = 0; number < size; number++) started[number] = go(leaf, number);
  let sum = 0;
  for (const goroutine of started) sum += yield* goroutine.join();
  return { nanoseconds: since(start), result: sum };
}

function* done(all: WaitGroup) {
  all.done();
}

function* fromGoroutine(size: number) {
  const all = new WaitGroup();
  const start = performance.now();
  all.add(size);
  for (let number = 0; number < size; number++) go(done, all);
  yield* all.wait();
  return { nanoseconds: since(start), result: size };
}

export default {
  'from-main': program((size) => go.local(fromMain, size)),
  'million-from-main': program((size) => go.local(fromMain, size)),
  'from-goroutine-one-thread': program((size) => go(fromGoroutine, size)),
  'from-goroutine': program((size) => go(fromGoroutine, size)),
} satisfies Programs;
