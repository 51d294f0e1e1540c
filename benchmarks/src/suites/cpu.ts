// Does pure computing scale over the cores, and does the main thread stay free meanwhile?
import { type Measure, metric, type Suite, timePerOperation } from '../harness/suite.ts';
import { burn } from '../work/cpu.ts';

const measures: Measure[] = [
  timePerOperation,
  metric('scaling', { title: 'throughput of two ÷ one', unit: '×', better: 'more', goal: { atLeast: 1.85 } }),
  metric('delay', { title: 'event-loop delay p99', unit: 'ms', goal: { below: 10 } }),
];

export const cpu: Suite = {
  name: 'cpu',
  title: 'CPU scaling',
  work:
    'The same piece of integer arithmetic first in one goroutine, then in two at once. The ratio of the throughputs is ' +
    "2 where two cores are used fully. While it runs, perf_hooks.monitorEventLoopDelay watches the main thread's loop " +
    '(resolution 1 ms, which is part of the figure).',
  rows: [
    {
      name: 'two-goroutines',
      title: 'pure CPU work in 1 and in 2 goroutines',
      operation: 'step of the arithmetic, two running',
      threads: 2,
      size: 100_000_000,
      quickSize: 40_000_000,
      measures,
      expected: (size) => 2 * burn(size),
      contenders: {
        goroutines: {},
        go: {},
        promises: {},
        'worker-threads': {},
        piscina: {},
        multithreading: {},
      },
    },
  ],
};
