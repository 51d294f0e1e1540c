import { type JoinHandle, Mutex, move, spawn } from 'multithreading';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { join, start, stop } from './runtime.ts';

const goroutines = 8;

export default {
  'eight-goroutines': {
    start,
    sample: (size) =>
      timed(async () => {
        const mutex = new Mutex(new Int32Array(new SharedArrayBuffer(4)));
        const adders: JoinHandle<void>[] = [];
        for (let count = 0; count < goroutines; count++) {
          adders.push(
            spawn(move(mutex, size / goroutines), async (lock, turns) => {
              for (let turn = 0; turn < turns; turn++) {
                const guard = await lock.lock();
                guard.value[0]!++;
                guard.dispose();
              }
            }),
          );
        }
        for (const adder of adders) await join(adder);
        const guard = await mutex.lock();
        const result = guard.value[0]!;
        guard.dispose();
        return result;
      }),
    stop,
  },
} satisfies Programs;
