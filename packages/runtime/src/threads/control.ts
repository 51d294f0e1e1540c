/**
 * What main thread and workers say to each other outside of the arena: the installation, and the control plane's two
 * services, called through Comlink. Rare things only, nothing on the way of a goroutine.
 */
import type { MessagePort } from 'node:worker_threads';
import type { SharedBufferRecord } from '../codec/shared-buffers.ts';
import type { WasmMemory, WasmModule } from '../memory/core.ts';
import type { GoroutineList } from '../observe/goroutines.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { ThreadReport } from '../scheduler/inspect.ts';

/** What a worker does for the main thread. */
export interface WorkerControl {
  /**
   * Starts the loop. The main thread asks for it once it watches the thread: one that ended in its first goroutine, before
   * its installation was answered, would be taken for one that could not be started.
   */
  begin(): void;
  /** Ends the loop: when this has returned, no goroutine of this thread runs any more. */
  stop(): void;
  /**
   * Ends all goroutines of this thread with an error of that message and gives back all it holds; every loop has ended.
   * Never answers: the machine's state becomes NONE, and the thread stands still.
   */
  abandon(message: string): void;
  memory(): NodeJS.MemoryUsage;
  /** Does nothing: the thread listens. */
  listen(): void;
  /** What the goroutines of this thread are doing, and where they stand if that is asked for. */
  report(withStacks: boolean): ThreadReport;
  /** Whether something outside may yet wake a goroutine of this thread that counts as asleep: see `scheduler/foreign.ts`. */
  hasHiddenWork(somebodyWaits: boolean): boolean;
  /** Ends the loop if nothing of this thread would miss it; true when it has. Then `abandon` follows. */
  retire(): boolean;
}

/** What the main thread does for a worker. */
export interface MainControl {
  /** `process.exit` was called in a goroutine; without a code that of the main thread counts. */
  exit(code: number | undefined): void;
  /**
   * The SharedArrayBuffers that are known already. A new thread asks after it has opened its end of the announcements,
   * so that it misses none that comes in between.
   */
  sharedBuffers(): SharedBufferRecord[];
  /** An error came out of a callback on a worker that belongs to no goroutine. */
  uncaught(error: unknown): void;
  /** What all goroutines are doing. */
  goroutines(): Promise<GoroutineList>;
  /** The histograms of this thread, which it goes on filling. */
  metrics(histograms: Metrics): void;
  /** This machine has had nothing to do for `spareMilliseconds`, while there are more threads than needed. */
  surplus(machine: number): void;
}

/** What the main thread tells a thread that it makes a machine. */
export interface Installation {
  memory: WasmMemory;
  core: WasmModule;
  runtimeId: string;
  machine: number;
  /** After so long without work a thread that is one too many says so. */
  spareMilliseconds: number;
  /** It measures its goroutines, and hands the histograms over before it begins. */
  metrics: boolean;
  /** The control plane: one end serves `WorkerControl` here, the other calls `MainControl`. */
  serve: MessagePort;
  call: MessagePort;
  /** To the main thread's post office: see `threads/parcels.ts`. */
  parcels: MessagePort;
}
