import { move, spawn } from 'multithreading';
import type { Programs } from '../../harness/protocol.ts';
import { scalingSample } from '../../work/cpu.ts';
import { join, start, stop } from './runtime.ts';

export default {
  'two-goroutines': {
    start,
    sample: (size) =>
      scalingSample(size, (steps) =>
        join(
          spawn(move(steps), async (count) => {
            const { burn } = await import('../../work/cpu.ts');
            return burn(count);
          }),
        ),
      ),
    stop,
  },
} satisfies Programs;
