/**
 * The life of the runtime in one process, as the thread sees it that uses it first: that thread becomes machine 0.
 *
 *   nothing ─(any channel, lock, go)→ arena ─(first go, run)→ threads ─(end of run, shutdown)→ arena again
 *
 * The arena is made synchronously, so that channels can be made at a module's top level. Threads start in the
 * background; goroutines started meanwhile wait in the global queue. Starting and stopping are asynchronous and guarded
 * by one async-mutex, so that they never overlap.
 *
 * Stopping, in steps: (1) STOPPING is set and everybody woken: no machine runs another goroutine; (2) each machine,
 * asked through the control plane, answers when it is out of its loop, so that nothing is in the middle of anything;
 * (3) one after the other ends its goroutines where they stand, leaving queues properly; (4) the threads end;
 * (5) what stands in run queues is ended, then what waits on the main thread. A machine that does not answer in time is in
 * the middle of something, perhaps under a lock: then its thread is ended all the same and the arena is not used again.
 */

import { randomUUID } from 'node:crypto';
import { Mutex as AsyncMutex } from 'async-mutex';
import { closeSharedBuffers, openSharedBuffers, sharedBufferSnapshot } from './codec/shared-buffers.ts';
import { ArenaExhaustedError, RuntimeStateError } from './errors.ts';
import { throwUncaught } from './fatal.ts';
import { hintAtRegister } from './hint.ts';
import { isAttached, whenArenaNeeded, words } from './memory/arena.ts';
import { add, load, store } from './memory/atomics.ts';
import { createArena } from './memory/create.ts';
import {
  BLOCKING_RUNNING,
  BUSY_MACHINES,
  HELD_PROCESSORS,
  IDLE_MACHINES,
  IDLE_WORDS,
  MACHINE_COUNT,
  MACHINE_PINNED,
  MACHINE_STATE,
  MACHINE_STATE_AWAKE,
  MACHINE_STATE_LOST,
  MACHINE_STATE_NONE,
  MAXIMUM_PROCESSORS,
  MONITOR,
  MONITOR_AWAKE,
  MONITOR_MACHINE,
  MOST_HELD,
  machineBase,
  PROCESSOR_COUNT,
  SEARCHING,
  SPARE_WANTED,
  STOPPING,
  THREAD_COUNT,
  THREAD_LIMIT,
} from './memory/layout.ts';
import { anyOnWorkers, endDeadlock, nothingCanHappen, somebodyWaitsHere } from './observe/deadlock.ts';
import { circlesOf } from './observe/deadlocks.ts';
import { attachRings, leaveRings, provideRingFor } from './observe/event-rings.ts';
import { formatGoroutines } from './observe/format.ts';
import { confirmDeadlocks, type GoroutineList, listGoroutines } from './observe/goroutines.ts';
import { addMetrics, type Metrics, measureMain, readMetrics } from './observe/metrics.ts';
import { dumpOnQuit } from './observe/quit.ts';
import { traceFromEnvironment } from './observe/trace.ts';
import { watchUncaught } from './observe/uncaught.ts';
import { abandonQueues, abandonThread } from './scheduler/abandon.ts';
import { attachMachine } from './scheduler/attach.ts';
import { blockingSize } from './scheduler/blocking-queue.ts';
import { whenManyCaptured } from './scheduler/function-table.ts';
import { installFunctionHook } from './scheduler/function-values.ts';
import { reportRecords, type ThreadReport } from './scheduler/inspect.ts';
import { installLoop, uninstallLoop } from './scheduler/loop.ts';
import { endLostMachine } from './scheduler/lost.ts';
import { machine } from './scheduler/machine.ts';
import { discardInbox, passOnNotices } from './scheduler/notice.ts';
import { AsyncWait } from './scheduler/operation.ts';
import { wakeMachine, whenWorkersBusy } from './scheduler/parker.ts';
import { addProcessors, resetProcessors, retireProcessors } from './scheduler/processor.ts';
import { LONGEST_TIMEOUT } from './scheduler/real-timers.ts';
import { LocalQueue } from './scheduler/run-queue.ts';
import { schedule } from './scheduler/schedule.ts';
import { isSurplus, wakeForBlocking } from './scheduler/spare.ts';
import { whenThreadsNeeded } from './scheduler/spawn.ts';
import { wakeForWork } from './scheduler/wake.ts';
import { configure as configureSettings, mustBeWhole, type Settings, settings } from './settings.ts';
import { leaveStreamsOf } from './sync/channel-streams.ts';
import type { MainControl } from './threads/control.ts';
import { coverNumbers, freeNumber, unusedNumbers } from './threads/machine-numbers.ts';
import { startMonitor } from './threads/monitor.ts';
import { forgetParcels, installParcels } from './threads/parcels.ts';
import { ThreadPool } from './threads/pool.ts';

