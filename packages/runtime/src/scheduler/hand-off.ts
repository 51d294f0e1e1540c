/**
 * What the loop of a machine does about processors (`processor.ts`), in the steps of a slice:
 *  1. It comes to run: it has a processor still, was given one while it waited, or takes an idle one.
 *  2. With one it runs goroutines, and advances its tick with each look, by which the monitor knows that it comes back.
 *     Before each goroutine it looks whether it holds the processor still.
 *  3. Without one it does what needs none: takes wake-ups in, fires timers, runs a blocking call.
 *  4. At the end of the slice it gives its processor to a machine that waits, if one does; with nothing to run, it gives it up.
 *  5. It falls asleep: in the line of those who wait for a processor if it has goroutines to run, else as one that can be
 *     given work. Then it looks once more at all that may have come in between.
 *
 * So goroutines that were started on a machine whose processor was taken away run again when their machine comes round,
 * and two machines that share a processor take turns of one slice. Only the one with more goroutines starts new ones: else
 * a pause of some ms (a long collection, a busy computer) would leave the goroutines of a program spread over more threads
 * than it has processors for good. For skynet that made the difference between 1.5 and 0.9 times the time.
 */
import { performance } from 'node:perf_hooks';
import { arena } from '../memory/arena.ts';
import { MACHINE_BLOCKING, MACHINE_TICK, PROCESSOR_COUNT } from '../memory/layout.ts';
import { blockingSize, mayRunBlocking, reserveBlocking, takeBlocking, unreserveBlocking } from './blocking-queue.ts';
import { HANDOFF } from './diagnostics.ts';
import { drainInbox, inboxLooksEmpty } from './inbox.ts';
import { machine } from './machine.ts';
import { announceSleep } from './parker.ts';
import {
  giveUpProcessor,
  holdsProcessor,
  keepsProcessor,
  mayStopWaiting,
  oneWithMoreWaits,
  takeProcessor,
  waitForProcessor,
} from './processor.ts';
import { askForSpare, wakeForBlocking } from './spare.ts';
import { acceptsMore, hasStartable, start } from './start.ts';
import { fireTimers, hasTimers } from './timers.ts';
import { anyQueued, anyQueuedAndProcessor, stopSearchingWithWork, wakeForWork } from './wake.ts';

/** This machine comes back to its loop. */
export function tick(): void {
  const address = machine.base + MACHINE_TICK;
  arena.words[address] = (arena.words[address]! + 1) | 0;
}

/** Step 1. The main thread runs its own goroutines without a processor. */
export function mayRunGoroutines(): boolean {
  if (machine.number === 0) return true;
  tick();
  if (machine.holder === 0) runBlocking();
  if (HANDOFF.hasSubscribers) tellOfLoss();
  if (!(machine.holder !== 0 && holdsProcessor()) && !takeProcessor()) return false;
  machine.leavesWork = oneWithMoreWaits();
  return true;
}

/** Before this machine lets go of a processor that was taken from it. */
function tellOfLoss(): void {
  if (machine.holder !== 0 && !holdsProcessor()) HANDOFF.publish({ thread: machine.number });
}

/** Step 3. */
export function withoutProcessor(): void {
  giveUpProcessor(); // It was taken away.
  if (!inboxLooksEmpty()) drainInbox();
  if (hasTimers()) fireTimers(performance.now());
  runBlocking();
}

/** Step 4. Returns whether this machine goes on. */
export function staysAwake(more: boolean): boolean {
  if (machine.number === 0) return more;
  if (HANDOFF.hasSubscribers) tellOfLoss();
  if (more) return keepsProcessor();
  giveUpProcessor();
  if (!acceptsMore() && anyQueued()) wakeForWork(); // Who gives up a processor sees to what is queued.
  runBlocking();
  return false;
}

/** Step 5, first half. Returns whether this machine would take work. */
export function goesToSleep(): boolean {
  const worker = machine.number !== 0;
  const waits = worker && (machine.waits || hasOwnWork());
  const takesWork = !waits && (worker ? arena.words[PROCESSOR_COUNT] !== 0 || isFree() : machine.takesWork) && acceptsMore();
  announceSleep(takesWork);
  if (waits) waitForProcessor();
  return takesWork;
}

/** Step 5, second half. */
export function mustStayUp(takesWork: boolean): boolean {
  if (machine.waits) return mayStopWaiting();
  if (machine.number === 0) return takesWork && anyQueued();
  return (takesWork && anyQueuedAndProcessor()) || (isFree() && mayRunBlocking());
}

function hasOwnWork(): boolean {
  return machine.ready.length > 0 || hasStartable();
}

/** Nothing here would be held up by a blocking call. */
function isFree(): boolean {
  return machine.pinned === 0 && !machine.hasPending() && acceptsMore() && !hasOwnWork() && !machine.waits;
}

/** Runs the oldest blocking call, if this machine may. */
function runBlocking(): void {
  if (!isFree() || blockingSize() === 0) return;
  if (!reserveBlocking()) {
    askForSpare(); // Whoever has woken this machine for one has not.
    return;
  }
  arena.words[machine.base + MACHINE_BLOCKING] = 1;
  const record = takeBlocking();
  if (record !== 0) {
    stopSearchingWithWork();
    if (blockingSize() !== 0) wakeForBlocking();
    start(record);
  }
  arena.words[machine.base + MACHINE_BLOCKING] = 0;
  unreserveBlocking();
  if (mayRunBlocking()) wakeForBlocking(); // This machine may not be free for the next.
}
