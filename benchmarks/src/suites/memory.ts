// What a goroutine weighs that does nothing.
import { metric, type Row, type Suite } from '../harness/suite.ts';

const common = {
  operation: 'goroutine',
  threads: 1,
  size: 200_000,
  quickSize: 200_000,
  samples: 1,
  measures: [metric('bytes', { title: 'memory', unit: 'B' })],
  expected: (size: number) => size,
} satisfies Partial<Row>;

export const memory: Suite = {
  name: 'memory',
  title: 'Memory of a goroutine',
  work:
    'So many goroutines that wait on a channel, wait in a select of two channels, or were started and have not begun to run. ' +
    'Bytes are what the resident memory of the process has grown by, divided by their number, garbage that was not yet ' +
    'collected included; one figure a process, of the first time, since memory that was given back is used again. Then they are ' +
    'let go, and counted as they end.',
  rows: [
    {
      ...common,
      name: 'channel',
      title: '200,000 goroutines parked on a channel',
      contenders: { goroutines: {}, go: {}, promises: { note: 'an async function that awaits a promise of its own' } },
    },
    {
      ...common,
      name: 'select',
      title: '200,000 goroutines parked in a select',
      contenders: { goroutines: {}, go: {}, promises: { note: 'an async function that awaits Promise.race of two of its own' } },
    },
    {
      ...common,
      name: 'unstarted',
      title: '200,000 goroutines that have not begun',
      contenders: {
        goroutines: { note: 'on the main thread alone, so that none begins' },
        go: { note: 'those that are begun meanwhile by preemption wait' },
        promises: { note: 'Promise.resolve().then(function)' },
      },
    },
  ],
};
