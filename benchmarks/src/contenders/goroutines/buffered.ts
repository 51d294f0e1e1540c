import { type Chan, chan, go } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { program } from './program.ts';
import { type Meeting, meet, onTwoThreads } from './two-threads.ts';

const capacity = 128;

function* produce(numbers: Chan<number>, size: number, meeting?: Meeting) {
  if (meeting && !meet(meeting)) return;
  for (let number = 0; number < size; number++) yield* numbers.send(number);
}

function* consume(numbers: Chan<number>, size: number, meeting?: Meeting) {
  if (meeting && !meet(meeting)) return undefined;
  const start = performance.now();
  let sum = 0;
  for (let count = 0; count < size; count++) sum += (yield* numbers.recv())!;
  return { nanoseconds: since(start), result: sum };
}

function* byThemselves(size: number) {
  const numbers = chan<number>(capacity);
  go(produce, numbers, size);
  return (yield* go(consume, numbers, size).join())!;
}

export default {
  'one-thread': program((size) => go(byThemselves, size)),
  'two-processors': program((size) => go(byThemselves, size)),
  'two-threads': program((size) => onTwoThreads(consume, produce, chan<number>(capacity), size)),
} satisfies Programs;
