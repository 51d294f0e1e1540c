import type { Program, Programs } from '../../harness/protocol.ts';
import { allTasks, delaySample } from '../../work/load.ts';
import { taskSteps } from '../../work/tasks.ts';
import { run, start, stop } from './pool.ts';

function underLoad(steps: number): Program {
  return { start, sample: (size) => delaySample(() => allTasks(size, steps, (steps) => run('burn', steps))), stop };
}

export default { short: underLoad(taskSteps.short), long: underLoad(taskSteps.long) } satisfies Programs;
