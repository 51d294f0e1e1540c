/**
 * Deadlock: the main thread has nothing left to wait for but goroutines, and every goroutine waits for another.
 *
 * It is certain in `beforeExit`: the main thread's loop is empty, so nothing outside can wake anybody here; BUSY_MACHINES
 * is 0, so every worker sleeps without timers, promises or work that it knows of (`scheduler/parker.ts`); and asked, none has
 * hidden work (`scheduler/foreign.ts`). Asking the threads for that and for their goroutines wakes them, and nothing else.
 */
import { DeadlockError } from '../errors.ts';
import { load } from '../memory/atomics.ts';
import { BUSY_MACHINES, MACHINE_COUNT, MACHINE_PINNED, machineBase } from '../memory/layout.ts';
import { blockingSize } from '../scheduler/blocking-queue.ts';
import { DEADLOCK } from '../scheduler/diagnostics.ts';
import { inboxIsEmpty } from '../scheduler/inbox.ts';
import { COUNT_SLEEPS, machine } from '../scheduler/machine.ts';
import { anyQueued } from '../scheduler/wake.ts';
import type { Deadlock } from './deadlocks.ts';
import { formatGoroutines } from './format.ts';
import type { GoroutineInfo, GoroutineList } from './goroutines.ts';
import { counter } from './stats.ts';

/** `goroutines:deadlock`, a channel of `node:diagnostics_channel`: on the main thread, before anybody finds the error thrown. */
export interface DeadlockMessage {
  error: DeadlockError;
  goroutines: GoroutineInfo[];
  /** Those among them that wait for each other. */
  deadlocks: Deadlock[];
}

/** As Go's. */
const EXIT_CODE = 2;

/** On the main thread, in `beforeExit`: whether nothing can happen any more. */
export function nothingCanHappen(): boolean {
  return load(BUSY_MACHINES) === 0 && machine.ready.length === 0 && inboxIsEmpty() && !anyQueued() && blockingSize() === 0;
}

/** Whether goroutines have begun on worker threads and not ended. */
export function anyOnWorkers(): boolean {
  for (let number = 1; number < load(MACHINE_COUNT); number++) if (load(machineBase(number) + MACHINE_PINNED) > 0) return true;
  return false;
}

/** How often worker threads have fallen asleep so far. */
export function sleepsOfWorkers(): number {
  let sleeps = 0;
  for (let number = 1; number < load(MACHINE_COUNT); number++) sleeps = (sleeps + counter(number, COUNT_SLEEPS)) | 0;
  return sleeps;
}

/** Whether somebody on the main thread waits. Goroutines that are parked without that do not keep the process. */
export function somebodyWaitsHere(): boolean {
  return machine.entries.some((entry) => entry !== null);
}

/** Ends everybody who waits on this thread with a DeadlockError. */
export function endDeadlock(list: GoroutineList): void {
  const error = new DeadlockError(`all goroutines are asleep - deadlock!\n\n${formatGoroutines(list)}\n`);
  // Where it was found out is of no use; where the main goroutine waits is.
  error.stack = [String(error), ...(list.goroutines[0]?.stack ?? []).map((frame) => `    at ${frame}`)].join('\n');
  process.off('uncaughtExceptionMonitor', setExitCode).on('uncaughtExceptionMonitor', setExitCode);
  if (DEADLOCK.hasSubscribers) {
    const message: DeadlockMessage = { error, goroutines: list.goroutines, deadlocks: list.deadlocks };
    DEADLOCK.publish(message);
  }
  for (const entry of [...machine.entries]) entry?.abandon(error);
}

/** Nobody handles the error: Node ends the process, with code 1 unless the program or somebody here has set another. */
function setExitCode(error: unknown): void {
  if (!(error instanceof DeadlockError)) return;
  process.once('exit', (code) => {
    if (code === 1) process.exitCode = EXIT_CODE;
  });
}
