// What it costs a hot loop to ask whether others should run. `preemption-cost.ts` compares more carefully.
import type { Suite } from '../harness/suite.ts';
import { lcgOf, sumOf, traceOf } from '../work/loops.ts';

const contenders = { goroutines: {}, 'no-preempt': {} };

export const preemption: Suite = {
  name: 'preemption',
  title: 'Preemption',
  work: 'A goroutine that computes in a loop, with and without the check at the end of each iteration; processor time.',
  rows: [
    {
      name: 'sum',
      title: 'sum of a Float64Array of 100,000',
      operation: 'sum',
      threads: 1,
      size: 500,
      expected: sumOf,
      contenders,
    },
    {
      name: 'matrix',
      title: 'product of two matrices of 200 × 200',
      operation: 'product',
      threads: 1,
      size: 10,
      quickSize: 10,
      expected: traceOf,
      contenders,
    },
    {
      name: 'lcg',
      title: 'steps of a linear congruential generator',
      operation: 'step',
      threads: 1,
      size: 50_000_000,
      expected: lcgOf,
      contenders,
    },
  ],
};
