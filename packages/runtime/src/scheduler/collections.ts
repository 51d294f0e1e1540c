/**
 * Garbage collection is a scheduling point: while a thread collects, what stands in its queue waits. After a long pause
 * that is offered to a machine that has nothing to do. (Others steal from the queue at all times, but a machine that
 * sleeps does so only when it is woken; and during the pause the monitor does it, when it lasts long enough.)
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { COUNT_GC_OFFERS, COUNT_GC_PAUSES, machine } from './machine.ts';
import { hasQueued } from './run-queue.ts';
import { wakeForWork } from './wake.ts';

/** Pauses below are shorter than a slice: what is queued waits that long in any case. */
const LONG_PAUSE_MILLISECONDS = 5;

/** On a worker. */
export function watchCollections(): void {
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) if (duration >= LONG_PAUSE_MILLISECONDS) offerQueue();
  }).observe({ entryTypes: ['gc'] });
}

function offerQueue(): void {
  machine.count(COUNT_GC_PAUSES);
  if (!hasQueued(machine.number)) return;
  machine.count(COUNT_GC_OFFERS);
  wakeForWork();
}
