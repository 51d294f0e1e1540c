import { go } from 'goroutines';
import type { Programs } from '../../harness/protocol.ts';
import { burn, scalingSample } from '../../work/cpu.ts';
import { program } from './program.ts';

export default {
  'two-goroutines': program((size) => scalingSample(size, (steps) => go(burn, steps))),
} satisfies Programs;
