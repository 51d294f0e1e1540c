/**
 * Puts a frame together from shared memory: what processors and machines do, counts, and what has happened since the last
 * one. All of it is read by this thread alone; no other is asked, so a busy one does not hold it up.
 */
import { performance } from 'node:perf_hooks';
import { load } from '../memory/atomics.ts';
import {
  HOLDER_RETIRED,
  holderAddress,
  MACHINE_BLOCKING,
  MACHINE_COUNT,
  MACHINE_STATE,
  MACHINE_STATE_AWAKE,
  MACHINE_STATE_LOST,
  MACHINE_STATE_NONE,
  MACHINE_STATE_POLLING,
  MACHINE_STATE_SLEEPING,
  MAXIMUM_PROCESSORS,
  MONITOR_MACHINE,
  machineBase,
  PROCESSOR_COUNT,
  QUEUE_HEAD,
  QUEUE_NEXT,
  QUEUE_TAIL,
  queueBase,
  SEARCHING,
} from '../memory/layout.ts';
import { type MachineStats, readStats } from '../observe/stats.ts';
import { Census } from './census.ts';
import type { Frame, LoopDelay, MachineRow, MachineState, ProcessorRow } from './frame.ts';
import { Journal } from './journal.ts';

export class Sampler {
  private readonly census = new Census();
  private readonly journal = new Journal();
  private loop: LoopDelay | null = null;
  private loopAt = 0;
  /** Processor time of the last frame. */
  private milliseconds = 0;

  /** The main thread has answered. */
  noteLoop(loop: LoopDelay): void {
    this.loop = loop;
    this.loopAt = performance.now();
  }

  sample(pages: number): Omit<Frame, 'happenings'> {
    const start = process.cpuUsage();
    this.census.step();
    const stats = readStats();
    const holders = readHolders();
    const machines = this.readMachines(stats.machines, holders);
    const processors = readProcessors(holders);
    this.journal.look(stats, machines, processors);
    const { goroutines, globalQueue, blockingQueue, memory, machines: _, ...totals } = stats;
    const frame = {
      at: Date.now(),
      uptime: Math.round(process.uptime() * 1000),
      goroutines,
      processors,
      machines,
      globalQueue,
      blockingQueue,
      searching: load(SEARCHING),
      totals,
      census: this.census.report(),
      memory,
      loop: this.loop && { ...this.loop, age: Math.round(performance.now() - this.loopAt) },
      cost: { milliseconds: this.milliseconds, bytes: 0, pages, left: 0 },
    };
    const { user, system } = process.cpuUsage(start);
    this.milliseconds = (user + system) / 1000;
    return frame;
  }

  /** What has happened after the happening of this number. */
  happeningsAfter(number: number): Frame['happenings'] {
    return this.journal.after(number);
  }

  private readMachines(stats: readonly MachineStats[], holders: readonly number[]): MachineRow[] {
    const rows: MachineRow[] = [];
    for (let number = 0; number < load(MACHINE_COUNT); number++) {
      const state = load(machineBase(number) + MACHINE_STATE);
      if (state === MACHINE_STATE_NONE && number > 0) continue;
      const processor = holders.indexOf(number);
      const { pinned, started, switches, steals, stolen } = stats[number]!;
      const goroutine = state === MACHINE_STATE_AWAKE || number === 0 ? (this.census.running[number] ?? null) : null;
      rows.push({
        number,
        state: stateOf(number, state, processor >= 0, goroutine !== null),
        processor: processor < 0 || number === 0 ? null : processor,
        pinned,
        queue: queuedOn(number) + (load(queueBase(number) + QUEUE_NEXT) === 0 ? 0 : 1),
        goroutine,
        started,
        switches,
        steals,
        stolen,
      });
    }
    return rows;
  }
}

function stateOf(number: number, state: number, holds: boolean, runs: boolean): MachineState {
  if (state === MACHINE_STATE_LOST) return 'lost';
  if (load(machineBase(number) + MACHINE_BLOCKING) !== 0) return 'blocking';
  if (state === MACHINE_STATE_POLLING) return 'polling';
  if (state === MACHINE_STATE_SLEEPING) return 'sleeping';
  if (!holds && number > 0) return 'no processor';
  return runs ? 'running' : 'between';
}

/** By processor: the machine that holds it, 0 or below for none. */
function readHolders(): number[] {
  const holders: number[] = [];
  for (let number = 0; number < MAXIMUM_PROCESSORS; number++) {
    const holder = load(holderAddress(number));
    if (holder === HOLDER_RETIRED && number >= load(PROCESSOR_COUNT)) continue;
    holders[number] = holder;
  }
  return holders;
}

function readProcessors(holders: readonly number[]): ProcessorRow[] {
  return holders.map((holder, number) => {
    const isMachine = holder > 0 && holder < MONITOR_MACHINE; // Else it is idle, or in passing from one to another.
    return {
      number,
      machine: isMachine ? holder : null,
      queue: isMachine ? queuedOn(holder) : 0,
      next: isMachine && load(queueBase(holder) + QUEUE_NEXT) !== 0,
    };
  });
}

/** In the ring. Head and tail may not be of one moment. */
function queuedOn(machine: number): number {
  const base = queueBase(machine);
  return Math.max(0, (load(base + QUEUE_TAIL) - load(base + QUEUE_HEAD)) | 0);
}
