/** `runtime`: what a program can ask of the scheduler and tell it. */

import { SAME_RUNTIME, sameEverywhere } from './codec/same-everywhere.ts';
import { type Dashboard, type DashboardOptions, openDashboard } from './dashboard/dashboard.ts';
import { typeName } from './errors.ts';
import { goroutineIds, goroutines } from './life/reports.ts';
import type { Deadlock } from './observe/deadlocks.ts';
import { type EventsListener, subscribe, unsubscribe } from './observe/events.ts';
import { formatGoroutines } from './observe/format.ts';
import type { GoroutineInfo } from './observe/goroutines.ts';
import { findLeaks, type LeakOptions } from './observe/leaks.ts';
import type { Metrics } from './observe/metrics.ts';
import { readSnapshot, type Snapshot } from './observe/snapshot.ts';
import { readStats, runningGoroutines, type Stats } from './observe/stats.ts';
import { startTrace, type Trace, type TraceOptions } from './observe/trace.ts';
import { addUncaughtListener, removeUncaughtListener, type UncaughtListener } from './observe/uncaught.ts';
import { configure, ensureArena, metrics, mustBeMain, procs, setProcs, stop } from './runtime.ts';
import type { Settings } from './settings.ts';

export interface RuntimeControl {
  /**
   * Settings for the start, before the first `go`, on the main thread. Throws RangeError for a value out of range, TypeError
   * for an unknown setting or another type, RuntimeStateError on another thread or once the runtime has started; changes
   * nothing then.
   *
   * @example
   * runtime.configure({ procs: 4, metrics: true });
   */
  configure(settings: Partial<Settings>): void;
  /**
   * Changes how many threads run goroutines at one time, from 1 to 64, while they run. Settles when the new number is in
   * force. Queued goroutines go on on the others; those that have begun stay on their threads, which take turns.
   *
   * Rejects with RangeError for another number, with RuntimeStateError on another thread than the main one, while the runtime
   * is being stopped, and after it was started with `procs: 0`. Source: Go's `runtime.GOMAXPROCS`.
   *
   * @example
   * await runtime.setProcs(2);
   */
  setProcs(procs: number): Promise<void>;
  /** Threads that run goroutines at one time; 0 when all run on the calling thread. */
  readonly procs: number;
  /** Goroutines that were started and have not ended, the main goroutine among them. Source: Go's `runtime.NumGoroutine`. */
  numGoroutine(): number;
  /**
   * Counters of the scheduler and bytes of shared memory in use.
   *
   * @example
   * const { goroutines, steals, preemptions } = runtime.stats();
   */
  stats(): Stats;
  /**
   * The scheduler at this moment: processors, machines, queues. Cheap: some hundred reads of shared memory.
   *
   * @example
   * for (const { id, state, goroutine } of runtime.snapshot().machines) console.log(id, state, goroutine);
   */
  snapshot(): Snapshot;
  /**
   * Histograms of `node:perf_hooks`, in nanoseconds, over all threads since the program began: how long goroutines that could run
   * waited for their turn, and how long their turns were. Each call makes a new pair; one of 17 goroutines and turns is in it.
   * On the main thread. Throws RuntimeStateError unless `runtime.configure({ metrics: true })` was called before the first `go`.
   *
   * @example
   * const { latency } = runtime.metrics();
   * console.log(`${latency.percentile(99) / 1e6} ms for 99 of 100`);
   */
  metrics(): Metrics;
  /**
   * What every goroutine is doing: its state, what it waits for, where and since when, and where it was created. Goroutines of a
   * thread that does not answer within half a second, because one of them runs on, are listed without that.
   *
   * @example
   * for (const { id, status, waitsFor } of await runtime.goroutines()) console.log(id, status, waitsFor);
   */
  goroutines(): Promise<GoroutineInfo[]>;
  /**
   * Goroutines that wait for each other while others run: in circles of held mutexes, read/write mutexes, `Once`s and joins, on
   * any threads. Only what is certain at one moment is named; but one that is outside of the circle might still unlock for
   * another, or cancel one of them. Locks taken by async code are not known to belong to anybody, and what channels, semaphores,
   * conditions, barriers and wait groups wait for can come from anybody, so that they are in no circle.
   *
   * @example
   * for (const { goroutines } of await runtime.deadlocks()) console.log(goroutines.map(({ id }) => id));
   */
  deadlocks(): Promise<Deadlock[]>;
  /**
   * All goroutines as text, as Go prints them, then deadlocks.
   *
   * @example
   * console.log(await runtime.dump());
   */
  dump(): Promise<string>;
  /**
   * Serves a page, at 127.0.0.1 only, that shows live what the scheduler does: processors and their queues, threads and what runs on
   * them, steals and hand-offs, goroutines by state and by where they were created, and how late the main thread's
   * event loop is. Settles when the server listens. It runs on a thread of its own, keeps no process alive, and reads nothing
   * while no page is open. Call it on the main thread; while one is open, another call gives the same one. GODASHBOARD=port
   * opens one at the first `go`.
   *
   * Rejects with RangeError for a port that is none, with RuntimeStateError on another thread, when the port is in use, and
   * while one is open with another port. With GODASHBOARD the first `go` throws the RangeError, and a port in use is only
   * reported.
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
   * A thread with more than 200,000 turns of goroutines a second shows the first 2,000 of each 10 ms, and for the others how many they
   * were; with `{ full: true }` (GOTRACEFULL=1) it shows all of them, for a third of the time where they take less than a µs.
   *
   * On the main thread. Throws Error when the file cannot be written, RuntimeStateError while another trace runs, TypeError for an
   * option that is none.
   *
   * @example
   * const trace = runtime.trace('trace.json');
   * await run(main);
   * await trace.stop();
   */
  trace(file: string, options?: TraceOptions): Trace;
  /**
   * The numbers of all goroutines that have not ended, at once and on any thread. What is there before a piece of work is what
   * `leaks` is to leave out after it.
   *
   * @example
   * const before = runtime.goroutineIds();
   */
  goroutineIds(): number[];
  /**
   * Goroutines that have not ended: leaked, where all should have. Left out are the one that asks, those in `except`, and those
   * for which `ignore` says so. With `within` it waits so many milliseconds for the rest to end, and settles as soon as they have.
   *
   * Rejects with TypeError for options that are none, with RangeError for a `within` that is no number of at least 0. Source:
   * go.uber.org/goleak.
   *
   * @example
   * const before = runtime.goroutineIds();
   * await work();
   * for (const { id, waitsFor, createdBy } of await runtime.leaks({ except: before, within: 1000 })) console.log(id, waitsFor, createdBy);
   */
  leaks(options?: LeakOptions): Promise<GoroutineInfo[]>;
  /**
   * Ends all goroutines and threads. Who waits for one of them gets a RuntimeStateError. The next `go` starts anew.
   *
   * @example
   * await runtime.shutdown();
   */
  shutdown(): Promise<void>;
  /**
   * Takes the place of ending the process when a goroutine failed and nobody joined it. The listener is given the error, and the
   * number and name of the goroutine. On the main thread; throws RuntimeStateError elsewhere, TypeError for another event.
   *
   * @example
   * runtime.on('uncaught', (error, { id, name }) => console.error(`goroutine ${id} (${name ?? 'unnamed'})`, error));
   */
  on(event: 'uncaught', listener: UncaughtListener): void;
  /**
   * Everything the scheduler does from now on, in lists, some 50 times a second, in order of time. The listener does not keep the
   * process alive. On the main thread; throws RuntimeStateError elsewhere, and ArenaExhaustedError when there is no
   * room for what is being recorded.
   *
   * @example
   * runtime.on('events', (events) => { for (const { time, kind, machine } of events) console.log(time, kind, machine); });
   */
  on(event: 'events', listener: EventsListener): void;
  /**
   * The listener is not called any more.
   *
   * @example
   * runtime.off('uncaught', listener);
   */
  off(event: 'uncaught', listener: UncaughtListener): void;
  /**
   * The listener is not called any more; before it returns, that is given what has happened up to now.
   *
   * @example
   * runtime.off('events', listener);
   */
  off(event: 'events', listener: EventsListener): void;
}

