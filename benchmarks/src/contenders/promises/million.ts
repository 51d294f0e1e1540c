import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { Channel } from './channel.ts';

export default {
  atomic: {
    sample: (size) =>
      timed(
        () =>
          new Promise((resolve) => {
            let sum = 0;
            const add = async () => {
              await undefined;
              if (++sum === size) resolve(sum);
            };
            for (let number = 0; number < size; number++) void add();
          }),
      ),
  },
  channel: {
    sample: (size) =>
      timed(async () => {
        const ones = new Channel<number>();
        const add = async () => {
          await undefined;
          await ones.send(1);
        };
        for (let number = 0; number < size; number++) void add();
        let sum = 0;
        for (let count = 0; count < size; count++) sum += await ones.receive();
        return sum;
      }),
  },
} satisfies Programs;
