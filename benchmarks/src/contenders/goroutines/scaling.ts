import { go } from 'goroutines';
import type { Programs } from '../../harness/protocol.ts';
import { processorCounts } from '../../suites/scaling.ts';
import { burn } from '../../work/cpu.ts';
import { loadSample } from '../../work/load.ts';
import { taskSteps } from '../../work/tasks.ts';
import { program } from './program.ts';
import { root } from './skynet.ts';

const programs: Programs = {};
for (const threads of processorCounts()) {
  programs[`cpu-${threads}`] = program((size) => loadSample(size, taskSteps.short, (steps) => go(burn, steps)));
  programs[`skynet-${threads}`] = program((size) => go(root, size));
}
export default programs;
