// A thread for each: what spawn and join cost without any library.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { nextMessage } from './partner.ts';

if (!isMainThread) parentPort!.postMessage(workerData);

export default {
  'from-main': {
    sample: (size) =>
      timed(async () => {
        const started = new Array<Promise<number>>(size);
        for (let number = 0; number < size; number++) {
          started[number] = nextMessage(new Worker(new URL(import.meta.url), { workerData: number }));
        }
        let sum = 0;
        for (const result of started) sum += await result;
        return sum;
      }),
  },
} satisfies Programs;
