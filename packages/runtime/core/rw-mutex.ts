/**
 * Reader/writer mutex: many readers or one writer, Go's in what it promises. All under LOCK.
 *
 *   A reader comes in if no writer holds it and none waits: so writers are not starved.
 *   A writer comes in if nobody holds it.
 *   When a writer unlocks, all readers that wait come in; only without any the next writer: so readers are not starved.
 *   When the last reader unlocks, the first writer in line comes in.
 *
 * Who asks is in the waiter's DETAIL (HOLDER_UNKNOWN for async code). For reports the writer is kept, and the first readers: a
 * table of all would need room for any number. Who unlocks for another leaves that one in the table; then it is UNSURE.
 *
 * It is handed over where it is unlocked: who is let in holds it from that moment. No wake-up is lost: after each change
 * under LOCK nobody waits who could come in. A writer that leaves the line (cancelled, a select that went elsewhere, or its
 * thread was lost) may have held readers back: `admit` is called then, too.
 */
import {
  HOLDER_UNKNOWN,
  OUTCOME_DONE,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  RW_KNOWN_COUNT,
  RW_KNOWN_READERS,
  RW_LOCK,
  RW_READ_WAITERS,
  RW_READERS,
  RW_UNSURE,
  RW_WRITE_WAITERS,
  RW_WRITER,
  WAITER_DETAIL,
  WAITER_NEXT,
  WAITER_OUTCOME,
} from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { get, set } from './memory.ts';
import { conclude, serveAll, serveNext } from './ready.ts';
import { dequeue, dequeueAll, firstOf } from './wait-queue.ts';

export function tryWrite(mutex: i32, waiter: i32): i32 {
  if (get(mutex, RW_WRITER) !== 0 || get(mutex, RW_READERS) !== 0) return RESULT_WAITS;
  set(mutex, RW_WRITER, get(waiter, WAITER_DETAIL));
  return RESULT_DONE;
}

export function tryRead(mutex: i32, waiter: i32): i32 {
  if (get(mutex, RW_WRITER) !== 0 || firstOf(mutex + RW_WRITE_WAITERS) !== 0) return RESULT_WAITS;
  enter(mutex, waiter);
  return RESULT_DONE;
}

/** One more reader. */
function enter(mutex: i32, waiter: i32): void {
  set(mutex, RW_READERS, get(mutex, RW_READERS) + 1);
  const reader = get(waiter, WAITER_DETAIL);
  if (reader !== HOLDER_UNKNOWN) replaceKnown(mutex, 0, reader);
}

/** The first place in the table that holds the one holds the other from now on. Whether there was any. */
// @ts-ignore: decorator
@inline
function replaceKnown(mutex: i32, before: i32, after: i32): bool {
  if (get(mutex, RW_KNOWN_READERS) !== before) return replaceLater(mutex, before, after);
  set(mutex, RW_KNOWN_READERS, after);
  return true;
}

function replaceLater(mutex: i32, before: i32, after: i32): bool {
  for (let index = 1; index < RW_KNOWN_COUNT; index++) {
    if (get(mutex + index, RW_KNOWN_READERS) !== before) continue;
    set(mutex + index, RW_KNOWN_READERS, after);
    return true;
  }
  return false;
}

/** One reader less, who may not be the one that came in. While it is not UNSURE, no more are known than read. */
function leave(mutex: i32, holder: i32): void {
  const readers = get(mutex, RW_READERS) - 1;
  set(mutex, RW_READERS, readers);
  const wasKnown = holder !== HOLDER_UNKNOWN && replaceKnown(mutex, holder, 0);
  if (readers === 0) {
    if (!wasKnown || get(mutex, RW_UNSURE) !== 0) forgetReaders(mutex);
  } else if (!wasKnown && countKnown(mutex) > readers) {
    set(mutex, RW_UNSURE, 1);
  }
}

function forgetReaders(mutex: i32): void {
  set(mutex, RW_UNSURE, 0);
  for (let index = 0; index < RW_KNOWN_COUNT; index++) set(mutex + index, RW_KNOWN_READERS, 0);
}

function countKnown(mutex: i32): i32 {
  let known = 0;
  for (let index = 0; index < RW_KNOWN_COUNT; index++) if (get(mutex + index, RW_KNOWN_READERS) !== 0) known++;
  return known;
}

/** Lets in who can be. Under LOCK. */
export function admit(mutex: i32): void {
  if (get(mutex, RW_WRITER) !== 0) return;
  if (get(mutex, RW_READERS) === 0) {
    const writer = dequeue(mutex + RW_WRITE_WAITERS);
    if (writer !== 0) {
      set(mutex, RW_WRITER, get(writer, WAITER_DETAIL));
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
  for (let reader = readers; reader !== 0; reader = get(reader, WAITER_NEXT)) enter(mutex, reader);
  serveAll(readers);
  return readers !== 0;
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
export function unlockReader(mutex: i32, holder: i32): i32 {
  lock(mutex + RW_LOCK);
  if (get(mutex, RW_READERS) === 0) {
    unlock(mutex + RW_LOCK);
    return RESULT_REFUSED;
  }
  leave(mutex, holder);
  admit(mutex);
  unlock(mutex + RW_LOCK);
  return conclude(RESULT_DONE);
}
