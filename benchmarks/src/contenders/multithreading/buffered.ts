import { channel, move, spawn } from 'multithreading';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { join, start, stop } from './runtime.ts';

export default {
  'two-threads': {
    start,
    sample: (size) =>
      timed(async () => {
        const [sender, receiver] = channel<number>(128);
        const producer = spawn(move(sender, size), async (numbers, count) => {
          for (let number = 0; number < count; number++) await numbers.send(number);
        });
        const consumer = spawn(move(receiver, size), async (numbers, count) => {
          let sum = 0;
          for (let received = 0; received < count; received++) {
            const next = await numbers.recv();
            if (!next.ok) throw next.error;
            sum += next.value;
          }
          return sum;
        });
        await join(producer);
        return join(consumer);
      }),
    stop,
  },
} satisfies Programs;
