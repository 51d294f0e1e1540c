/**
 * Nothing keeps the process any more. Either somebody still waits for a goroutine, which is a deadlock; or a worker has work that the
 * scheduler does not know of (a socket, say), which keeps the process after all; or the process ends.
 */
import { load } from '../memory/atomics.ts';
import { STOPPING } from '../memory/layout.ts';
import { anyOnWorkers, endDeadlock, nothingCanHappen, somebodyWaitsHere } from '../observe/deadlock.ts';
import { goroutines, REPORT_PATIENCE } from './reports.ts';
import { life } from './state.ts';

/** After how long threads are asked again whether their hidden work is done, in milliseconds. */
const HIDDEN_WORK_MILLISECONDS = 50;

let closing = false;
/** What was found when the process was about to end; it holds until something happens on this thread. */
let foundNoHiddenWork = false;

/** Something has happened on this thread. */
export function noteActivity(): void {
  foundNoHiddenWork = false;
}

/** For the process's `beforeExit`. */
export function beforeExit(): void {
  if (closing || !nothingCanHappen()) life.holdAgain();
  else if (somebodyWaitsHere() || (anyOnWorkers() && !foundNoHiddenWork)) void close();
}

/** Everybody sleeps: unless a thread has hidden work, the process ends, or that is a deadlock. */
async function close(): Promise<void> {
  closing = true;
  try {
    if (await life.pool?.hasHiddenWork(REPORT_PATIENCE, somebodyWaitsHere())) {
      await new Promise((resolve) => setTimeout(resolve, HIDDEN_WORK_MILLISECONDS));
      return;
    }
    foundNoHiddenWork = true;
    if (!somebodyWaitsHere()) return;
    const list = await goroutines();
    // Nothing but a stop can have come in between.
    if (life.usable && load(STOPPING) === 0) endDeadlock(list);
  } finally {
    closing = false;
  }
}
