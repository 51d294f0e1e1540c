import { AtomicInt, type Chan, chan, go, runtime, select, WaitGroup } from 'goroutines';
import type { Program, Programs, Sample } from '../../harness/protocol.ts';
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

/** On the main thread alone, which begins none before this waits. */
async function unstarted(size: number, resident: number) {
  const [begun, all] = [new AtomicInt(), new WaitGroup()];
  all.add(size);
  for (let number = 0; number < size; number++) go(counted, begun, all);
  const grown = process.memoryUsage.rss() - resident;
  if (begun.load() > 0) throw new Error(`${begun.load()} of ${size} goroutines had begun`);
  await all.wait();
  return { grown, result: begun.load() };
}

function* nothing() {}

type Weighing = (size: number, resident: number) => PromiseLike<{ grown: number; result: number }>;

function weighed(weigh: Weighing): Program {
  /** What all samples of this process share: the first one's growth. */
  let bytes: number | undefined;
  return program(async (size): Promise<Sample> => {
    await go(nothing); // The thread is there.
    const { grown, result } = await weigh(size, process.memoryUsage.rss());
    bytes ??= grown / size;
    return { nanoseconds: 0, result, metrics: { bytes } };
  });
}

export default {
  channel: weighed((size, resident) => go(onlyChannel, size, resident)),
  select: weighed((size, resident) => go(onlySelect, size, resident)),
  unstarted: { ...weighed(unstarted), start: () => runtime.configure({ procs: 0 }) },
} satisfies Programs;
