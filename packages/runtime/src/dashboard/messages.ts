/** What the main thread and the dashboard's thread say to each other. */
import type { WasmMemory, WasmModule } from '../memory/core.ts';
import type { Hello, Latency } from './frame.ts';

/** What the dashboard's thread is given. */
export interface Start {
  memory: WasmMemory;
  core: WasmModule;
  port: number;
  token: string;
  assets: string;
  hello: Hello;
}

export type ToDashboard =
  /** The runtime has another arena from now on. */
  | { kind: 'arena'; memory: WasmMemory }
  /** How late the main thread's loop was lately. */
  | { kind: 'loop'; latency: Latency }
  /** What a glimpse has seen: the records of each machine, in pieces. */
  | { kind: 'glimpse'; records: Int32Array[][] }
  | { kind: 'close' };

export type FromDashboard =
  | { kind: 'listening'; port: number }
  | { kind: 'failed'; code: string; message: string }
  /** A page is open, or none is any more. */
  | { kind: 'watched'; isWatched: boolean }
  | { kind: 'closed' };
