/**
 * Mutex: Go's in outline (`sync/mutex.go`). Who comes and finds it free takes it, whoever waits: handing it to the first
 * in line each time would let it lie idle for as long as that one needs to wake, and costs a switch of goroutines for
 * every locking. Who was woken and finds it taken again waits at the head of the line; from the second time on the next
 * unlocking hands the mutex over to him, so nobody waits for ever.
 *
 * HELD changes without LOCK. It says who holds the mutex, for reports: who finds it free puts itself there in the one step that
 * takes it, so that costs nothing; one that was let in on the way is HOLDER_UNKNOWN until it has said who it is.
 * Everything else is under LOCK:
 *   WOKEN    machine + 1 of the one waiter that was taken out of the line to try again, else 0: no second is woken.
 *   HAND_OVER  not 0: the next unlocking hands over, to the first in line if there is one.
 *   CANCELED   not 0: the line was sent away while one was on its way to try again; he is not to wait once more.
 * The line is ordered by priority, and within one by arrival; who was woken in vain goes to its head all the same.
 * WATCHERS wait until it is free, without wanting it: they go on when nobody in line goes before them.
 *
 * HAND_OVER is no more than that: it does not keep anybody from a free mutex. An unlocking reads it, then clears HELD. In between,
 * a waiter may be passed over for the last time:
 *
 *     unlocking                              waiter
 *     reads HAND_OVER: 0
 *                                            finds HELD taken, stands at the head of the line, sets HAND_OVER
 *                                            and may leave again: it is cancelled, or all are sent away
 *     clears HELD, wakes the first in line
 *
 * Then the mutex is free with HAND_OVER set, and were it refused to who comes, nobody might be there to take it. So who comes
 * takes it. The waiter, if it is still there, is passed over a time more: the next unlocking sees HAND_OVER, and should that one
 * find somebody else at the head of the line, the waiter sets it again. `stepped-mutex.test.ts` tries every step.
 *
 * No wake-up is lost. To wait: (1) enter the line, (2) look at HELD again. To unlock: (1) clear HELD, (2) look at the line.
 * Both are a write followed by a read of the other's word, in one order for all: at least one sees the other's write. A
 * watcher does the same with its line. If it finds the mutex free but others before it, one of those is in line or on his
 * way: he will unlock, or find it held and wait for who holds it to do so, and then the watchers are looked at again.
 *
 * One on his way whose thread is lost does not come. The main thread sets the machine's state to LOST, then looks at HELD of
 * every mutex (`afterLoss`); who unlocks clears HELD, then looks at the state: again one of the two wakes the next.
 */
import {
  HOLDER_UNKNOWN,
  MUTEX_CANCELED,
  MUTEX_HAND_OVER,
  MUTEX_HELD,
  MUTEX_LOCK,
  MUTEX_WAITERS,
  MUTEX_WATCHERS,
  MUTEX_WOKEN,
  OUTCOME_CANCELED,
  OUTCOME_DONE,
  OUTCOME_RETRY,
  RESULT_CLOSED,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  WAITER_CELL,
  WAITER_CLAIM,
  WAITER_DETAIL,
  WAITER_MACHINE,
  WAITER_NEXT,
  WAITER_OUTCOME,
  WAITER_PREVIOUS,
  WAITER_QUEUE,
  WAITER_WATCH,
  WATCH_NOT,
} from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { atomicLoad, atomicStore, compareExchange, exchange, get, set, setNumber } from './memory.ts';
import { conclude, serveAll, serveNext } from './ready.ts';
import {
  dequeue,
  dequeueAll,
  enqueue,
  enqueueByPriority,
  firstOf,
  isLostMachine,
  passesAll,
  remove,
  takeWatchers,
} from './wait-queue.ts';

/** How often a waiter finds the mutex taken when it was woken, until it is handed over to it. */
const PATIENCE = 2;

/** Takes it for `holder` if it is free, past everybody who waits. */
// @ts-ignore: decorator
@inline
export function tryLock(mutex: i32, holder: i32): i32 {
  return compareExchange(mutex + MUTEX_HELD, 0, holder) === 0 ? RESULT_DONE : RESULT_WAITS;
}

