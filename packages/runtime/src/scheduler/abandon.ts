/**
 * The end of everything on one thread: whoever still waits or could still run here gets an error instead.
 *
 * All loops have ended before, and the threads do this one after the other: so every wake-up that was under way lies in
 * an inbox, and nobody serves a waiter while its owner takes it back. Ending a goroutine may wake joiners on a thread
 * that is not done yet, which finds them in its inbox; those of a thread that is done have left the queues.
 *
 * Nobody's code runs: goroutines end where they are, as Go's do when `main` returns. What they stood in (queues of
 * channels and locks) is left properly, so that objects that outlive them stay usable.
 */
import { words } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { completeWithError } from './complete.ts';
import { takeGlobal } from './global-queue.ts';
import { JOINED, LINK } from './goroutine.ts';
import { drainInbox } from './inbox.ts';
import { machine } from './machine.ts';
import { LocalQueue } from './run-queue.ts';
import { takeUnloaded } from './start.ts';
import { clearTimers } from './timers.ts';

/** Ends all that wait or could run on this thread. */
export function abandonThread(error: Error): void {
  drainInbox();
  for (let task = machine.ready.shift(); task !== undefined; task = machine.ready.shift()) task.abandon(error);
  for (const waiting of [...machine.entries]) waiting?.abandon(error);
  for (const record of takeUnloaded()) abandonRecord(record, error);
  // Ending them may have woken others of this thread, which are ended above or stand in the ready queue.
  for (let task = machine.ready.shift(); task !== undefined; task = machine.ready.shift()) task.abandon(error);
  clearTimers();
}

/** Ends all goroutines that no thread has started. All other threads have stopped. */
export function abandonQueues(processors: number, error: Error): void {
  for (let record = takeGlobal(1); record !== 0; record = takeGlobal(1)) abandonRecord(record, error);
  for (let processor = 0; processor < processors; processor++) {
    const queue = new LocalQueue(processor);
    for (let record = queue.pop(); record !== 0; record = queue.pop()) abandonRecord(record, error);
  }
}

function abandonRecord(record: number, error: Error): void {
  words[record + LINK] = 0;
  store(record + JOINED, 1);
  completeWithError(record, error, null);
}
