import { channel, move, spawn } from 'multithreading';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { join, start, stop } from './runtime.ts';

export default {
  'two-threads': {
    start,
    sample: (size) =>
      timed(async () => {
        const [sendThere, receiveThere] = channel<number>(1);
        const [sendBack, receiveBack] = channel<number>(1);
        const pong = spawn(move(receiveThere, sendBack, size), async (there, back, rounds) => {
          for (let round = 0; round < rounds; round++) {
            const ball = await there.recv();
            if (!ball.ok) throw ball.error;
            await back.send(ball.value + 1);
          }
        });
        const ping = spawn(move(sendThere, receiveBack, size), async (there, back, rounds) => {
          let sum = 0;
          for (let round = 0; round < rounds; round++) {
            await there.send(round);
            const ball = await back.recv();
            if (!ball.ok) throw ball.error;
            sum += ball.value;
          }
          return sum;
        });
        await join(pong);
        return join(ping);
      }),
    stop,
  },
} satisfies Programs;