/** One that was let in without having said who it is does so. Nothing happens if somebody has unlocked for it meanwhile. */
export function nameHolder(mutex: i32, holder: i32): void {
  compareExchange(mutex + MUTEX_HELD, HOLDER_UNKNOWN, holder);
}

/** The waiter enters the line, among those without a priority. Under LOCK. */
export function standInLine(mutex: i32, waiter: i32): i32 {
  setNumber(waiter, WAITER_CELL, 0);
  return standByPriority(mutex, waiter);
}

/** The same with the priority in its cell. */
export function standByPriority(mutex: i32, waiter: i32): i32 {
  set(waiter, WAITER_DETAIL, 0);
  enqueueByPriority(mutex + MUTEX_WAITERS, waiter);
  return lookAgain(mutex, waiter);
}

/** After a waiter has entered the line: takes the mutex, if it was given back meanwhile, and leaves the line. Under LOCK. */
function lookAgain(mutex: i32, waiter: i32): i32 {
  atomicStore(mutex, MUTEX_WAITERS, get(mutex, MUTEX_WAITERS)); // Step 1, in the one order of all.
  if (tryLock(mutex, HOLDER_UNKNOWN) !== RESULT_DONE) return RESULT_WAITS;
  remove(mutex + MUTEX_WAITERS, waiter);
  return RESULT_DONE;
}

/** Gives it back. RESULT_REFUSED when nobody holds it. */
export function unlockMutex(mutex: i32): i32 {
  if (atomicLoad(mutex, MUTEX_HAND_OVER) === 0) {
    if (exchange(mutex + MUTEX_HELD, 0) === 0) return RESULT_REFUSED;
    if (atomicLoad(mutex, MUTEX_WATCHERS) !== 0) return wakeNext(mutex);
    return atomicLoad(mutex, MUTEX_WAITERS) === 0 || someoneTries(mutex) ? RESULT_DONE : wakeNext(mutex);
  }
  lock(mutex + MUTEX_LOCK);
  if (get(mutex, MUTEX_HELD) === 0) {
    unlock(mutex + MUTEX_LOCK);
    return RESULT_REFUSED;
  }
  atomicStore(mutex, MUTEX_HAND_OVER, 0);
  handOver(mutex);
  unlock(mutex + MUTEX_LOCK);
  return conclude(RESULT_DONE);
}

/** The mutex is held by the caller, who gives it to the first in line, or frees it. Under LOCK. */
function handOver(mutex: i32): void {
  const waiter = dequeue(mutex + MUTEX_WAITERS);
  if (waiter === 0) {
    atomicStore(mutex, MUTEX_HELD, 0);
    if (!someoneTries(mutex)) wakeWatchers(mutex);
    return;
  }
  atomicStore(mutex, MUTEX_HELD, HOLDER_UNKNOWN);
  set(waiter, WAITER_OUTCOME, OUTCOME_DONE);
  serveNext(waiter);
}

/** The mutex is free, and nobody is on his way to it. Under LOCK. */
function wakeWatchers(mutex: i32): void {
  serveAll(takeWatchers(mutex + MUTEX_WATCHERS, mutex + MUTEX_WAITERS, 1));
}

/** Whether it is free for one who comes with that priority. Under LOCK. */
export function tryWatch(mutex: i32, waiter: i32): i32 {
  if (atomicLoad(mutex, MUTEX_HELD) !== 0 || someoneTries(mutex)) return RESULT_WAITS;
  return passesAll(mutex + MUTEX_WAITERS, waiter) ? RESULT_DONE : RESULT_WAITS;
}

export function standAsWatcher(mutex: i32, waiter: i32): i32 {
  const watchers = mutex + MUTEX_WATCHERS;
  enqueue(watchers, waiter);
  atomicStore(watchers, 0, get(watchers)); // Step 1, in the one order of all.
  const result = tryWatch(mutex, waiter);
  if (result === RESULT_DONE) remove(watchers, waiter);
  return result;
}

/** Sends everybody away who waits for it. */
export function cancelMutex(mutex: i32): i32 {
  lock(mutex + MUTEX_LOCK);
  serveAll(dequeueAll(mutex + MUTEX_WAITERS, OUTCOME_CANCELED, 0));
  if (someoneTries(mutex)) set(mutex, MUTEX_CANCELED, 1);
  else if (atomicLoad(mutex, MUTEX_HELD) === 0) wakeWatchers(mutex);
  unlock(mutex + MUTEX_LOCK);
  return conclude(RESULT_DONE);
}

