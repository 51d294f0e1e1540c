/**
 * The life of the runtime in one process, as the thread sees it that uses it first: that thread becomes machine 0.
 *
 *   nothing ─(any channel, lock, go)→ arena ─(first go, run)→ threads ─(end of run, shutdown)→ arena again
 *
 * The arena is made synchronously, so that channels can be made at a module's top level. Threads start in the
 * background; goroutines started meanwhile wait in the main thread's run queue, and in the global one when that is full. Starting
 * and stopping are asynchronous and guarded by one async-mutex, so that they never overlap.
 *
 * Stopping, in steps: (1) STOPPING is set and everybody woken: no machine runs another goroutine; (2) each machine,
 * asked through the control plane, answers when it is out of its loop, so that nothing is in the middle of anything;
 * (3) one after the other ends its goroutines where they stand, leaving queues properly; (4) the threads end;
 * (5) what stands in run queues is ended, then what waits on the main thread. A machine that does not answer in time is in
 * the middle of something, perhaps under a lock: then its thread is ended all the same and the arena is not used again.
 */

import { randomUUID } from 'node:crypto';
import { closeSharedBuffers, openSharedBuffers } from './codec/shared-buffers.ts';
import { RuntimeStateError } from './errors.ts';
import { hintAtRegister } from './hint.ts';
import { beforeExit, noteActivity } from './life/exit.ts';
import { goroutines } from './life/reports.ts';
import { keepingProcess, life } from './life/state.ts';
import { resize, startThreads, startWanted } from './life/threads.ts';
import { arena, isAttached, whenArenaNeeded } from './memory/arena.ts';
import { load, store } from './memory/atomics.ts';
import { createArena } from './memory/create.ts';
import {
  BLOCKING_RUNNING,
  BUSY_MACHINES,
  IDLE_MACHINES,
  IDLE_WORDS,
  MACHINE_COUNT,
  MACHINE_PINNED,
  MACHINE_STATE,
  MACHINE_STATE_LOST,
  MACHINE_STATE_NONE,
  MAXIMUM_PROCESSORS,
  MONITOR,
  MONITOR_AWAKE,
  machineBase,
  PROCESSOR_COUNT,
  SEARCHING,
  SPARE_WANTED,
  STOPPING,
  THREAD_COUNT,
  THREAD_LIMIT,
} from './memory/layout.ts';
import { attachRings, leaveRings } from './observe/event-rings.ts';
import { formatGoroutines } from './observe/format.ts';
import { type Metrics, measureMain, readMetrics } from './observe/metrics.ts';
import { dumpOnQuit } from './observe/quit.ts';
import { traceFromEnvironment } from './observe/trace.ts';
import { watchUncaught } from './observe/uncaught.ts';
import { abandonQueues, abandonThread } from './scheduler/abandon.ts';
import { attachMachine } from './scheduler/attach.ts';
import { whenManyCaptured } from './scheduler/function-table.ts';
import { installFunctionHook } from './scheduler/function-values.ts';
import { installLoop, uninstallLoop } from './scheduler/loop.ts';
import { machine } from './scheduler/machine.ts';
import { discardInbox } from './scheduler/notice.ts';
import { AsyncWait } from './scheduler/operation.ts';
import { wakeMachine, whenWorkersBusy } from './scheduler/parker.ts';
import { resetProcessors } from './scheduler/processor.ts';
import { LocalQueue } from './scheduler/run-queue.ts';
import { whenThreadsNeeded } from './scheduler/spawn.ts';
import { takeUnloaded } from './scheduler/start.ts';
import { Task } from './scheduler/task.ts';
import { clearTimers } from './scheduler/timers.ts';
import { configure as configureSettings, mustBeWhole, type Settings, settings } from './settings.ts';
import { coverNumbers, unusedNumbers } from './threads/machine-numbers.ts';
import { forgetParcels, installParcels } from './threads/parcels.ts';

/** How long a stopping thread may take to finish the goroutine it is running, in milliseconds. */
const STOP_PATIENCE = 200;

let endQuit: () => void = () => undefined;

/** Makes the arena and this thread's machine, unless they are there. On a worker they always are. */
export function ensureArena(): void {
  if (!life.usable && !(isAttached() && machine.number > 0)) makeArena();
}

