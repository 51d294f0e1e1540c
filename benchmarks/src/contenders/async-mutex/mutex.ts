import { Mutex } from 'async-mutex';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';

const goroutines = 8;

export default {
  'eight-goroutines': {
    sample: (size) =>
      timed(async () => {
        const mutex = new Mutex();
        const word = new Int32Array(1);
        const add = async () => {
          for (let turn = 0; turn < size / goroutines; turn++) {
            const release = await mutex.acquire();
            word[0]!++;
            release();
          }
        };
        await Promise.all(Array.from({ length: goroutines }, add));
        return word[0]!;
      }),
  },
} satisfies Programs;
