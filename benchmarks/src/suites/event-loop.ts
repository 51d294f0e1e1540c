// Does the main thread still answer while there is computing to do, and how much computing is done meanwhile?
import { type Measure, metric, type Row, type Suite, timePerOperation } from '../harness/suite.ts';
import { burn } from '../work/cpu.ts';
import { taskSteps } from '../work/tasks.ts';

const measures: Measure[] = [
  { ...timePerOperation, title: 'time a task' },
  metric('p50', { title: 'event-loop delay p50', unit: 'ms' }),
  metric('p99', { title: 'event-loop delay p99', unit: 'ms' }),
  metric('max', { title: 'event-loop delay max', unit: 'ms' }),
];

function row(name: keyof typeof taskSteps, title: string, size: number): Row {
  return {
    name,
    title,
    operation: 'task',
    threads: 'all',
    size,
    smokeSize: 2,
    samples: 3,
    measures,
    expected: (tasks) => tasks * burn(taskSteps[name]),
    contenders: {
      goroutines: {},
      promises: { note: 'on the main thread, a turn of the loop (setImmediate) after each task' },
      piscina: {},
    },
  };
}

export const eventLoop: Suite = {
  name: 'event-loop',
  title: 'The event loop under load',
  work:
    'Tasks of integer arithmetic, all in flight at once; the main thread waits for them, and perf_hooks.monitorEventLoopDelay ' +
    'watches its loop (resolution 1 ms, which is part of the figures). As many threads compute as there are cores, so that the ' +
    'main thread has to share one: what the system lets it wait is in the figures too.',
  rows: [row('short', 'tasks of about 1 ms, all cores', 600), row('long', 'tasks of about 50 ms, all cores', 16)],
};
