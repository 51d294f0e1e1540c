import type { Programs } from '../../harness/protocol.ts';
import { scalingSample } from '../../work/cpu.ts';
import { run, start, stop } from './pool.ts';

export default {
  'two-goroutines': { start, sample: (size) => scalingSample(size, (steps) => run('burn', steps)), stop },
} satisfies Programs;
