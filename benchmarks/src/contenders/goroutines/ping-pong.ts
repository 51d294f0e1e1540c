import { type Chan, chan, go } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { program } from './program.ts';
import { type Meeting, meet, onTwoThreads } from './two-threads.ts';

function* ping(there: Chan<number>, back: Chan<number>, rounds: number, meeting?: Meeting) {
  if (meeting && !meet(meeting)) return undefined;
  const start = performance.now();
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    yield* there.send(round);
    sum += (yield* back.recv())!;
  }
  return { nanoseconds: since(start), result: sum };
}

function* pong(there: Chan<number>, back: Chan<number>, rounds: number, meeting?: Meeting) {
  if (meeting && !meet(meeting)) return;
  for (let round = 0; round < rounds; round++) yield* back.send((yield* there.recv())! + 1);
}

function* byThemselves(size: number) {
  const there = chan<number>();
  const back = chan<number>();
  go(pong, there, back, size);
  return (yield* go(ping, there, back, size).join())!;
}

export default {
  'one-thread': program((size) => go(byThemselves, size)),
  'two-processors': program((size) => go(byThemselves, size)),
  'two-threads': program((size) => onTwoThreads(ping, pong, chan<number>(), chan<number>(), size)),
} satisfies Programs;