/** After a waiter has left the line. Under LOCK. */
export function afterLeaving(mutex: i32): void {
  if (get(mutex, MUTEX_WATCHERS) !== 0 && atomicLoad(mutex, MUTEX_HELD) === 0 && !someoneTries(mutex)) wakeWatchers(mutex);
}

/** After a thread has been lost: one of its waiters may have been on its way, or first in line. Under LOCK. */
export function afterLoss(mutex: i32): void {
  if (atomicLoad(mutex, MUTEX_HELD) === 0) wakeFirst(mutex);
}

/** Whether a waiter is on its way already. One of a thread that has been lost will not come. */
// @ts-ignore: decorator
@inline
function someoneTries(mutex: i32): bool {
  const woken = atomicLoad(mutex, MUTEX_WOKEN);
  return woken !== 0 && !isLostMachine(woken - 1);
}

/** The mutex was given back, and somebody is in line. */
function wakeNext(mutex: i32): i32 {
  lock(mutex + MUTEX_LOCK);
  wakeFirst(mutex);
  unlock(mutex + MUTEX_LOCK);
  return conclude(RESULT_DONE);
}

/** Under LOCK. */
function wakeFirst(mutex: i32): void {
  if (someoneTries(mutex)) return;
  if (get(mutex, MUTEX_WATCHERS) !== 0) wakeWatchers(mutex);
  const first = firstOf(mutex + MUTEX_WAITERS);
  if (first === 0) return;
  if (get(first, WAITER_CLAIM) === 0) {
    remove(mutex + MUTEX_WAITERS, first);
    set(first, WAITER_OUTCOME, OUTCOME_RETRY);
    set(mutex, MUTEX_CANCELED, 0);
    atomicStore(mutex, MUTEX_WOKEN, get(first, WAITER_MACHINE) + 1);
    serveNext(first);
  } else if (tryLock(mutex, HOLDER_UNKNOWN) === RESULT_DONE) {
    // A select cannot try again once its claim is won: it gets the mutex, if that is still to be had.
    handOver(mutex);
  }
}

/**
 * A waiter that was woken with OUTCOME_RETRY tries again; else it waits at the head of the line, or is sent away: RESULT_CLOSED.
 * One that was cancelled meanwhile tries, too, since nobody else was woken: so its wake-up is never lost. If it gets the mutex,
 * it goes on with it as if it had not been cancelled yet, or gives it back where it has ended; if not, who holds it unlocks.
 */
export function retryLock(mutex: i32, waiter: i32): i32 {
  lock(mutex + MUTEX_LOCK);
  atomicStore(mutex, MUTEX_WOKEN, 0);
  let result = tryLock(mutex, HOLDER_UNKNOWN);
  if (result === RESULT_WAITS && get(mutex, MUTEX_CANCELED) !== 0) {
    result = RESULT_CLOSED;
  } else if (result === RESULT_WAITS) {
    set(waiter, WAITER_DETAIL, get(waiter, WAITER_DETAIL) + 1);
    set(waiter, WAITER_WATCH, WATCH_NOT);
    putFirst(mutex, waiter);
    if (get(waiter, WAITER_DETAIL) >= PATIENCE) atomicStore(mutex, MUTEX_HAND_OVER, 1);
    result = lookAgain(mutex, waiter);
    if (result === RESULT_DONE) atomicStore(mutex, MUTEX_HAND_OVER, 0);
  }
  unlock(mutex + MUTEX_LOCK);
  return result;
}

function putFirst(mutex: i32, waiter: i32): void {
  const first = get(mutex, MUTEX_WAITERS);
  set(waiter, WAITER_PREVIOUS, 0);
  set(waiter, WAITER_NEXT, first);
  set(waiter, WAITER_QUEUE, mutex + MUTEX_WAITERS);
  if (first === 0) set(mutex + MUTEX_WAITERS + 1, 0, waiter);
  else set(first, WAITER_PREVIOUS, waiter);
  set(mutex, MUTEX_WAITERS, waiter);
}