const control: RuntimeControl = {
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
  metrics,
  async goroutines(): Promise<GoroutineInfo[]> {
    return (await goroutines()).goroutines;
  },
  async deadlocks(): Promise<Deadlock[]> {
    return (await goroutines()).deadlocks;
  },
  async dump(): Promise<string> {
    return formatGoroutines(await goroutines());
  },
  async dashboard(options?: DashboardOptions): Promise<Dashboard> {
    return openDashboard(options);
  },
  trace(file: string, options?: TraceOptions): Trace {
    mustBeMain('runtime.trace');
    ensureArena();
    return startTrace(file, options);
  },
  goroutineIds,
  leaks(options: LeakOptions = {}): Promise<GoroutineInfo[]> {
    return findLeaks(options, goroutineIds, async () => (await goroutines()).goroutines);
  },
  async shutdown(): Promise<void> {
    mustBeMain('runtime.shutdown');
    await stop('the runtime was shut down');
  },
  on(event: 'uncaught' | 'events', listener: UncaughtListener | EventsListener): void {
    mustBeKnown('on', event, listener);
    mustBeMain('runtime.on');
    if (event === 'uncaught') {
      addUncaughtListener(listener as UncaughtListener);
      return;
    }
    ensureArena();
    subscribe(listener as EventsListener);
  },
  off(event: 'uncaught' | 'events', listener: UncaughtListener | EventsListener): void {
    mustBeKnown('off', event, listener);
    if (event === 'uncaught') removeUncaughtListener(listener as UncaughtListener);
    else unsubscribe(listener as EventsListener);
  },
};

/** Without a prototype, as a namespace is, and as `sameEverywhere` wants it. */
export const runtime: RuntimeControl = Object.setPrototypeOf(control, null);
sameEverywhere(SAME_RUNTIME, runtime);

function mustBeKnown(method: string, event: string, listener: unknown): void {
  if (event !== 'uncaught' && event !== 'events')
    throw new TypeError(`runtime.${method}: unknown event '${event}'; known are uncaught and events`);
  if (typeof listener !== 'function')
    throw new TypeError(`runtime.${method} takes a function as listener, got ${typeName(listener)}`);
}