/** How long a stopping thread may take to finish the goroutine it is running, in milliseconds. */
const STOP_PATIENCE = 200;
/** How long a dump waits for a thread that is busy, in milliseconds. */
const REPORT_PATIENCE = 500;
/** After how long threads are asked again whether their hidden work is done, in milliseconds. */
const HIDDEN_WORK_MILLISECONDS = 50;

const lifecycle = new AsyncMutex();
let pool: ThreadPool | null = null;
let threadsWanted = false;
/** The machine numbers of the workers of this start. */
let machines: number[] = [];
let runtimeId = '';
let keepAlive: NodeJS.Timeout | null = null;
let usable = false;
let endMonitor: (() => Promise<void>) | null = null;
let startingSpare = false;
let endQuit: () => void = () => undefined;

/** Makes the arena and this thread's machine, unless they are there. On a worker they always are. */
export function ensureArena(): void {
  if (usable || (isAttached() && machine.number > 0)) return;
  const { procs, heapBytes } = settings();
  createArena(heapBytes);
  attachMachine(0);
  runtimeId = randomUUID();
  openSharedBuffers(runtimeId);
  installFunctionHook();
  installParcels(null);
  watchUncaught();
  whenManyCaptured(hintAtRegister);
  process.on('beforeExit', beforeExit);
  usable = true;
  startMain(procs);
  attachRings();
  traceFromEnvironment();
  for (const told of onArena) told();
}

const onArena = new Set<() => void>();

/** Called whenever this process has another arena. Returns what ends that. */
export function whenArenaMade(told: () => void): () => void {
  onArena.add(told);
  return () => void onArena.delete(told);
}

/** The main thread takes part, with a processor of its own if there are to be no others. */
function startMain(procs: number): void {
  resetProcessors(procs);
  store(THREAD_COUNT, 0);
  store(THREAD_LIMIT, procs + settings().spareThreads);
  machines = unusedNumbers(procs);
  coverNumbers(machines);
  machine.queue = new LocalQueue(0);
  measureMain(settings().metrics);
  machine.takesWork = procs === 0;
  whenWorkersBusy(() => keepAlive?.ref());
  installLoop({ afterSlice: letGo });
}

let onStart: () => void = () => undefined;

/** Called each time the first goroutine of a start is made. What it throws `go` throws. */
export function whenThreadsStart(told: () => void): void {
  onStart = told;
}

/** Starts the threads in the background, unless they run. */
export function ensureThreads(): void {
  ensureArena();
  if (machine.number > 0 || threadsWanted) return;
  threadsWanted = true;
  try {
    onStart();
  } catch (error) {
    threadsWanted = false;
    throw error;
  }
  endQuit = dumpOnQuit(async () => formatGoroutines(await goroutines()));
  if (machines.length === 0) return;
  store(THREAD_COUNT, machines.length);
  keepAlive = setInterval(() => undefined, LONGEST_TIMEOUT);
  // Until they sleep for the first time, all count as busy.
  store(BUSY_MACHINES, machines.length);
  for (const number of machines) {
    provideRingFor(number);
    store(machineBase(number) + MACHINE_STATE, MACHINE_STATE_AWAKE);
  }
  lifecycle
    .runExclusive(async () => {
      const starting = newPool();
      await starting.start(machines);
      pool = starting;
      if (load(STOPPING) !== 0) return;
      endMonitor = startMonitor();
      store(SPARE_WANTED, 1); // One is kept.
      schedule();
    })
    .catch((error: unknown) => {
      throwUncaught(new Error(`the runtime could not start its ${machines.length} threads`, { cause: error }));
    });
}

