/**
 * Once. Who moves STATE from FRESH to RUNNING runs the function. The step to DONE is made under LOCK together with taking
 * the waiters, so that a waiter either sees DONE or stands in the line that is taken.
 */
import {
  ONCE_DONE,
  ONCE_FRESH,
  ONCE_LOCK,
  ONCE_RUNNING,
  ONCE_STATE,
  ONCE_WAITERS,
  OUTCOME_DONE,
  RESULT_DONE,
  RESULT_WAITS,
} from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { atomicLoad, atomicStore, compareExchange } from './memory.ts';
import { conclude, serveAll } from './ready.ts';
import { dequeueAll } from './wait-queue.ts';

/** Returns the state before: ONCE_FRESH when the function is now the caller's to run. */
export function enterOnce(once: i32): i32 {
  return compareExchange(once + ONCE_STATE, ONCE_FRESH, ONCE_RUNNING);
}

export function tryOnce(once: i32): i32 {
  return atomicLoad(once, ONCE_STATE) === ONCE_DONE ? RESULT_DONE : RESULT_WAITS;
}

export function finishOnce(once: i32): i32 {
  lock(once + ONCE_LOCK);
  atomicStore(once, ONCE_STATE, ONCE_DONE);
  serveAll(dequeueAll(once + ONCE_WAITERS, OUTCOME_DONE, 0));
  unlock(once + ONCE_LOCK);
  return conclude(RESULT_DONE);
}
