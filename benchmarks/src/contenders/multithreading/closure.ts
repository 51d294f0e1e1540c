// Its functions capture nothing; what they need is moved to them.
import { type JoinHandle, move, spawn } from 'multithreading';
import { timed } from '../../harness/clock.ts';
import type { Program, Programs } from '../../harness/protocol.ts';
import { joinSum, start, stop } from './runtime.ts';

function joined(startOne: (number: number, text: string) => JoinHandle<number>): Program {
  return {
    start,
    sample: (size) =>
      timed(() => {
        const started: JoinHandle<number>[] = [];
        for (let number = 0; number < size; number++) started.push(startOne(number, 'abcde'));
        return joinSum(started);
      }),
    stop,
  };
}

export default {
  'top-level': joined(() => spawn(() => 1)),
  arguments: joined((number, text) => spawn(move(number, text), (given: number, word: string) => given + word.length)),
} satisfies Programs;
