import { go } from 'goroutines';
import type { Program, Programs } from '../../harness/protocol.ts';
import { burn } from '../../work/cpu.ts';
import { allTasks, delaySample } from '../../work/load.ts';
import { taskSteps } from '../../work/tasks.ts';
import { program } from './program.ts';

function underLoad(steps: number): Program {
  return program((size) => delaySample(() => allTasks(size, steps, (steps) => go(burn, steps))));
}

export default { short: underLoad(taskSteps.short), long: underLoad(taskSteps.long) } satisfies Programs;
