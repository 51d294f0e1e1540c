import { type JoinHandle, move, spawn } from 'multithreading';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { joinSum, start, stop } from './runtime.ts';

export default {
  'from-main': {
    start,
    sample: (size) =>
      timed(() => {
        const started = new Array<JoinHandle<number>>(size);
        for (let number = 0; number < size; number++) started[number] = spawn(move(number), (given: number) => given);
        return joinSum(started);
      }),
    stop,
  },
} satisfies Programs;