function newPool(): ThreadPool {
  return new ThreadPool(runtimeId, settings().spareMilliseconds, settings().metrics, control, replaceLost);
}

/** After each slice: another thread, if somebody has asked for one and there may be more. */
function startWanted(): void {
  if (load(SPARE_WANTED) === 0 || startingSpare || lifecycle.isLocked() || load(STOPPING) !== 0 || !threadsWanted) return;
  startingSpare = true;
  lifecycle
    .runExclusive(async () => {
      if (!threadsWanted || load(STOPPING) !== 0) return;
      if (load(THREAD_COUNT) < load(THREAD_LIMIT)) await addThread(true);
      else store(SPARE_WANTED, 0);
    })
    .catch((error: unknown) => {
      store(SPARE_WANTED, 0);
      // Without memory there is none for now; who needs one asks again.
      if (load(STOPPING) !== 0 || error instanceof ArenaExhaustedError) return;
      throwUncaught(new Error('the runtime could not start another thread', { cause: error }));
    })
    .finally(() => {
      startingSpare = false;
      schedule(); // One may have been asked for meanwhile.
    });
}

/** Under the lifecycle's mutex. A spare one is the answer to SPARE_WANTED; one for a new processor leaves the wish as it is. */
async function addThread(isSpare: boolean): Promise<void> {
  const number = freeNumber();
  if (number < 0) {
    store(SPARE_WANTED, 0);
    return;
  }
  pool ??= newPool();
  keepAlive ??= setInterval(() => undefined, LONGEST_TIMEOUT);
  machines.push(number);
  coverNumbers(machines);
  provideRingFor(number);
  store(machineBase(number) + MACHINE_STATE, MACHINE_STATE_AWAKE);
  add(BUSY_MACHINES, 1);
  keepAlive.ref();
  try {
    await pool.add(number, () => {
      add(THREAD_COUNT, 1);
      if (isSpare) store(SPARE_WANTED, 0);
    });
  } catch (error) {
    machines = machines.filter((other) => other !== number);
    store(machineBase(number) + MACHINE_STATE, MACHINE_STATE_NONE);
    add(BUSY_MACHINES, -1);
    throw error;
  }
}

/** A spare thread has had nothing to do for long. One is kept. */
function endSurplus(number: number): void {
  void lifecycle.runExclusive(async () => {
    if (!threadsWanted || load(STOPPING) !== 0 || pool === null || !isSurplus()) return;
    // From here on nobody counts on it.
    add(THREAD_COUNT, -1);
    if (!(await pool.retire(number))) {
      add(THREAD_COUNT, 1);
      return;
    }
    machines = machines.filter((other) => other !== number);
    passOnNotices(number);
    leaveStreamsOf(number, 'its thread had nothing to do for long, and has ended');
    store(machineBase(number) + MACHINE_STATE, MACHINE_STATE_NONE);
    add(BUSY_MACHINES, -1); // It was awake at its end.
    if (blockingSize() !== 0) wakeForBlocking(); // It may have been chosen for one in that moment.
    letGo();
  });
}

/**
 * How many processors there are from now on; settles when no more are held than that. Waits of goroutines, queues and threads
 * are untouched: threads too many become spare ones.
 */
