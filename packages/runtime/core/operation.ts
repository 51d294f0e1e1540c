/**
 * Operations on shared objects: each is carried out under its object's lock, or its waiter enters the object's line.
 * The waiter that is passed in carries the value to send, and takes the value received; it is the caller's until the
 * result is RESULT_WAITS, and again when the caller was woken or has left the line. Sending and receiving are given a carrier, which
 * always stays the caller's: its spare waiter takes its place in the line (`src/scheduler/waiter.ts`).
 */
import {
  BARRIER_WAITERS,
  CARRIER_SPARE,
  CHANNEL_LOCK,
  CHANNEL_RECEIVERS,
  CHANNEL_RING,
  CHANNEL_SENDERS,
  CONDITION_WAITERS,
  GROUP_LOCK,
  GROUP_WAITERS,
  HOLDER_UNKNOWN,
  MUTEX_LOCK,
  MUTEX_WAITERS,
  MUTEX_WATCHERS,
  ONCE_WAITERS,
  OPERATION_ACQUIRE,
  OPERATION_BARRIER,
  OPERATION_CONDITION,
  OPERATION_JOIN,
  OPERATION_LOCK,
  OPERATION_LOCK_BY_PRIORITY,
  OPERATION_ONCE,
  OPERATION_READ_LOCK,
  OPERATION_RECEIVE,
  OPERATION_SEND,
  OPERATION_WAIT,
  OPERATION_WATCH_MUTEX,
  OPERATION_WATCH_SEMAPHORE,
  OPERATION_WRITE_LOCK,
  OUTCOME_NONE,
  RECORD_JOINERS,
  RECORD_LOCK,
  RESULT_DONE,
  RESULT_NO_SPARE,
  RESULT_REFUSED,
  RESULT_WAITS,
  RESULT_WOULD_WAIT,
  RW_READ_WAITERS,
  RW_WRITE_WAITERS,
  SEMAPHORE_WAITERS,
  SEMAPHORE_WATCHERS,
  WAITER_CELL,
  WAITER_CLAIM,
  WAITER_MACHINE,
  WAITER_OUTCOME,
  WAITER_SLOT,
  WAITER_WATCH,
  WATCH_NOT,
} from '../src/memory/blocks.ts';
import { leaveBarrier, standAtBarrier, tryPass } from './barrier.ts';
import { channelLock, lockChannel, put, take, tryReceive, trySend, unlockChannel, waitsAtRing, watchRing } from './channel.ts';
import { lock, unlock } from './lock.ts';
import { get, moveCell, set } from './memory.ts';
import { afterLeaving, afterLoss, nameHolder, standAsWatcher, standByPriority, standInLine, tryLock, tryWatch } from './mutex.ts';
import { tryOnce } from './once.ts';
import { conclude, self } from './ready.ts';
import { tryJoin } from './record.ts';
import { awaitOffer, handOver, mayMeet, offer } from './rendezvous.ts';
import { admit, tryRead, tryWrite } from './rw-mutex.ts';
import { letIn, tryAcquire, tryWatchSemaphore } from './semaphore.ts';
import { tryWait } from './wait-group.ts';
import { enqueue, enqueueByPriority, remove } from './wait-queue.ts';

/** The object's lock; a buffered channel's first. */
// @ts-ignore: decorator
@inline
export function lockOf(operation: i32, object: i32): i32 {
  if (operation <= OPERATION_RECEIVE) return channelLock(object);
  if (operation === OPERATION_WAIT) return object + GROUP_LOCK;
  if (operation === OPERATION_JOIN) return object + RECORD_LOCK;
  return object + MUTEX_LOCK; // And all others, whose lock is their first word too.
}

// @ts-ignore: decorator
@inline
function lockObject(operation: i32, object: i32): void {
  if (operation <= OPERATION_RECEIVE) lockChannel(object);
  else lock(lockOf(operation, object));
}

// @ts-ignore: decorator
@inline
function unlockObject(operation: i32, object: i32): void {
  if (operation <= OPERATION_RECEIVE) unlockChannel(object);
  else unlock(lockOf(operation, object));
}

