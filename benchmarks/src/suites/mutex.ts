// Many goroutines, few threads, one lock.
import type { Suite } from '../harness/suite.ts';

export const mutex: Suite = {
  name: 'mutex',
  title: 'Contended mutex',
  work:
    'Eight goroutines on two threads each lock, add one to a plain (not atomic) shared word, and unlock. The word ' +
    'must hold the number of all turns in the end.',
  rows: [
    {
      name: 'eight-goroutines',
      title: 'contended mutex, 8 goroutines, two threads',
      operation: 'lock and unlock',
      threads: 2,
      size: 200_000,
      smokeSize: 80,
      expected: (size) => size,
      contenders: {
        goroutines: {},
        go: {},
        'async-mutex': { note: 'eight async functions on one thread' },
        multithreading: { size: 4_000 },
      },
    },
  ],
};
