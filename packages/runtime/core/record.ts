/**
 * The end of a goroutine: the last step of its status and the line of its joiners change together under its LOCK, so
 * that a joiner either finds it ended or stands in the line that is taken.
 */
import {
  OUTCOME_DONE,
  RECORD_JOINERS,
  RECORD_LOCK,
  RECORD_STATUS,
  RESULT_DONE,
  RESULT_WAITS,
  STATUS_DONE,
} from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { atomicLoad, atomicStore } from './memory.ts';
import { dequeueAll } from './wait-queue.ts';

// @ts-ignore: decorator
@inline
export function tryJoin(record: i32): i32 {
  return atomicLoad(record, RECORD_STATUS) >= STATUS_DONE ? RESULT_DONE : RESULT_WAITS;
}

/** Returns the chain of the joiners. */
export function completeRecord(record: i32, status: i32): i32 {
  lock(record + RECORD_LOCK);
  atomicStore(record, RECORD_STATUS, status);
  const joiners = dequeueAll(record + RECORD_JOINERS, OUTCOME_DONE, 0);
  unlock(record + RECORD_LOCK);
  return joiners;
}
