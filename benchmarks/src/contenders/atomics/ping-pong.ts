import { isMainThread, workerData } from 'node:worker_threads';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { type Partner, partner } from '../worker-threads/partner.ts';

/** An odd number is on its way there, an even one is on its way back; both are twice the ball's number, the odd one and one more. */
type Word = Int32Array<SharedArrayBuffer>;

/** By compare-exchange, so that the word's line of the cache is there to be written when the answer is. */
function look(word: Word): number {
  return Atomics.compareExchange(word, 0, 0, 0);
}

function play(word: Word, size: number): number {
  let sum = 0;
  for (let round = 0; round < size; round++) {
    Atomics.store(word, 0, 2 * round + 1);
    let back = look(word);
    while ((back & 1) === 1) back = look(word);
    sum += back / 2;
  }
  return sum;
}

function answer(word: Word): never {
  for (;;) {
    const ball = look(word);
    if ((ball & 1) === 1) Atomics.store(word, 0, ball + 1);
  }
}

if (!isMainThread) answer(workerData as Word);

const word: Word = new Int32Array(new SharedArrayBuffer(4));
const other: Partner = partner(import.meta.url, word);

export default {
  'two-threads': {
    start: other.start,
    sample: (size) => timed(() => play(word, size)),
    stop: other.stop,
  },
} satisfies Programs;
