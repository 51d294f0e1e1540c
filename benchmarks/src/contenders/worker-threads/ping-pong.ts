import { isMainThread, parentPort } from 'node:worker_threads';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { partner } from './partner.ts';

if (!isMainThread) parentPort!.on('message', (number: number) => parentPort!.postMessage(number + 1));

const other = partner(import.meta.url);

export default {
  'two-threads': {
    start: other.start,
    sample: (size) =>
      timed(
        () =>
          new Promise((resolve) => {
            let round = 0;
            let sum = 0;
            const onBall = (number: number) => {
              sum += number;
              if (++round < size) {
                other.port.postMessage(round);
                return;
              }
              other.port.off('message', onBall);
              resolve(sum);
            };
            other.port.on('message', onBall);
            other.port.postMessage(round);
          }),
      ),
    stop: other.stop,
  },
} satisfies Programs;
