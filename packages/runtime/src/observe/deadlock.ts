/**
 * Deadlock: the main thread has nothing left to wait for but goroutines, and every goroutine waits for another.
 *
 * It is certain in `beforeExit`: the main thread's loop is empty, so nothing outside can wake anybody here; BUSY_MACHINES
 * is 0, so every worker sleeps without timers, promises or work (`scheduler/parker.ts`).
 */
import { DeadlockError } from '../errors.ts';
import { cells } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { BUSY_MACHINES } from '../memory/layout.ts';
import { blockingSize } from '../scheduler/blocking-queue.ts';
import { NUMBER } from '../scheduler/goroutine.ts';
import { inboxIsEmpty } from '../scheduler/inbox.ts';
import { machine } from '../scheduler/machine.ts';
import { AsyncWait } from '../scheduler/operation.ts';
import { Task } from '../scheduler/task.ts';
import { anyQueued } from '../scheduler/wake.ts';
import { runningGoroutines } from './stats.ts';

/**
 * On the main thread, in `beforeExit`: ends everybody who waits on this thread with a DeadlockError, if it is one.
 * Returns false when something can still happen, so that the process must not end.
 */
export function endDeadlock(): boolean {
  if (load(BUSY_MACHINES) !== 0 || machine.ready.length > 0 || !inboxIsEmpty() || anyQueued() || blockingSize() !== 0)
    return false;
  const waiting = machine.entries.filter((entry) => entry !== null);
  // Goroutines that are parked without anybody on the main thread waiting for them do not keep the process.
  if (waiting.length === 0) return true;
  const lines = waiting.map((entry) => {
    if (entry instanceof Task)
      return `goroutine ${cells[(entry.record + NUMBER) >> 1]} [${entry.operation?.reason ?? 'running'}]`;
    return entry instanceof AsyncWait ? `async code on the main thread [${entry.reason}]` : 'unknown';
  });
  const elsewhere = runningGoroutines() - waiting.filter((entry) => entry instanceof Task).length;
  if (elsewhere > 0) lines.push(`and ${elsewhere} more goroutine${elsewhere === 1 ? '' : 's'} parked on other threads`);
  const error = new DeadlockError(`all goroutines are asleep - deadlock!\n${lines.map((line) => `  ${line}`).join('\n')}`);
  for (const entry of waiting) entry.abandon(error);
  return true;
}