// @ts-ignore: decorator
@inline
function queueOf(operation: i32, object: i32): i32 {
  if (operation === OPERATION_SEND) return object + CHANNEL_SENDERS;
  if (operation === OPERATION_RECEIVE) return object + CHANNEL_RECEIVERS;
  if (operation === OPERATION_LOCK) return object + MUTEX_WAITERS;
  if (operation === OPERATION_WAIT) return object + GROUP_WAITERS;
  if (operation === OPERATION_JOIN) return object + RECORD_JOINERS;
  return otherQueueOf(operation, object);
}

function otherQueueOf(operation: i32, object: i32): i32 {
  if (operation === OPERATION_ACQUIRE) return object + SEMAPHORE_WAITERS;
  if (operation === OPERATION_LOCK_BY_PRIORITY) return object + MUTEX_WAITERS;
  if (operation === OPERATION_WATCH_MUTEX) return object + MUTEX_WATCHERS;
  if (operation === OPERATION_WATCH_SEMAPHORE) return object + SEMAPHORE_WATCHERS;
  if (operation === OPERATION_WRITE_LOCK) return object + RW_WRITE_WAITERS;
  if (operation === OPERATION_READ_LOCK) return object + RW_READ_WAITERS;
  if (operation === OPERATION_CONDITION) return object + CONDITION_WAITERS;
  if (operation === OPERATION_ONCE) return object + ONCE_WAITERS;
  return object + BARRIER_WAITERS;
}

/** Under the lock: carries it out if that is possible now. */
// @ts-ignore: decorator
@inline
export function attempt(operation: i32, object: i32, waiter: i32): i32 {
  if (operation === OPERATION_SEND) return trySend(object, waiter);
  if (operation === OPERATION_RECEIVE) return tryReceive(object, waiter);
  if (operation === OPERATION_LOCK) return tryLock(object, HOLDER_UNKNOWN);
  if (operation === OPERATION_WAIT) return tryWait(object);
  if (operation === OPERATION_JOIN) return tryJoin(object);
  return attemptOther(operation, object, waiter);
}

function attemptOther(operation: i32, object: i32, waiter: i32): i32 {
  if (operation === OPERATION_ACQUIRE) return tryAcquire(object, waiter);
  if (operation === OPERATION_LOCK_BY_PRIORITY) return tryLock(object, HOLDER_UNKNOWN);
  if (operation === OPERATION_WATCH_MUTEX) return tryWatch(object, waiter);
  if (operation === OPERATION_WATCH_SEMAPHORE) return tryWatchSemaphore(object, waiter);
  if (operation === OPERATION_WRITE_LOCK) return tryWrite(object, waiter);
  if (operation === OPERATION_READ_LOCK) return tryRead(object, waiter);
  if (operation === OPERATION_CONDITION) return RESULT_WAITS;
  if (operation === OPERATION_ONCE) return tryOnce(object);
  return tryPass(object);
}

/** Under the lock, after `attempt` was in vain: the waiter enters the line. Done after all, or RESULT_WAITS. */
// @ts-ignore: decorator
@inline
export function enroll(operation: i32, object: i32, waiter: i32): i32 {
  if (operation === OPERATION_LOCK) return standInLine(object, waiter);
  if (operation <= OPERATION_JOIN) enqueue(queueOf(operation, object), waiter);
  else return enrollOther(operation, object, waiter);
  return RESULT_WAITS;
}

function enrollOther(operation: i32, object: i32, waiter: i32): i32 {
  if (operation === OPERATION_LOCK_BY_PRIORITY) return standByPriority(object, waiter);
  if (operation === OPERATION_WATCH_MUTEX) return standAsWatcher(object, waiter);
  if (operation === OPERATION_ACQUIRE) enqueueByPriority(object + SEMAPHORE_WAITERS, waiter);
  else if (operation === OPERATION_BARRIER) standAtBarrier(object, waiter);
  else enqueue(otherQueueOf(operation, object), waiter);
  return RESULT_WAITS;
}

