import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { run, start, stop } from './pool.ts';

export default {
  'from-main': {
    start,
    sample: (size) =>
      timed(async () => {
        const started = new Array<Promise<number>>(size);
        for (let number = 0; number < size; number++) started[number] = run('leaf', number);
        let sum = 0;
        for (const task of started) sum += await task;
        return sum;
      }),
    stop,
  },
} satisfies Programs;
