import { isMainThread, parentPort } from 'node:worker_threads';
import type { Programs } from '../../harness/protocol.ts';
import { burn, scalingSample } from '../../work/cpu.ts';
import { nextMessage, type Partner, partner } from './partner.ts';

if (!isMainThread) parentPort!.on('message', (steps: number) => parentPort!.postMessage(burn(steps)));

const idle: Partner[] = [partner(import.meta.url), partner(import.meta.url)];

export default {
  'two-goroutines': {
    async start() {
      for (const worker of idle) await worker.start();
    },
    sample: (size) =>
      scalingSample(size, async (steps) => {
        const worker = idle.pop()!;
        worker.port.postMessage(steps);
        const result = await nextMessage<number>(worker.port);
        idle.push(worker);
        return result;
      }),
    async stop() {
      for (const worker of idle) await worker.stop();
    },
  },
} satisfies Programs;
