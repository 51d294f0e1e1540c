// An unbuffered channel each way: nothing is ever in flight but the ball.
import type { Suite } from '../harness/suite.ts';

const expected = (size: number) => (size * (size + 1)) / 2;

export const pingPong: Suite = {
  name: 'ping-pong',
  title: 'Ping-pong',
  work:
    'One goroutine sends a number on an unbuffered channel, the other sends it back on a second one, one added; the ' +
    'first adds up what it gets. Only the game is timed, not the starting.',
  rows: [
    {
      name: 'one-thread',
      title: 'unbuffered ping-pong, one thread',
      operation: 'round trip',
      threads: 1,
      size: 200_000,
      expected,
      contenders: { goroutines: {}, go: {}, promises: {} },
    },
    {
      name: 'two-processors',
      title: 'unbuffered ping-pong, two processors, where the scheduler puts them',
      operation: 'round trip',
      threads: 2,
      size: 200_000,
      expected,
      contenders: { goroutines: {}, go: {} },
    },
    {
      name: 'two-threads',
      title: 'unbuffered ping-pong, two threads',
      operation: 'round trip',
      threads: 2,
      size: 200_000,
      expected,
      contenders: {
        goroutines: {},
        go: { note: 'free to keep both goroutines on one thread, and mostly does' },
        'go-a-thread-each': { size: 5_000 },
        'worker-threads': { size: 5_000 },
        atomics: { note: 'a word there and back: the least that two threads can take here' },
        multithreading: { size: 2_000, note: 'channels of capacity 1' },
      },
    },
  ],
};
