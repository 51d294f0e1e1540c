import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { Channel } from './channel.ts';

async function pong(there: Channel<number>, back: Channel<number>, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) await back.send((await there.receive()) + 1);
}

export default {
  'one-thread': {
    sample: (size) =>
      timed(async () => {
        const there = new Channel<number>();
        const back = new Channel<number>();
        void pong(there, back, size);
        let sum = 0;
        for (let round = 0; round < size; round++) {
          await there.send(round);
          sum += await back.receive();
        }
        return sum;
      }),
  },
} satisfies Programs;
