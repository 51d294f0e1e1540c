/**
 * Barrier: COUNT of PARTIES stand in the line; who completes them takes them all out of it, and is not in the line itself.
 * All under LOCK, so an arrival either completes a round or stands in the line of the round that the next one completes:
 * nobody is missed, and those who are woken can come back at once.
 *
 * Waiters of a select may not stand here: all have to be met at one moment, and one that went elsewhere in just that
 * moment could not be told from one that has come. Who leaves the line (cancelled) is not counted any more.
 */
import {
  BARRIER_COUNT,
  BARRIER_PARTIES,
  BARRIER_WAITERS,
  OUTCOME_DONE,
  RESULT_DONE,
  RESULT_WAITS,
} from '../src/memory/blocks.ts';
import { get, set } from './memory.ts';
import { serveAll } from './ready.ts';
import { dequeueAll, dropLost, enqueue } from './wait-queue.ts';

/** The arrival of one more: RESULT_DONE if it completes the round. */
export function tryPass(barrier: i32): i32 {
  const missing = get(barrier, BARRIER_PARTIES) - 1;
  if (get(barrier, BARRIER_COUNT) < missing) return RESULT_WAITS;
  // Those of lost threads have not come after all.
  const lost = dropLost(barrier + BARRIER_WAITERS);
  if (lost > 0) {
    set(barrier, BARRIER_COUNT, get(barrier, BARRIER_COUNT) - lost);
    return RESULT_WAITS;
  }
  set(barrier, BARRIER_COUNT, 0);
  serveAll(dequeueAll(barrier + BARRIER_WAITERS, OUTCOME_DONE, 0));
  return RESULT_DONE;
}

export function standAtBarrier(barrier: i32, waiter: i32): void {
  enqueue(barrier + BARRIER_WAITERS, waiter);
  set(barrier, BARRIER_COUNT, get(barrier, BARRIER_COUNT) + 1);
}

/** A waiter has left the line. */
export function leaveBarrier(barrier: i32): void {
  set(barrier, BARRIER_COUNT, get(barrier, BARRIER_COUNT) - 1);
}
