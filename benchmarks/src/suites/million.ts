// A million at once, ten times over: time, memory at the worst moment, and whether memory comes back.
import { memoryGrowth, peakMemory, type Row, type Suite, timePerOperation } from '../harness/suite.ts';

const common = {
  operation: 'goroutine',
  threads: 'all',
  size: 1_000_000,
  rounds: 1,
  samples: 10,
  measures: [timePerOperation, peakMemory, memoryGrowth],
  expected: (size: number) => size,
} satisfies Partial<Row>;

export const million: Suite = {
  name: 'million',
  title: 'A million goroutines',
  work:
    'A million goroutines are started and each adds 1: to an atomic integer, or by sending it on an unbuffered channel ' +
    'that one goroutine receives from. Ten rounds in one process; peak RSS is of the whole process, growth is what ' +
    'the ten rounds after the warm-up added (resident after the last less that after the first).',
  rows: [
    {
      ...common,
      name: 'atomic',
      title: '1,000,000 goroutines adding to an AtomicInt',
      contenders: { goroutines: {}, go: {}, promises: { note: 'a plain variable' } },
    },
    {
      ...common,
      name: 'channel',
      title: '1,000,000 goroutines sending 1 on a channel',
      contenders: { goroutines: {}, go: {}, promises: {} },
    },
  ],
};
