// What it costs to start a goroutine and to know that it has ended.
import type { Suite } from '../harness/suite.ts';

export const spawn: Suite = {
  name: 'spawn',
  title: 'Spawn and join',
  work:
    'From main: all goroutines are started and are in flight together, each gives its number, and main joins each and ' +
    'adds the numbers. From a goroutine: all are started with a WaitGroup, each calls done, and the starter waits.',
  rows: [
    {
      name: 'from-main',
      title: 'spawn+join from main',
      operation: 'spawn and join',
      threads: 'all',
      size: 100_000,
      expected: (size) => (size * (size - 1)) / 2,
      contenders: {
        goroutines: {},
        go: { note: 'a result slot each and a WaitGroup: Go has no join' },
        promises: { note: 'an async function with one await' },
        'worker-threads': { size: 20, quickSize: 4, note: 'a new Worker each' },
        piscina: { size: 5_000 },
        multithreading: { size: 5_000 },
      },
    },
    {
      name: 'million-from-main',
      title: 'a million spawned, then all joined, from main',
      operation: 'spawn and join',
      threads: 2,
      size: 1_000_000,
      quickSize: 1_000_000,
      samples: 3,
      rounds: 2,
      expected: (size) => (size * (size - 1)) / 2,
      contenders: { goroutines: {}, promises: { note: 'Promise.all over as many async calls' } },
    },
    {
      name: 'from-goroutine-one-thread',
      title: 'spawn+join from a goroutine, one thread',
      operation: 'spawn and join',
      threads: 1,
      size: 1_000_000,
      samples: 3,
      expected: (size) => size,
      contenders: {
        goroutines: {},
        go: {},
        promises: { note: 'an async function with one await' },
      },
    },
    {
      name: 'from-goroutine',
      title: 'spawn+join from a goroutine, all cores',
      operation: 'spawn and join',
      threads: 'all',
      size: 1_000_000,
      samples: 3,
      expected: (size) => size,
      contenders: { goroutines: {}, go: {} },
    },
  ],
};
