import { type Chan, chan, go, select } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { program } from './program.ts';

const batch = 1_000;

function fill(channel: Chan<number>): void {
  while (channel.trySend(1));
}

function* selects(size: number) {
  const left = chan<number>(batch + 1);
  const right = chan<number>(batch + 1);
  let nanoseconds = 0;
  let sum = 0;
  for (let done = 0; done < size; done += batch) {
    fill(left);
    fill(right);
    const start = performance.now();
    for (let count = 0; count < batch; count++) {
      const hit = yield* select({ left: left.recv(), right: right.recv() });
      sum += hit.value!;
    }
    nanoseconds += since(start);
  }
  return { nanoseconds, result: sum };
}

export default {
  'two-ready': program((size) => go(selects, size)),
} satisfies Programs;
