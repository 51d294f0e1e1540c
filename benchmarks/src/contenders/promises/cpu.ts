// What async functions do for pure computing: nothing. Kept for the event loop's sake.
import type { Programs } from '../../harness/protocol.ts';
import { burn, scalingSample } from '../../work/cpu.ts';

export default {
  'two-goroutines': { sample: (size) => scalingSample(size, async (steps) => burn(steps)) },
} satisfies Programs;