function makeArena(): void {
  const { procs, heapBytes } = settings();
  createArena(heapBytes);
  attachMachine(0);
  life.runtimeId = randomUUID();
  openSharedBuffers(life.runtimeId);
  installFunctionHook();
  installParcels(null);
  watchUncaught();
  whenManyCaptured(hintAtRegister);
  process.on('beforeExit', beforeExit);
  life.usable = true;
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
  life.machines = unusedNumbers(procs);
  coverNumbers(life.machines);
  machine.queue = new LocalQueue(0);
  measureMain(settings().metrics);
  machine.takesWork = procs === 0;
  whenWorkersBusy(() => life.holdAgain());
  installLoop({ afterSlice });
}

let onStart: () => void = () => undefined;

/** Called each time the first goroutine of a start is made. What it throws `go` throws. */
export function whenThreadsStart(told: () => void): void {
  onStart = told;
}

/** Starts the threads in the background, unless they run. */
export function ensureThreads(): void {
  ensureArena();
  if (machine.number === 0 && !life.threadsWanted) beginThreads();
}

function beginThreads(): void {
  life.threadsWanted = true;
  try {
    onStart();
  } catch (error) {
    life.threadsWanted = false;
    throw error;
  }
  endQuit = dumpOnQuit(async () => formatGoroutines(await goroutines()));
  if (life.machines.length > 0) startThreads();
}

/**
 * How many processors there are from now on; settles when no more are held than that. Waits of goroutines, queues and threads
 * are untouched: threads too many become spare ones.
 */
export async function setProcs(count: number): Promise<void> {
  if (machine.number > 0) throw new RuntimeStateError('runtime.setProcs: call it on the main thread');
  if (count === undefined) throw new RangeError('runtime.setProcs: procs must be a whole number from 1 to 64, got undefined');
  mustBeWhole('runtime.setProcs: procs', count, 1, MAXIMUM_PROCESSORS);
  if (!life.threadsWanted) {
    configure({ procs: count });
    return;
  }
  await resize(count);
}

/** After each slice of the main thread. */
function afterSlice(): void {
  startWanted();
  noteActivity();
  life.holdWhileBusy();
}

/** Ends all goroutines and all threads. Nothing happens when none run. */
export async function stop(reason: string): Promise<void> {
  if (!life.usable || !life.threadsWanted) return;
  // At once, and not only when threads that are still starting have come: they shall not start anything.
  store(STOPPING, 1);
  await keepingProcess(async () => {
    if (!life.threadsWanted) return;
    const error = new RuntimeStateError(reason);
    for (let number = 0; number < load(MACHINE_COUNT); number++) wakeMachine(number);
    const { pool } = life;
    const clean = pool === null || (await pool.stop(STOP_PATIENCE));
    uninstallLoop();
    await life.endMonitor?.();
    life.endMonitor = null;
    if (clean) await pool?.abandon(reason);
    await pool?.end();
    life.pool = null;
    // In one step with what follows: also what was started while the threads ended.
    if (clean) {
      abandonQueues(load(MACHINE_COUNT), error);
      abandonThread(error);
    } else {
      forgetThread(error);
    }
    life.letGo();
    endQuit();
    life.threadsWanted = false;
    if (clean) reset();
    else leaveArena();
  });
}

whenArenaNeeded(ensureArena);
whenThreadsNeeded(ensureThreads);

/**
 * When shared memory is not to be touched any more: at least nobody awaits for ever, and what this thread's goroutines and timers have
 * waited for does not come to those of the next runtime, which may have the same addresses.
 */
function forgetThread(error: Error): void {
  for (const waiting of [...machine.entries]) {
    if (waiting instanceof AsyncWait) waiting.fail(error);
    else if (waiting instanceof Task) waiting.forget();
  }
  takeUnloaded();
  clearTimers();
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
  life.usable = false;
}

/** Throws RuntimeStateError on a worker. */
export function mustBeMain(call: string): void {
  if (machine.number > 0) throw new RuntimeStateError(`${call}: call it on the main thread`);
}

/** Settings for the next start. Throws RuntimeStateError once goroutines were started. */
export function configure(chosen: Partial<Settings>): void {
  if (machine.number > 0) throw new RuntimeStateError('runtime.configure: call it on the main thread, before the first go');
  if (life.threadsWanted)
    throw new RuntimeStateError(
      'runtime.configure: the runtime has started; call it before the first go, or after runtime.shutdown()',
    );
  if (life.usable && chosen.heapBytes !== undefined && chosen.heapBytes !== arena.words.byteLength) {
    throw new RuntimeStateError('runtime.configure: heapBytes cannot change any more, a channel or lock was made already');
  }
  configureSettings(chosen);
  if (life.usable) {
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
  return life.usable ? load(PROCESSOR_COUNT) : settings().procs;
}
