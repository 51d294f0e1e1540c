import { AtomicInt, type Chan, chan, go, select, WaitGroup } from 'goroutines';
import type { Programs, Sample } from '../../harness/protocol.ts';
import { program } from './program.ts';

function* onChannel(hold: Chan<number>, _other: Chan<number>, begun: WaitGroup, ended: AtomicInt) {
  begun.done();
  yield* hold.recv();
  ended.add(1);
}

function* inSelect(hold: Chan<number>, other: Chan<number>, begun: WaitGroup, ended: AtomicInt) {
  begun.done();
  yield* select({ hold: hold.recv(), other: other.recv() });
  ended.add(1);
}

type Parking = typeof onChannel;

/** Gives by how much the process has grown when all wait, and how many ended. */
function* parked(parking: Parking, size: number, resident: number) {
  const [hold, other] = [chan<number>(), chan<number>()];
  const [begun, ended] = [new WaitGroup(), new AtomicInt()];
  begun.add(size);
  for (let number = 0; number < size; number++) go(parking, hold, other, begun, ended);
  yield* begun.wait();
  const grown = process.memoryUsage.rss() - resident;
  hold.close();
  while (ended.load() < size) yield;
  return { grown, result: ended.load() };
}

function* onlyChannel(size: number, resident: number) {
  return yield* parked(onChannel, size, resident);
}

function* onlySelect(size: number, resident: number) {
  return yield* parked(inSelect, size, resident);
}

function* counted(begun: AtomicInt, all: WaitGroup) {
  begun.add(1);
  all.done();
}

/** Nobody makes way before all are started; whoever has begun all the same is not counted. */
function* unstarted(size: number, resident: number) {
  'use no-preempt';
  const [begun, all] = [new AtomicInt(), new WaitGroup()];
  all.add(size);
  for (let number = 0; number < size; number++) go(counted, begun, all);
  const grown = process.memoryUsage.rss() - resident;
  const waiting = size - begun.load();
  if (waiting < size / 2) throw new Error(`only ${waiting} of ${size} goroutines had not begun`);
  yield* all.wait();
  return { grown: (grown / waiting) * size, result: begun.load() };
}

function* nothing() {}

type Weighing = typeof unstarted;

function weighed(weighing: Weighing) {
  /** What all samples of this process share: the first one's growth. */
  let bytes: number | undefined;
  return program(async (size): Promise<Sample> => {
    await go(nothing); // The thread is there.
    const { grown, result } = await go(weighing, size, process.memoryUsage.rss());
    bytes ??= grown / size;
    return { nanoseconds: 0, result, metrics: { bytes } };
  });
}

export default {
  channel: weighed(onlyChannel),
  select: weighed(onlySelect),
  unstarted: weighed(unstarted),
} satisfies Programs;
