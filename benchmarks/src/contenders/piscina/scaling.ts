import type { Programs } from '../../harness/protocol.ts';
import { processorCounts } from '../../suites/scaling.ts';
import { loadSample } from '../../work/load.ts';
import { taskSteps } from '../../work/tasks.ts';
import { run, start, stop } from './pool.ts';

const programs: Programs = {};
for (const threads of processorCounts()) {
  programs[`cpu-${threads}`] = {
    start,
    sample: (size) => loadSample(size, taskSteps.short, (steps) => run('burn', steps)),
    stop,
  };
}
export default programs;
