/** Figures of the running scheduler, summed from the counters that each machine keeps for itself in the arena. */

import { load } from '../memory/atomics.ts';
import { usage } from '../memory/heap.ts';
import {
  MACHINE_COUNT,
  MACHINE_COUNTERS,
  MACHINE_PINNED,
  MONITOR_MACHINE,
  MOST_HELD,
  machineBase,
  PROCESSOR_COUNT,
  THREAD_COUNT,
} from '../memory/layout.ts';
import { blockingSize } from '../scheduler/blocking-queue.ts';
import { globalSize } from '../scheduler/global-queue.ts';
import { COUNT_CREATED, COUNT_FINISHED, COUNTERS, type Counters } from '../scheduler/machine.ts';

/** What `runtime.stats()` gives: the counters of all threads since the program began, added up, and how things stand now. */
export interface Stats extends Counters {
  /** Goroutines that have not ended: also that of `run`, and those of `go.local` and `blocking`. */
  goroutines: number;
  /** Threads that run goroutines at one time. */
  procs: number;
  /** Threads that there are for goroutines, the main thread not counted. */
  threads: number;
  /** Those of them beyond `procs`. */
  spares: number;
  /** Most threads that were allowed to run goroutines at one time, since the last change of `procs`: never more than that. */
  mostProcs: number;
  /** Blocking calls that wait for a thread. */
  blockingQueue: number;
  /** Unstarted goroutines in the global queue. */
  globalQueue: number;
  /** Bytes of shared memory in use, by what they hold. */
  memory: Record<string, number>;
  /** The same counters by thread; the main thread first. */
  machines: MachineStats[];
}

export interface MachineStats extends Counters {
  /** Goroutines that were started on this thread and have not ended: they cannot leave it. */
  pinned: number;
}

/** Cheap enough to be called every second: some hundred reads. Exact when nothing runs. */
export function readStats(): Stats {
  const machines: MachineStats[] = [];
  const total = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<keyof Counters, number>;
  for (let number = 0; number < load(MACHINE_COUNT); number++) {
    const row: MachineStats = { ...total, pinned: load(machineBase(number) + MACHINE_PINNED) };
    for (let index = 0; index < COUNTERS.length; index++) row[COUNTERS[index]!] = counter(number, index) >>> 0;
    machines.push(row);
  }
  for (const row of machines) for (const name of COUNTERS) total[name] += row[name];
  for (let index = 0; index < COUNTERS.length; index++) total[COUNTERS[index]!] += counter(MONITOR_MACHINE, index);
  return {
    ...total,
    goroutines: runningGoroutines(),
    procs: load(PROCESSOR_COUNT),
    threads: load(THREAD_COUNT),
    spares: Math.max(0, load(THREAD_COUNT) - load(PROCESSOR_COUNT)),
    mostProcs: load(MOST_HELD),
    blockingQueue: blockingSize(),
    globalQueue: globalSize(),
    memory: Object.fromEntries(usage()),
    machines,
  };
}

/** Counters wrap at 32 bits, their difference does not mind. */
export function runningGoroutines(): number {
  let difference = 0;
  for (let number = 0; number < load(MACHINE_COUNT); number++) {
    difference = (difference + counter(number, COUNT_CREATED) - counter(number, COUNT_FINISHED)) | 0;
  }
  return difference;
}

/** One of a machine's COUNT_ counters. */
export function counter(number: number, index: number): number {
  return load(machineBase(number) + MACHINE_COUNTERS + index);
}