/** Fills in the waiter of who is about to stand in line. */
// @ts-ignore: decorator
@inline
export function fillIn(waiter: i32, slot: i32): void {
  set(waiter, WAITER_MACHINE, self);
  set(waiter, WAITER_SLOT, slot);
  set(waiter, WAITER_OUTCOME, OUTCOME_NONE);
  set(waiter, WAITER_CLAIM, 0);
  set(waiter, WAITER_WATCH, WATCH_NOT);
}

// @ts-ignore: decorator
@inline
function begin(operation: i32, object: i32, waiter: i32, slot: i32): i32 {
  lockObject(operation, object);
  let result = attempt(operation, object, waiter);
  if (result === RESULT_WAITS) {
    fillIn(waiter, slot);
    result = enroll(operation, object, waiter);
  }
  unlockObject(operation, object);
  return conclude(result);
}

/** The same for what a carrier brings: where it has to wait, the carrier's spare waiter does. Under the lock. */
// @ts-ignore: decorator
@inline
function attemptCarried(operation: i32, channel: i32, carrier: i32, slot: i32): i32 {
  const result = attempt(operation, channel, carrier);
  if (result !== RESULT_WAITS) return result;
  const waiter = get(carrier, CARRIER_SPARE);
  if (waiter === 0) return RESULT_NO_SPARE;
  fillIn(waiter, slot);
  if (operation === OPERATION_SEND) moveCell(carrier, WAITER_CELL, waiter, WAITER_CELL);
  enqueue(queueOf(operation, channel), waiter);
  return RESULT_WAITS;
}

// @ts-ignore: decorator
@inline
function beginCarried(operation: i32, channel: i32, carrier: i32, slot: i32): i32 {
  lockChannel(channel);
  const result = attemptCarried(operation, channel, carrier, slot);
  unlockChannel(channel);
  return conclude(result);
}

/** The same at a channel without a buffer: of its one lock it is known where it is. */
// @ts-ignore: decorator
@inline
function beginUnbuffered(operation: i32, channel: i32, carrier: i32, slot: i32): i32 {
  lock(channel + CHANNEL_LOCK);
  const result = attemptCarried(operation, channel, carrier, slot);
  unlock(channel + CHANNEL_LOCK);
  return conclude(result);
}

/** RESULT_WOULD_WAIT where it is to be called again by `sendOrWait`, after some patience or without; RESULT_NEAR: see `distance.ts`. */
export function send(channel: i32, carrier: i32, slot: i32): i32 {
  const ring = get(channel, CHANNEL_RING);
  if (ring === 0) return sendUnbuffered(channel, carrier, slot);
  const result = put(channel, ring, carrier);
  return result === RESULT_WAITS ? sendBlocked(channel, carrier, slot) : result;
}

/** At a ring that is full, or where somebody stands in line, or that is closed. */
function sendBlocked(channel: i32, carrier: i32, slot: i32): i32 {
  return waitsAtRing(channel, CHANNEL_RECEIVERS) ? RESULT_WOULD_WAIT : sendOrWait(channel, carrier, slot);
}

function sendUnbuffered(channel: i32, carrier: i32, slot: i32): i32 {
  if (mayMeet(channel)) return handOver(channel, carrier) ? RESULT_DONE : RESULT_WOULD_WAIT;
  return beginUnbuffered(OPERATION_SEND, channel, carrier, slot);
}

/** Tries again when it has seen a way in so many looks. */
export function sendLooking(channel: i32, carrier: i32, slot: i32, rounds: i32): i32 {
  const ring = get(channel, CHANNEL_RING);
  const seen = ring === 0 ? awaitOffer(channel, rounds) : watchRing(channel, ring, true, rounds);
  return seen ? send(channel, carrier, slot) : RESULT_WOULD_WAIT;
}

/** RESULT_NO_SPARE: nothing was done. */
export function sendOrWait(channel: i32, carrier: i32, slot: i32): i32 {
  return beginCarried(OPERATION_SEND, channel, carrier, slot);
}

