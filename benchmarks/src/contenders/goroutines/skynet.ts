import { type Chan, chan, go } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { program } from './program.ts';

function* skynet(parent: Chan<number>, number: number, size: number): Generator<unknown, void, any> {
  if (size === 1) {
    yield* parent.send(number);
    return;
  }
  const children = chan<number>();
  for (let child = 0; child < 10; child++) go(skynet, children, number + (child * size) / 10, size / 10);
  let sum = 0;
  for (let child = 0; child < 10; child++) sum += (yield* children.recv())!;
  yield* parent.send(sum);
}

export function* root(size: number) {
  const start = performance.now();
  const sum = chan<number>();
  go(skynet, sum, 0, size);
  const result = (yield* sum.recv())!;
  return { nanoseconds: since(start), result };
}

export default {
  'million-leaves': program((size) => go(root, size)),
} satisfies Programs;
