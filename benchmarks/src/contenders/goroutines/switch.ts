import { go, gosched } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { program } from './program.ts';

function* turns(count: number) {
  for (let turn = 0; turn < count; turn++) yield* gosched();
  return count;
}

function* two(size: number) {
  const start = performance.now();
  const left = go(turns, size / 2);
  const right = go(turns, size / 2);
  const sum = (yield* left.join()) + (yield* right.join());
  return { nanoseconds: since(start), result: sum };
}

export default {
  gosched: program((size) => go(two, size)),
} satisfies Programs;