export async function setProcs(count: number): Promise<void> {
  if (machine.number > 0) throw new RuntimeStateError('runtime.setProcs: call it on the main thread');
  if (count === undefined) throw new RangeError('runtime.setProcs: procs must be a whole number from 1 to 64, got undefined');
  mustBeWhole('runtime.setProcs: procs', count, 1, MAXIMUM_PROCESSORS);
  if (!threadsWanted) {
    configure({ procs: count });
    return;
  }
  await lifecycle.runExclusive(async () => {
    const before = load(PROCESSOR_COUNT);
    if (!threadsWanted || load(STOPPING) !== 0) throw new RuntimeStateError('runtime.setProcs: the runtime is being stopped');
    if (before === 0)
      throw new RuntimeStateError('runtime.setProcs: with procs: 0 all goroutines run on the calling thread, and stay there');
    configureSettings({ procs: count });
    store(THREAD_LIMIT, count + settings().spareThreads);
    if (count > before) {
      while (load(THREAD_COUNT) < count) await addThread(false);
      addProcessors(before, count);
      wakeForWork();
      // Those that were spare may be none any more, and one is kept.
      if (load(THREAD_COUNT) <= count) store(SPARE_WANTED, 1);
    } else {
      store(PROCESSOR_COUNT, count);
      while (retireProcessors(count, before) > 0 && load(STOPPING) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      // Who fell asleep before was none too many then, and is to see that it is now.
      for (const number of machines) wakeMachine(number);
    }
    store(MOST_HELD, load(HELD_PROCESSORS));
  });
  schedule(); // Another thread may be wanted, which could not be started meanwhile.
}

/** A thread has ended by itself: its goroutines end with it, another takes its place. */
function replaceLost(lostMachine: number, why: string): void {
  const goroutines = endLostMachine(lostMachine, why);
  process.emitWarning(
    `a thread of the runtime has ended (${why}) and ${goroutines} goroutines with it; another takes its place`,
    'ThreadLostWarning',
  );
  const number = freeNumber();
  if (number < 0) {
    throwUncaught(
      new RuntimeStateError(`${MONITOR_MACHINE} threads were used and lost, the last because ${why}; no other is started`),
    );
    return;
  }
  machines = machines.map((other) => (other === lostMachine ? number : other));
  coverNumbers(machines);
  provideRingFor(number);
  store(machineBase(number) + MACHINE_STATE, MACHINE_STATE_AWAKE);
  add(BUSY_MACHINES, 1);
  keepAlive?.ref();
  // Not under the lifecycle's mutex: a stop must not wait for a thread that does not answer.
  pool?.replace(lostMachine, number).catch((error: unknown) => {
    if (load(STOPPING) !== 0) return;
    throwUncaught(new RuntimeStateError('no thread could be started in the place of one that was lost', { cause: error }));
  });
}

const control: MainControl = {
  goroutines,
  sharedBuffers: sharedBufferSnapshot,
  exit(code: number | undefined): void {
    if (code === undefined) process.exit(); // An argument that is undefined would take the place of `process.exitCode`.
    process.exit(code);
  },
  uncaught: throwUncaught,
  surplus: endSurplus,
  metrics: addMetrics,
};

/** After each slice of the main thread: the workers keep the process only while they have something to do. */
function letGo(): void {
  startWanted();
  foundNoHiddenWork = false;
  if (keepAlive === null) return;
  if (load(BUSY_MACHINES) === 0 && blockingSize() === 0) keepAlive.unref();
  else keepAlive.ref();
}

let closing = false;
/** What was found when the process was about to end; it holds until something happens on this thread. */
let foundNoHiddenWork = false;

function beforeExit(): void {
  if (closing || !nothingCanHappen()) keepAlive?.ref();
  else if (somebodyWaitsHere() || (anyOnWorkers() && !foundNoHiddenWork)) void close();
}

/** Everybody sleeps: unless a thread has hidden work, the process ends, or that is a deadlock. */
async function close(): Promise<void> {
  closing = true;
  try {
    if (await pool?.hasHiddenWork(REPORT_PATIENCE)) {
      await new Promise((resolve) => setTimeout(resolve, HIDDEN_WORK_MILLISECONDS));
      return;
    }
    foundNoHiddenWork = true;
    if (!somebodyWaitsHere()) return;
    const list = await goroutines();
    // Nothing but a stop can have come in between.
    if (usable && load(STOPPING) === 0) endDeadlock(list);
  } finally {
    closing = false;
  }
}

/** What all goroutines are doing. */
export async function goroutines(): Promise<GoroutineList> {
  if (machine.number > 0) return askMain();
  if (!usable) return { goroutines: [], deadlocks: [], asyncWaits: [] };
  const { list, waiters } = listGoroutines(await reports(true));
  if (circlesOf(waiters).length === 0) return list;
  return confirmDeadlocks(list, waiters, await reports(false));
}

/** The numbers of those that have not ended. */
export function goroutineIds(): number[] {
  return machine.number > 0 || usable ? reportRecords().map(({ id }) => id) : [];
}

async function reports(withStacks: boolean): Promise<Map<number, ThreadReport>> {
  return (await pool?.report(REPORT_PATIENCE, withStacks)) ?? new Map();
}

let askMain: () => Promise<GoroutineList>;

/** On a worker: how it learns what the goroutines of all threads are doing. */
export function whenAskedForGoroutines(ask: () => Promise<GoroutineList>): void {
  askMain = ask;
}

/** Ends all goroutines and all threads. Nothing happens when none run. */
export async function stop(reason: string): Promise<void> {
  if (!usable || !threadsWanted) return;
  // At once, and not only when threads that are still starting have come: they shall not start anything.
  store(STOPPING, 1);
  await lifecycle.runExclusive(async () => {
    if (!threadsWanted) return;
    const error = new RuntimeStateError(reason);
    for (let number = 0; number < load(MACHINE_COUNT); number++) wakeMachine(number);
    const clean = pool === null || (await pool.stop(STOP_PATIENCE));
    uninstallLoop();
    await endMonitor?.();
    endMonitor = null;
    if (clean) await pool?.abandon(reason);
    await pool?.end();
    pool = null;
    // In one step with what follows: also what was started while the threads ended.
    if (clean) {
      abandonQueues(load(MACHINE_COUNT), error);
      abandonThread(error);
    } else {
      failAsyncWaits(error);
    }
    if (keepAlive !== null) clearInterval(keepAlive);
    keepAlive = null;
    endQuit();
    threadsWanted = false;
    if (clean) reset();
    else leaveArena();
  });
}

whenArenaNeeded(ensureArena);
whenThreadsNeeded(ensureThreads);

/** When shared memory is not to be touched any more: at least nobody awaits for ever. */
function failAsyncWaits(error: Error): void {
  for (const waiting of [...machine.entries]) if (waiting instanceof AsyncWait) waiting.fail(error);
}

/** The arena as it was before the first thread started, with the objects in it. */
function reset(): void {
  for (let number = 0; number < load(MACHINE_COUNT); number++) {
    const state = machineBase(number) + MACHINE_STATE;
    if (load(state) !== MACHINE_STATE_LOST) store(state, MACHINE_STATE_NONE);
    store(machineBase(number) + MACHINE_PINNED, 0);
    discardInbox(number);
  }
  for (let word = 0; word < IDLE_WORDS; word++) store(IDLE_MACHINES + word, 0);
  store(SPARE_WANTED, 0);
  store(BLOCKING_RUNNING, 0);
  store(MONITOR, MONITOR_AWAKE);
  store(SEARCHING, 0);
  store(BUSY_MACHINES, 0);
  store(STOPPING, 0);
  machine.searching = false;
  machine.announcedIdle = false;
  startMain(settings().procs);
}

function leaveArena(): void {
  closeSharedBuffers();
  forgetParcels();
  leaveRings();
  process.off('beforeExit', beforeExit);
  usable = false;
}

/** Throws RuntimeStateError on a worker. */
export function mustBeMain(what: string): void {
  if (machine.number > 0) throw new RuntimeStateError(`${what} on the main thread only`);
}

/** Settings for the next start. Throws RuntimeStateError once goroutines were started. */
export function configure(chosen: Partial<Settings>): void {
  if (machine.number > 0) throw new RuntimeStateError('runtime.configure: call it on the main thread, before the first go');
  if (threadsWanted)
    throw new RuntimeStateError(
      'runtime.configure: the runtime has started; call it before the first go, or after runtime.shutdown()',
    );
  if (usable && chosen.heapBytes !== undefined && chosen.heapBytes !== words.byteLength) {
    throw new RuntimeStateError('runtime.configure: heapBytes cannot change any more, a channel or lock was made already');
  }
  configureSettings(chosen);
  if (usable) {
    startMain(settings().procs);
  }
}

/** See `RuntimeControl`. */
export function metrics(): Metrics {
  if (machine.number > 0) throw new RuntimeStateError('runtime.metrics: call it on the main thread');
  if (!settings().metrics)
    throw new RuntimeStateError(
      'runtime.metrics: nothing is measured; call runtime.configure({ metrics: true }) before the first go',
    );
  return readMetrics();
}

/** The number of threads that run goroutines at one time. */
export function procs(): number {
  if (machine.number > 0) return load(PROCESSOR_COUNT);
  return usable ? load(PROCESSOR_COUNT) : settings().procs;
}
