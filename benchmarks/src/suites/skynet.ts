// The skynet benchmark: a tree of goroutines, ten children each, a million leaves.
import type { Suite } from '../harness/suite.ts';

export const skynet: Suite = {
  name: 'skynet',
  title: 'Skynet',
  work:
    'A goroutine starts ten, each of these ten more, down to a million leaves; every leaf sends its number up on its ' +
    "parent's unbuffered channel, and every parent sends up the sum of its ten.",
  rows: [
    {
      name: 'million-leaves',
      title: 'skynet, 1,000,000 leaves, all cores',
      operation: 'leaf',
      threads: 'all',
      size: 1_000_000,
      samples: 3,
      expected: (size) => (size * (size - 1)) / 2,
      contenders: {
        goroutines: {},
        go: {},
        promises: { note: 'async functions that give their sum; no channels' },
      },
    },
  ],
};
