// A stream of numbers from a producer to a consumer.
import type { Suite } from '../harness/suite.ts';

const expected = (size: number) => (size * (size - 1)) / 2;

export const buffered: Suite = {
  name: 'buffered',
  title: 'Producer and consumer',
  work: 'A producer sends the numbers from 0 on a channel of capacity 128, a consumer adds them up.',
  rows: [
    {
      name: 'one-thread',
      title: 'buffered (128) producer/consumer, one thread',
      operation: 'message',
      threads: 1,
      size: 500_000,
      expected,
      contenders: { goroutines: {}, go: {}, promises: {} },
    },
    {
      name: 'two-processors',
      title: 'buffered (128) producer/consumer, two processors, where the scheduler puts them',
      operation: 'message',
      threads: 2,
      size: 500_000,
      expected,
      contenders: { goroutines: {}, go: {} },
    },
    {
      name: 'two-threads',
      title: 'buffered (128) producer/consumer, two threads',
      operation: 'message',
      threads: 2,
      size: 500_000,
      expected,
      contenders: {
        goroutines: {},
        go: { note: 'free to keep both goroutines on one thread, and mostly does' },
        'go-a-thread-each': { size: 100_000 },
        'worker-threads': { size: 100_000, note: 'at most 128 in flight: the consumer acknowledges every 64' },
        multithreading: { size: 5_000 },
      },
    },
  ],
};
