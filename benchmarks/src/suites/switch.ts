// What it costs to let the other one run.
import type { Suite } from '../harness/suite.ts';

export const switching: Suite = {
  name: 'switch',
  title: 'Switch',
  work: 'Two goroutines on one thread each yield half of the switches by gosched.',
  rows: [
    {
      name: 'gosched',
      title: 'gosched between two goroutines, one thread',
      operation: 'switch',
      threads: 1,
      size: 1_000_000,
      expected: (size) => size,
      contenders: {
        goroutines: {},
        go: {},
        promises: { note: 'await of a settled value' },
      },
    },
  ],
};
