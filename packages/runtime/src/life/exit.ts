/**
 * Nothing keeps the process any more. Either somebody still waits for a goroutine, which is a deadlock; or a worker has work that the
 * scheduler does not know of (a socket, say), which keeps the process after all; or the process ends.
 */
import { load } from '../memory/atomics.ts';
import { STOPPING } from '../memory/layout.ts';
import { anyOnWorkers, endDeadlock, nothingCanHappen, sleepsOfWorkers, somebodyWaitsHere } from '../observe/deadlock.ts';
import { goroutines, REPORT_PATIENCE } from './reports.ts';
import { life } from './state.ts';

/** After how long threads are asked again whether their hidden work is done, in milliseconds. */
const HIDDEN_WORK_MILLISECONDS = 50;

let closing = false;
/** How often something has happened on this thread. */
let activity = 0;
/** What was found when the process was about to end; it holds until something happens on this thread. */
let foundNoHiddenWork = false;

/** Something has happened on this thread. */
export function noteActivity(): void {
  foundNoHiddenWork = false;
  activity++;
}

/** For the process's `beforeExit`. */
export function beforeExit(): void {
  if (closing || !nothingCanHappen()) life.holdAgain();
  else if (somebodyWaitsHere() || (anyOnWorkers() && !foundNoHiddenWork)) void close();
}

/** Everybody sleeps: unless a thread has hidden work, the process ends, or that is a deadlock. */
async function close(): Promise<void> {
  closing = true;
  const isStill = stillness();
  try {
    if (await life.pool?.hasHiddenWork(REPORT_PATIENCE, somebodyWaitsHere())) {
      await new Promise((resolve) => setTimeout(resolve, HIDDEN_WORK_MILLISECONDS));
      return;
    }
    if (!isStill()) return;
    foundNoHiddenWork = true;
    if (!somebodyWaitsHere()) return;
    const list = await goroutines();
    if (life.usable && load(STOPPING) === 0 && isStill()) endDeadlock(list);
  } finally {
    closing = false;
  }
}

/** Tells later whether nothing has happened from now on: nobody is awake, and nobody was and has fallen asleep again. */
function stillness(): () => boolean {
  const [before, sleeps] = [activity, sleepsOfWorkers()];
  return () => activity === before && nothingCanHappen() && sleepsOfWorkers() === sleeps;
}
