/**
 * Condition variable: a line, and nothing else. Under LOCK.
 *
 * Who waits enters the line before it gives its mutex back. Who changes what it waits for does so under that mutex, and
 * signals afterwards: so it comes after the waiter has entered, and finds it in line.
 */
import { CONDITION_LOCK, CONDITION_WAITERS, OUTCOME_DONE, RESULT_DONE, WAITER_OUTCOME } from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { set } from './memory.ts';
import { conclude, serve, serveAll } from './ready.ts';
import { dequeue, dequeueAll } from './wait-queue.ts';

/** Lets the first in line go on. */
export function signalCondition(condition: i32): i32 {
  lock(condition + CONDITION_LOCK);
  const waiter = dequeue(condition + CONDITION_WAITERS);
  if (waiter !== 0) {
    set(waiter, WAITER_OUTCOME, OUTCOME_DONE);
    serve(waiter);
  }
  unlock(condition + CONDITION_LOCK);
  return conclude(RESULT_DONE);
}

/** Lets everybody in line go on. */
export function broadcastCondition(condition: i32): i32 {
  lock(condition + CONDITION_LOCK);
  serveAll(dequeueAll(condition + CONDITION_WAITERS, OUTCOME_DONE, 0));
  unlock(condition + CONDITION_LOCK);
  return conclude(RESULT_DONE);
}
