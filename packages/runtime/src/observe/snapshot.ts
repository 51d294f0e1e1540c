/**
 * The scheduler at one moment, read out of shared memory: some reads a machine, no lock, nobody is asked. What runs goes on
 * meanwhile, so the parts are of moments some µs apart and need not fit together.
 */
import { performance } from 'node:perf_hooks';
import { load } from '../memory/atomics.ts';
import { kindOf } from '../memory/heap.ts';
import {
  GLOBAL_QUEUE_SIZE,
  HOLDER_IDLE,
  HOLDER_RETIRED,
  holderAddress,
  IDLE_PROCESSORS,
  KIND_GOROUTINE,
  MACHINE_BLOCKING,
  MACHINE_COUNT,
  MACHINE_COUNTERS,
  MACHINE_PINNED,
  MACHINE_READY,
  MACHINE_RUNNING,
  MACHINE_SEARCHING,
  MACHINE_STATE,
  MACHINE_STATE_AWAKE,
  MACHINE_STATE_LOST,
  MACHINE_STATE_NONE,
  MACHINE_THREAD,
  MACHINE_WANT,
  MONITOR_MACHINE,
  machineBase,
  PROCESSOR_COUNT,
  QUEUE_HEAD,
  QUEUE_NEXT,
  QUEUE_TAIL,
  queueBase,
  SEARCHING,
  WANT_NOT,
} from '../memory/layout.ts';
import { blockingSize } from '../scheduler/blocking-queue.ts';
import { MACHINE, numberOfRecord } from '../scheduler/goroutine.ts';
import { COUNT_HANDOFFS, COUNT_STEALS, COUNT_STOLEN } from '../scheduler/machine.ts';
import { runningGoroutines } from './stats.ts';

/** A processor: the right to run goroutines. */
export interface ProcessorSnapshot {
  id: number;
  /** `passing`: on its way from one machine to another. */
  state: 'held' | 'idle' | 'passing';
  /** The machine that holds it, and the goroutine that runs there. */
  machine: number | undefined;
  goroutine: number | undefined;
}

/**
 * What a machine does. `running`: awake, with a processor or without a goroutine that has its turn; the main thread whenever it
 * is awake. `spinning`: it looks for work. `waiting`: it has goroutines to run and waits for a processor. `blocked`: in a
 * blocking call, or held up by a goroutine whose processor was taken away. `asleep`: goroutines that were started on it wait;
 * the main thread also without any. `spare`: asleep, with no goroutine of its own.
 */
export type MachineState = 'running' | 'spinning' | 'waiting' | 'blocked' | 'asleep' | 'spare';

/** A machine: a thread that takes part. */
export interface MachineSnapshot {
  /** 0 is the main thread. */
  id: number;
  /** Its `threadId` in `node:worker_threads`. */
  threadId: number;
  state: MachineState;
  /** The processor that it holds. */
  processor: number | undefined;
  /** The goroutine that has its turn there. */
  goroutine: number | undefined;
  /** Unstarted goroutines in its queue, and the one that is to be next, if there is one (0 or 1). */
  queued: number;
  runnext: number;
  /** Started goroutines of its own that can go on, at its last look. */
  ready: number;
  /** Goroutines that were started on it and have not ended. */
  pinned: number;
  /** How often it stole from others, and how many goroutines that brought. */
  steals: number;
  stolen: number;
}

export interface Snapshot {
  /** When, in milliseconds as `performance.now()`. */
  time: number;
  /** Milliseconds since the process began. */
  uptime: number;
  procs: number;
  idleProcessors: number;
  /** Machines that look for work. */
  spinning: number;
  processors: ProcessorSnapshot[];
  machines: MachineSnapshot[];
  /** Unstarted goroutines in the global queue, and blocking calls that wait for a thread. */
  globalQueue: number;
  blockingQueue: number;
  /** Goroutines that have not ended, and those that could run but do not: queued, or ready on their machine. */
  goroutines: number;
  runnable: number;
  /** How often the monitor has taken a processor from a machine that did not come back. */
  handoffs: number;
}

/** From any thread that has the arena mapped. */
export function readSnapshot(): Snapshot {
  const procs = load(PROCESSOR_COUNT);
  const processors: ProcessorSnapshot[] = [];
  const held = new Map<number, number>();
  for (let id = 0; id < procs; id++) {
    const holder = load(holderAddress(id));
    const isHeld = holder > 0 && holder < MONITOR_MACHINE;
    if (isHeld) held.set(holder, id);
    processors.push({
      id,
      state: isHeld ? 'held' : holder === HOLDER_IDLE || holder === HOLDER_RETIRED ? 'idle' : 'passing',
      machine: isHeld ? holder : undefined,
      goroutine: isHeld ? runningOn(holder) : undefined,
    });
  }
  const machines: MachineSnapshot[] = [];
  for (let id = 0; id < load(MACHINE_COUNT); id++) {
    const state = load(machineBase(id) + MACHINE_STATE);
    if (state !== MACHINE_STATE_NONE && state !== MACHINE_STATE_LOST) machines.push(machineSnapshot(id, held.get(id)));
  }
  const globalQueue = load(GLOBAL_QUEUE_SIZE);
  const now = performance.now();
  return {
    time: now,
    uptime: process.uptime() * 1000,
    procs,
    idleProcessors: Math.max(0, load(IDLE_PROCESSORS)),
    spinning: load(SEARCHING),
    processors,
    machines,
    globalQueue,
    blockingQueue: blockingSize(),
    goroutines: runningGoroutines(),
    runnable: machines.reduce((sum, { queued, runnext, ready }) => sum + queued + runnext + ready, globalQueue),
    handoffs: counter(MONITOR_MACHINE, COUNT_HANDOFFS),
  };
}

function machineSnapshot(id: number, processor: number | undefined): MachineSnapshot {
  const base = machineBase(id);
  const queue = queueBase(id);
  return {
    id,
    threadId: load(base + MACHINE_THREAD),
    state: stateOf(id, processor),
    processor,
    goroutine: runningOn(id),
    queued: Math.max(0, (load(queue + QUEUE_TAIL) - load(queue + QUEUE_HEAD)) | 0),
    runnext: load(queue + QUEUE_NEXT) === 0 ? 0 : 1,
    ready: load(base + MACHINE_READY),
    pinned: load(base + MACHINE_PINNED),
    steals: counter(id, COUNT_STEALS),
    stolen: counter(id, COUNT_STOLEN),
  };
}

function stateOf(id: number, processor: number | undefined): MachineState {
  const base = machineBase(id);
  if (load(base + MACHINE_BLOCKING) !== 0) return 'blocked';
  const awake = load(base + MACHINE_STATE) === MACHINE_STATE_AWAKE;
  if (awake && load(base + MACHINE_SEARCHING) !== 0) return 'spinning';
  if (awake && (processor !== undefined || id === 0)) return 'running';
  if (load(base + MACHINE_WANT) !== WANT_NOT) return 'waiting';
  if (awake) return runningOn(id) === undefined ? 'running' : 'blocked';
  return load(base + MACHINE_PINNED) === 0 && id !== 0 ? 'spare' : 'asleep';
}

/** Its record may be given back in this moment, and be something else: then there is none. */
function runningOn(machine: number): number | undefined {
  const record = load(machineBase(machine) + MACHINE_RUNNING);
  if (record === 0 || kindOf(record) !== KIND_GOROUTINE || load(record + MACHINE) !== machine) return undefined;
  return numberOfRecord(record);
}

function counter(machine: number, index: number): number {
  return load(machineBase(machine) + MACHINE_COUNTERS + index) >>> 0;
}
