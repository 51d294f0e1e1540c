// How much faster on more processors: one row for each number, and together a curve.
import { availableParallelism } from 'node:os';
import type { Row, Suite } from '../harness/suite.ts';
import { burn } from '../work/cpu.ts';
import { taskSteps } from '../work/tasks.ts';

/** 1, 2, 4, 8, 16 as far as there are so many, and all that there are. */
export function processorCounts(cores = availableParallelism()): number[] {
  const counts = [1, 2, 4, 8, 16].filter((count) => count <= cores);
  return counts.includes(cores) || cores > 16 ? counts : [...counts, cores];
}

function curve(name: string, title: string, rest: Omit<Row, 'name' | 'title' | 'threads'>): Row[] {
  return processorCounts().map((threads) => ({
    ...rest,
    name: `${name}-${threads}`,
    title: `${title}, ${threads === 1 ? 'one processor' : `${threads} processors`}`,
    threads,
    curve: title,
  }));
}

export const scaling: Suite = {
  name: 'scaling',
  title: 'Scaling over processors',
  work:
    'The same work on 1, 2, 4, 8 and 16 processors, as many as this machine has (`procs`, GOMAXPROCS, threads of the pool): tasks ' +
    'of integer arithmetic of about 1 ms that are all in flight at once, which main waits for; and skynet with 100,000 leaves, ' +
    'whose goroutines do little but talk.',
  rows: [
    ...curve('cpu', 'CPU work', {
      operation: 'task',
      size: 400,
      smokeSize: 2,
      samples: 3,
      expected: (size) => size * burn(taskSteps.short),
      contenders: { goroutines: {}, go: {}, piscina: {} },
    }),
    ...curve('skynet', 'skynet, 100,000 leaves', {
      operation: 'leaf',
      size: 100_000,
      quickSize: 10_000,
      expected: (size) => (size * (size - 1)) / 2,
      contenders: { goroutines: {}, go: {} },
    }),
  ],
};
