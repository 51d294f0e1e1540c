import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { Channel } from './channel.ts';

async function produce(numbers: Channel<number>, size: number): Promise<void> {
  for (let number = 0; number < size; number++) {
    const full = numbers.send(number);
    if (full) await full;
  }
}

export default {
  'one-thread': {
    sample: (size) =>
      timed(async () => {
        const numbers = new Channel<number>(128);
        void produce(numbers, size);
        let sum = 0;
        for (let count = 0; count < size; count++) {
          const next = numbers.receive();
          sum += typeof next === 'number' ? next : await next;
        }
        return sum;
      }),
  },
} satisfies Programs;
