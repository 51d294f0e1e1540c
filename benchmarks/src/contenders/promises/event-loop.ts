// One thread for all: the best that async code can do is to let the loop turn between two tasks.
import { setImmediate as turn } from 'node:timers/promises';
import type { Program, Programs } from '../../harness/protocol.ts';
import { burn } from '../../work/cpu.ts';
import { delaySample } from '../../work/load.ts';
import { taskSteps } from '../../work/tasks.ts';

function underLoad(steps: number): Program {
  return {
    sample: (size) =>
      delaySample(async () => {
        let sum = 0;
        for (let task = 0; task < size; task++) {
          sum += burn(steps);
          await turn();
        }
        return sum;
      }),
  };
}

export default { short: underLoad(taskSteps.short), long: underLoad(taskSteps.long) } satisfies Programs;
