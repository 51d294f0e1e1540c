/** `runtime`: what a program can ask of the scheduler and tell it. */

import { type Dashboard, type DashboardOptions, openDashboard } from './dashboard/dashboard.ts';
import { type EventsListener, subscribe, unsubscribe } from './observe/events.ts';
import { formatGoroutines, type GoroutineInfo } from './observe/goroutines.ts';
import { readSnapshot, type Snapshot } from './observe/snapshot.ts';
import { readStats, runningGoroutines, type Stats } from './observe/stats.ts';
import { startTrace, type Trace } from './observe/trace.ts';
import { addUncaughtListener, removeUncaughtListener, type UncaughtListener } from './observe/uncaught.ts';
import { configure, ensureArena, goroutines, mustBeMain, procs, setProcs, stop } from './runtime.ts';
import type { Settings } from './settings.ts';

export interface RuntimeControl {
  /** Settings for the start, before the first `go`. Throws RangeError, TypeError or RuntimeStateError, and changes nothing then. */
  configure(settings: Partial<Settings>): void;
  /**
   * Changes how many threads run goroutines at one time, from 1 to 64, while they run. Settles when the new number is in
   * force. Throws RangeError as `configure` does. Queued goroutines go on on the others; those that have begun stay on their
   * threads, which take turns.
   */
  setProcs(procs: number): Promise<void>;
  /** Threads that run goroutines at one time; 0 when all run on the calling thread. */
  readonly procs: number;
  /** Goroutines that were started and have not ended, the main goroutine among them. */
  numGoroutine(): number;
  /** Counters of the scheduler and bytes of shared memory in use. */
  stats(): Stats;
  /** The scheduler at this moment: processors, machines, queues. Cheap: some hundred reads of shared memory. */
  snapshot(): Snapshot;
  /**
   * What every goroutine is doing: its state, what it waits for, where and since when, and where it was created. Goroutines of a
   * thread that does not answer within half a second, because one of them runs on, are listed without that.
   */
  goroutines(): Promise<GoroutineInfo[]>;
  /** The same as text. */
  dump(): Promise<string>;
  /**
   * Serves a page, at 127.0.0.1 only, that shows live what the scheduler does: processors and their queues, threads and what runs on
   * them, steals and hand-offs, goroutines by state and by where they were created, and how late the main thread's
   * event loop is. Settles when the server listens. It runs on a thread of its own, keeps no process alive, and reads nothing
   * while no page is open. Call it on the main thread; while one is open, another call gives the same one.
   *
   * Rejects with RangeError for a port that is none, with RuntimeStateError on another thread or when the port is in use.
   *
   * @example
   * const { url, close } = await runtime.dashboard({ port: 8080 });
   * console.log(url); // http://127.0.0.1:8080/…/
   */
  dashboard(options?: DashboardOptions): Promise<Dashboard>;
  /**
   * Writes what the scheduler does from now on to a file, as Chrome's trace events: https://ui.perfetto.dev shows it, with a
   * track for each processor and each thread. The file is written when `stop` is called, or when the process ends; until
   * then events are kept beside it, in `file.events`. The environment's GOTRACE=file traces a whole run.
   *
   * On the main thread. Throws Error when the file cannot be written, RuntimeStateError while another trace runs.
   *
   * @example
   * const trace = runtime.trace('trace.json');
   * await run(main);
   * await trace.stop();
   */
  trace(file: string): Trace;
  /** Ends all goroutines and threads. Who waits for one of them gets a RuntimeStateError. The next `go` starts anew. */
  shutdown(): Promise<void>;
  /** Takes the place of ending the process when a goroutine failed and nobody joined it. */
  on(event: 'uncaught', listener: UncaughtListener): void;
  /**
   * Everything the scheduler does from now on, in lists, some 50 times a second, in order of time. The listener does not keep the
   * process alive. On the main thread; throws RuntimeStateError elsewhere, and ArenaExhaustedError when there is no
   * room for what is being recorded.
   */
  on(event: 'events', listener: EventsListener): void;
  off(event: 'uncaught', listener: UncaughtListener): void;
  /** Before it returns, the listener is given what has happened up to now. */
  off(event: 'events', listener: EventsListener): void;
}

export const runtime: RuntimeControl = {
  configure,
  setProcs,
  get procs(): number {
    return procs();
  },
  numGoroutine(): number {
    ensureArena();
    return runningGoroutines();
  },
  snapshot(): Snapshot {
    ensureArena();
    return readSnapshot();
  },
  stats(): Stats {
    ensureArena();
    return readStats();
  },
  async goroutines(): Promise<GoroutineInfo[]> {
    return (await goroutines()).goroutines;
  },
  async dump(): Promise<string> {
    return formatGoroutines(await goroutines());
  },
  async dashboard(options?: DashboardOptions): Promise<Dashboard> {
    return openDashboard(options);
  },
  trace(file: string): Trace {
    mustBeMain('runtime.trace: a trace is started');
    ensureArena();
    return startTrace(file);
  },
  shutdown(): Promise<void> {
    return stop('the runtime was shut down');
  },
  on(event: 'uncaught' | 'events', listener: UncaughtListener | EventsListener): void {
    mustBeKnown('on', event);
    if (event === 'uncaught') {
      addUncaughtListener(listener as UncaughtListener);
      return;
    }
    mustBeMain('runtime.on: events come');
    ensureArena();
    subscribe(listener as EventsListener);
  },
  off(event: 'uncaught' | 'events', listener: UncaughtListener | EventsListener): void {
    mustBeKnown('off', event);
    if (event === 'uncaught') removeUncaughtListener(listener as UncaughtListener);
    else unsubscribe(listener as EventsListener);
  },
};

function mustBeKnown(method: string, event: string): void {
  if (event === 'uncaught' || event === 'events') return;
  throw new TypeError(`runtime.${method}: unknown event '${event}'; known are uncaught and events`);
}
