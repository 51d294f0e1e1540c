// What select costs when it need not wait.
import type { Suite } from '../harness/suite.ts';

export const select: Suite = {
  name: 'select',
  title: 'Select',
  work:
    'One goroutine selects over two channels that both have values all the time. The channels are filled again after ' +
    'every 1,000 selects; the filling is not timed.',
  rows: [
    {
      name: 'two-ready',
      title: 'select over two ready channels, one thread',
      operation: 'select',
      threads: 1,
      size: 200_000,
      smokeSize: 1_000,
      expected: (size) => size,
      contenders: { goroutines: {}, go: {} },
    },
  ],
};
