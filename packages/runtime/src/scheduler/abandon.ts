/**
 * The end of everything on one thread: whoever still waits or could still run here gets an error instead.
 *
 * All loops have ended before, and the threads do this one after the other. Code outside of goroutines (timers, async code
 * of the main thread) may still serve waiters meanwhile: a waiter that cannot be taken back was served, and its wake-up
 * is waited for, so that no other thread holds a waiter when this is over. Ending a goroutine may wake joiners on a thread
 * that is not done yet, which finds them in its inbox; those of a thread that is done have left the queues.
 *
 * Nobody's code runs: goroutines end where they are, as Go's do when `main` returns. What they stood in (queues of
 * channels and locks) is left properly, so that objects that outlive them stay usable.
 */
import { performance } from 'node:perf_hooks';
import { arena } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { takeBlocking } from './blocking-queue.ts';
import { completeWithError } from './complete.ts';
import { takeGlobal } from './global-queue.ts';
import { JOINED, LINK } from './goroutine.ts';
import { drainInbox } from './inbox.ts';
import { machine } from './machine.ts';
import { takeFrom } from './run-queue.ts';
import { takeUnloaded } from './start.ts';
import { clearTimers } from './timers.ts';

/** Ends all that wait or could run on this thread. */
export function abandonThread(error: Error): void {
  drainInbox();
  for (let task = machine.ready.shift(); task !== undefined; task = machine.ready.shift()) task.abandon(error);
  // Each ends once, though ending one may wake another.
  for (const waiting of [...machine.entries]) waiting?.abandon(error);
  for (const record of takeUnloaded()) abandonRecord(record, error);
  // Async code that was served in this moment.
  const end = performance.now() + 1000;
  while (machine.asyncWaits > 0 && performance.now() < end) drainInbox();
  while (machine.ready.shift() !== undefined);
  clearTimers();
}

/** Ends all goroutines that no thread has started. All other threads have stopped. */
export function abandonQueues(machines: number, error: Error): void {
  for (let record = takeGlobal(1); record !== 0; record = takeGlobal(1)) abandonRecord(record, error);
  for (let record = takeBlocking(); record !== 0; record = takeBlocking()) abandonRecord(record, error);
  for (let number = 0; number < machines; number++) {
    for (let record = takeFrom(number); record !== 0; record = takeFrom(number)) abandonRecord(record, error);
  }
}

function abandonRecord(record: number, error: Error): void {
  arena.words[record + LINK] = 0;
  store(record + JOINED, 1);
  completeWithError(record, error, null);
}
