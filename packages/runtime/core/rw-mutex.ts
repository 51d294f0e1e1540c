/**
 * Reader/writer mutex: many readers or one writer, Go's in what it promises. All under LOCK.
 *
 *   A reader comes in if no writer holds it and none waits: so writers are not starved.
 *   A writer comes in if nobody holds it.
 *   When a writer unlocks, all readers that wait come in; only without any the next writer: so readers are not starved.
 *   When the last reader unlocks, the first writer in line comes in.
 *
 * It is handed over where it is unlocked: who is let in holds it from that moment. No wake-up is lost: after each change
 * under LOCK nobody waits who could come in. A writer that leaves the line (cancelled, or a select that went elsewhere)
 * may have held readers back: `admit` is called then, too.
 */
import {
  OUTCOME_DONE,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  RW_LOCK,
  RW_READ_WAITERS,
  RW_READERS,
  RW_WRITE_WAITERS,
  RW_WRITER,
  WAITER_NEXT,
  WAITER_OUTCOME,
} from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { get, set } from './memory.ts';
import { conclude, serveAll, serveNext } from './ready.ts';
import { dequeue, dequeueAll, firstOf } from './wait-queue.ts';

export function tryWrite(mutex: i32): i32 {
  if (get(mutex, RW_WRITER) !== 0 || get(mutex, RW_READERS) !== 0) return RESULT_WAITS;
  set(mutex, RW_WRITER, 1);
  return RESULT_DONE;
}

export function tryRead(mutex: i32): i32 {
  if (get(mutex, RW_WRITER) !== 0 || firstOf(mutex + RW_WRITE_WAITERS) !== 0) return RESULT_WAITS;
  set(mutex, RW_READERS, get(mutex, RW_READERS) + 1);
  return RESULT_DONE;
}

/** Lets in who can be. Under LOCK. */
export function admit(mutex: i32): void {
  if (get(mutex, RW_WRITER) !== 0) return;
  if (get(mutex, RW_READERS) === 0) {
    const writer = dequeue(mutex + RW_WRITE_WAITERS);
    if (writer !== 0) {
      set(mutex, RW_WRITER, 1);
      set(writer, WAITER_OUTCOME, OUTCOME_DONE);
      serveNext(writer);
      return;
    }
  }
  if (firstOf(mutex + RW_WRITE_WAITERS) === 0) admitReaders(mutex);
}

/** All that wait. Returns whether there were any. */
function admitReaders(mutex: i32): bool {
  const readers = dequeueAll(mutex + RW_READ_WAITERS, OUTCOME_DONE, 0);
  let count = 0;
  for (let reader = readers; reader !== 0; reader = get(reader, WAITER_NEXT)) count++;
  set(mutex, RW_READERS, get(mutex, RW_READERS) + count);
  serveAll(readers);
  return count > 0;
}

/** RESULT_REFUSED when no writer holds it. */
export function unlockWriter(mutex: i32): i32 {
  lock(mutex + RW_LOCK);
  if (get(mutex, RW_WRITER) === 0) {
    unlock(mutex + RW_LOCK);
    return RESULT_REFUSED;
  }
  set(mutex, RW_WRITER, 0);
  if (!admitReaders(mutex)) admit(mutex);
  unlock(mutex + RW_LOCK);
  return conclude(RESULT_DONE);
}

/** RESULT_REFUSED when no reader holds it. */
export function unlockReader(mutex: i32): i32 {
  lock(mutex + RW_LOCK);
  const readers = get(mutex, RW_READERS);
  if (readers === 0) {
    unlock(mutex + RW_LOCK);
    return RESULT_REFUSED;
  }
  set(mutex, RW_READERS, readers - 1);
  admit(mutex);
  unlock(mutex + RW_LOCK);
  return conclude(RESULT_DONE);
}
