/**
 * Semaphore: a number of permits, of which each taker takes as many as it asks for. All under LOCK.
 *
 * The line is ordered by priority, then by arrival, and nobody takes permits past one who stands before him: so a waiter
 * of many is not overtaken by waiters of few. Permits are handed over where they are given back: VALUE is what is left
 * after everybody was let in who can be. So at rest the first in line asks for more than VALUE.
 *
 * No wake-up is lost: that holds after each change under LOCK. What can change it calls `letIn`: VALUE has grown, or the
 * first in line has left (cancelled, a select that went elsewhere, or its thread was lost), behind whom others may have been
 * held up. A waiter that was let in holds its permits from that moment, and who drops it gives them back.
 */
import {
  OUTCOME_CANCELED,
  OUTCOME_DONE,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  SEMAPHORE_LOCK,
  SEMAPHORE_VALUE,
  SEMAPHORE_WAITERS,
  SEMAPHORE_WATCHERS,
  WAITER_DETAIL,
  WAITER_OUTCOME,
} from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { get, set } from './memory.ts';
import { conclude, serveAll, serveNext } from './ready.ts';
import { claim, dequeueAll, firstOf, passesAll, remove, takeWatchers } from './wait-queue.ts';

/** The waiter's DETAIL is how many it asks for; once it has them, how many there were before. */
export function tryAcquire(semaphore: i32, waiter: i32): i32 {
  const value = get(semaphore, SEMAPHORE_VALUE);
  const weight = get(waiter, WAITER_DETAIL);
  if (weight > value || !passesAll(semaphore + SEMAPHORE_WAITERS, waiter)) return RESULT_WAITS;
  take(semaphore, waiter);
  return RESULT_DONE;
}

function take(semaphore: i32, waiter: i32): void {
  const value = get(semaphore, SEMAPHORE_VALUE);
  set(semaphore, SEMAPHORE_VALUE, value - get(waiter, WAITER_DETAIL));
  set(waiter, WAITER_DETAIL, value);
}

/** Whether so many could be acquired. */
export function tryWatchSemaphore(semaphore: i32, waiter: i32): i32 {
  if (get(waiter, WAITER_DETAIL) > get(semaphore, SEMAPHORE_VALUE)) return RESULT_WAITS;
  return passesAll(semaphore + SEMAPHORE_WAITERS, waiter) ? RESULT_DONE : RESULT_WAITS;
}

/** Lets in everybody who can be. Under LOCK. */
export function letIn(semaphore: i32): void {
  const waiters = semaphore + SEMAPHORE_WAITERS;
  const watchers = semaphore + SEMAPHORE_WATCHERS;
  serveAll(takeWatchers(watchers, waiters, get(semaphore, SEMAPHORE_VALUE)));
  while (true) {
    const first = firstOf(waiters);
    if (first === 0 || get(first, WAITER_DETAIL) > get(semaphore, SEMAPHORE_VALUE)) return;
    remove(waiters, first);
    if (claim(first)) {
      take(semaphore, first);
      set(first, WAITER_OUTCOME, OUTCOME_DONE);
      serveNext(first);
    }
    serveAll(takeWatchers(watchers, waiters, get(semaphore, SEMAPHORE_VALUE)));
  }
}

/** Takes so many at once, past nobody; RESULT_WAITS if that cannot be. */
export function tryTakeSemaphore(semaphore: i32, weight: i32): i32 {
  lock(semaphore + SEMAPHORE_LOCK);
  const value = get(semaphore, SEMAPHORE_VALUE);
  const possible = weight <= value && firstOf(semaphore + SEMAPHORE_WAITERS) === 0;
  if (possible) set(semaphore, SEMAPHORE_VALUE, value - weight);
  unlock(semaphore + SEMAPHORE_LOCK);
  return possible ? RESULT_DONE : RESULT_WAITS;
}

/** Gives so many back. RESULT_REFUSED when there would be more than a word can count. */
export function releaseSemaphore(semaphore: i32, weight: i32): i32 {
  lock(semaphore + SEMAPHORE_LOCK);
  const value = get(semaphore, SEMAPHORE_VALUE);
  if (value > 0 && weight > 0x7fffffff - value) {
    unlock(semaphore + SEMAPHORE_LOCK);
    return RESULT_REFUSED;
  }
  set(semaphore, SEMAPHORE_VALUE, value + weight);
  letIn(semaphore);
  unlock(semaphore + SEMAPHORE_LOCK);
  return conclude(RESULT_DONE);
}

export function setSemaphore(semaphore: i32, value: i32): i32 {
  lock(semaphore + SEMAPHORE_LOCK);
  set(semaphore, SEMAPHORE_VALUE, value);
  letIn(semaphore);
  unlock(semaphore + SEMAPHORE_LOCK);
  return conclude(RESULT_DONE);
}

/** Sends everybody away who waits to acquire. */
export function cancelSemaphore(semaphore: i32): i32 {
  lock(semaphore + SEMAPHORE_LOCK);
  serveAll(dequeueAll(semaphore + SEMAPHORE_WAITERS, OUTCOME_CANCELED, 0));
  letIn(semaphore);
  unlock(semaphore + SEMAPHORE_LOCK);
  return conclude(RESULT_DONE);
}
