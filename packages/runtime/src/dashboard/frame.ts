/** What the page is told with each refresh. Numbers and counts only: never a row for each goroutine. */
import type { MachineSnapshot, ProcessorSnapshot } from '../observe/snapshot.ts';
import type { Counter } from '../scheduler/machine.ts';

/** One refresh. Each holds everything, so that one may be left out. */
export interface Frame {
  /** Milliseconds since the epoch. */
  at: number;
  /** Milliseconds since the process started. */
  uptime: number;
  /** Goroutines that have not ended. */
  goroutines: number;
  processors: ProcessorSnapshot[];
  machines: MachineRow[];
  /** Unstarted goroutines in the global queue, and blocking calls that wait for a thread. */
  globalQueue: number;
  blockingQueue: number;
  /** Machines that look for work. */
  spinning: number;
  /** Counters summed over all threads since the start. */
  totals: Record<Counter, number>;
  census: CensusReport;
  /** Bytes of shared memory in use, by what they hold. */
  memory: Record<string, number>;
  /** How late the main thread's event loop runs; null before it has answered. */
  loop: LoopDelay | null;
  /** How long goroutines waited for their turn, in the last glimpse; null before there was one. */
  scheduling: Latency | null;
  happenings: Happening[];
  cost: Cost;
}

/** A machine, and what is counted there. */
export interface MachineRow extends MachineSnapshot {
  /** A goroutine that has its turn there, or had it some ms ago; null when none has. */
  runs: RunningGoroutine | null;
  /** Since its start. */
  started: number;
  switches: number;
}

export interface RunningGoroutine {
  id: number;
  /** As given to `go.with`, else the name of its function; empty when it is not known. */
  name: string;
}

/** Goroutines counted in one walk over shared memory. */
export interface CensusReport {
  /** Milliseconds since the walk ended, and what it took altogether. */
  age: number;
  milliseconds: number;
  counted: number;
  runnable: number;
  running: number;
  waiting: number;
  /** Those with most goroutines. */
  sites: SiteRow[];
  /** Functions that are not among them, and their goroutines. */
  otherSites: number;
  otherGoroutines: number;
}

/** The goroutines of one function. */
export interface SiteRow {
  /** `name (file:line:column)`; a word for those that stand in no function's list. */
  fn: string;
  /** Where they were seen to be created, in the same form. */
  createdAt: string[];
  runnable: number;
  running: number;
  waiting: number;
}

export interface LoopDelay {
  /** Milliseconds since the main thread answered last. */
  age: number;
  latency: Latency;
}

/** Delays of some moments. */
export interface Latency {
  /** How many fell into each of LATENCY_BOUNDS, and one more for all above. */
  counts: number[];
  /** In milliseconds. */
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Upper bounds in milliseconds. */
export const LATENCY_BOUNDS: readonly number[] = [0.001, 0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export type HappeningKind = 'steal' | 'hand-off' | 'blocking' | 'processor' | 'thread';

/** Something worth a line: a steal, a hand-off. Numbered, so that each page shows it once. */
export interface Happening {
  number: number;
  at: number;
  kind: HappeningKind;
  /** The machine it concerns; null for the monitor's. */
  machine: number | null;
  text: string;
}

/** What the dashboard itself costs. */
export interface Cost {
  /** Processor time of the last refresh in milliseconds, on the dashboard's own thread. */
  milliseconds: number;
  /** Bytes of the last frame. */
  bytes: number;
  pages: number;
  /** Frames that were left out for pages that had not taken the one before. */
  left: number;
}

/** What does not change. */
export interface Hello {
  pid: number;
  program: string;
  node: string;
  version: string;
  platform: string;
}
