// Does anything get dearer when very many goroutines are parked? And what does one of them weigh?
import { metric, type Row, type Suite } from '../harness/suite.ts';
import { operationsBeside } from '../work/parked.ts';

const times = [
  metric('send', { title: 'send and receive', unit: 'ns' }),
  metric('spawn', { title: 'spawn and join', unit: 'ns' }),
  metric('wake', { title: 'wake (half a round trip)', unit: 'ns' }),
];
const bytes = metric('bytes', { title: 'a parked goroutine', unit: 'B' });
/** With fewer, a process has grown by other things. */
const enoughToWeigh = 100_000;

const common = {
  operation: 'operation',
  threads: 1,
  smokeSize: 5,
  rounds: 1,
  samples: 3,
  expected: (size: number) => size + 3 * operationsBeside(size),
  contenders: { goroutines: {}, go: {} },
} satisfies Partial<Row>;

export const parked: Suite = {
  name: 'parked',
  title: 'With many goroutines parked',
  work:
    'So many goroutines wait on one channel. Meanwhile one goroutine does 200,000 of each: a send and receive on a buffered ' +
    'channel, spawning one and joining it, a round trip with one on two unbuffered channels. It does so twice, and the second ' +
    'time counts: the first finds what starting so many has left to the collector. Then the channel is closed and ' +
    'all end. Bytes are what the process has grown by when all are parked, divided by their number; the first time only, ' +
    'since memory that was given back is used again.',
  rows: [10, 1_000, 100_000, 1_000_000].map((size) => ({
    ...common,
    name: String(size),
    title: `${size.toLocaleString('en-US')} parked goroutines, one thread`,
    size,
    quickSize: size,
    measures: size < enoughToWeigh ? times : [...times, bytes],
  })),
};