/** These do the same as those for sending. */
export function receive(channel: i32, carrier: i32, slot: i32): i32 {
  const ring = get(channel, CHANNEL_RING);
  if (ring === 0) return receiveUnbuffered(channel, carrier, slot);
  const result = take(channel, ring, carrier);
  return result === RESULT_WAITS ? receiveBlocked(channel, carrier, slot) : result;
}

function receiveUnbuffered(channel: i32, carrier: i32, slot: i32): i32 {
  return mayMeet(channel) ? RESULT_WOULD_WAIT : beginUnbuffered(OPERATION_RECEIVE, channel, carrier, slot);
}

function receiveBlocked(channel: i32, carrier: i32, slot: i32): i32 {
  return waitsAtRing(channel, CHANNEL_SENDERS) ? RESULT_WOULD_WAIT : receiveOrWait(channel, carrier, slot);
}

export function receiveLooking(channel: i32, carrier: i32, slot: i32, rounds: i32): i32 {
  const ring = get(channel, CHANNEL_RING);
  if (ring === 0) return offer(channel, carrier, rounds) ? RESULT_DONE : RESULT_WOULD_WAIT;
  return watchRing(channel, ring, false, rounds) ? receive(channel, carrier, slot) : RESULT_WOULD_WAIT;
}

export function receiveOrWait(channel: i32, carrier: i32, slot: i32): i32 {
  return beginCarried(OPERATION_RECEIVE, channel, carrier, slot);
}

export function lockMutex(mutex: i32, waiter: i32, slot: i32, holder: i32): i32 {
  if (tryLock(mutex, holder) !== RESULT_WAITS) return RESULT_DONE;
  const result = begin(OPERATION_LOCK, mutex, waiter, slot);
  if (result === RESULT_DONE) nameHolder(mutex, holder);
  return result;
}

/** The others, of which speed asks less. */
export function drive(operation: i32, object: i32, waiter: i32, slot: i32): i32 {
  return begin(operation, object, waiter, slot);
}

/** The short ways, without a look at those in line. */
function moveAtOnce(operation: i32, channel: i32, waiter: i32): bool {
  const ring = get(channel, CHANNEL_RING);
  if (ring === 0) return operation === OPERATION_SEND && mayMeet(channel) && handOver(channel, waiter);
  return (operation === OPERATION_SEND ? put(channel, ring, waiter) : take(channel, ring, waiter)) !== RESULT_WAITS;
}

/** Carries it out if that is possible now, else leaves everything as it is. */
export function poll(operation: i32, object: i32, waiter: i32): i32 {
  if (operation <= OPERATION_RECEIVE && moveAtOnce(operation, object, waiter)) return RESULT_DONE;
  lockObject(operation, object);
  const result = attempt(operation, object, waiter);
  unlockObject(operation, object);
  return conclude(result);
}

/** Takes a waiter out of the line, and lets in whom it held up. RESULT_REFUSED when somebody has taken it out before. */
export function withdraw(operation: i32, object: i32, waiter: i32): i32 {
  lockObject(operation, object);
  if (!remove(queueOf(operation, object), waiter)) {
    unlockObject(operation, object);
    return RESULT_REFUSED;
  }
  if (operation === OPERATION_ACQUIRE) letIn(object);
  else if (operation === OPERATION_WRITE_LOCK) admit(object);
  else if (operation === OPERATION_LOCK || operation === OPERATION_LOCK_BY_PRIORITY) afterLeaving(object);
  else if (operation === OPERATION_BARRIER) leaveBarrier(object);
  unlockObject(operation, object);
  return conclude(RESULT_DONE);
}

/** After a thread was lost: lets in whom its waiters held up at a mutex, a semaphore or a reader/writer mutex. */
export function passOverLost(operation: i32, object: i32): i32 {
  lockObject(operation, object);
  if (operation === OPERATION_LOCK) afterLoss(object);
  else if (operation === OPERATION_ACQUIRE) letIn(object);
  else admit(object);
  unlockObject(operation, object);
  return conclude(RESULT_DONE);
}
