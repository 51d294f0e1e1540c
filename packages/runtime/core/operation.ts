/**
 * Operations on shared objects: each is carried out under its object's lock, or its waiter enters the object's line.
 * The waiter that is passed in carries the value to send, and takes the value received; it is the caller's until the
 * result is RESULT_WAITS, and again when the caller was woken or has left the line.
 */
import {
  CHANNEL_LOCK,
  CHANNEL_RECEIVERS,
  CHANNEL_SENDERS,
  GROUP_LOCK,
  GROUP_WAITERS,
  MUTEX_LOCK,
  MUTEX_WAITERS,
  OPERATION_JOIN,
  OPERATION_LOCK,
  OPERATION_RECEIVE,
  OPERATION_SEND,
  OPERATION_WAIT,
  OUTCOME_NONE,
  RECORD_JOINERS,
  RECORD_LOCK,
  RESULT_WAITS,
  WAITER_CLAIM,
  WAITER_DETAIL,
  WAITER_MACHINE,
  WAITER_OUTCOME,
  WAITER_SLOT,
  WAITER_WATCH,
  WATCH_NOT,
} from '../src/memory/blocks.ts';
import { tryReceive, trySend } from './channel.ts';
import { lock, unlock } from './lock.ts';
import { set } from './memory.ts';
import { lookAgain, tryLock } from './mutex.ts';
import { conclude, self } from './ready.ts';
import { tryJoin } from './record.ts';
import { tryWait } from './wait-group.ts';
import { enqueue, remove } from './wait-queue.ts';

// @ts-ignore: decorator
@inline
export function lockOf(operation: i32, object: i32): i32 {
  if (operation === OPERATION_LOCK) return object + MUTEX_LOCK;
  if (operation === OPERATION_WAIT) return object + GROUP_LOCK;
  if (operation === OPERATION_JOIN) return object + RECORD_LOCK;
  return object + CHANNEL_LOCK;
}

// @ts-ignore: decorator
@inline
function queueOf(operation: i32, object: i32): i32 {
  if (operation === OPERATION_SEND) return object + CHANNEL_SENDERS;
  if (operation === OPERATION_RECEIVE) return object + CHANNEL_RECEIVERS;
  if (operation === OPERATION_LOCK) return object + MUTEX_WAITERS;
  if (operation === OPERATION_WAIT) return object + GROUP_WAITERS;
  return object + RECORD_JOINERS;
}

/** Under the lock: carries it out if that is possible now. */
// @ts-ignore: decorator
@inline
export function attempt(operation: i32, object: i32, waiter: i32): i32 {
  if (operation === OPERATION_SEND) return trySend(object, waiter);
  if (operation === OPERATION_RECEIVE) return tryReceive(object, waiter);
  if (operation === OPERATION_LOCK) return tryLock(object);
  if (operation === OPERATION_WAIT) return tryWait(object);
  return tryJoin(object);
}

/** Under the lock, after `attempt` was in vain: the waiter enters the line. Done after all, or RESULT_WAITS. */
// @ts-ignore: decorator
@inline
export function enroll(operation: i32, object: i32, waiter: i32): i32 {
  enqueue(queueOf(operation, object), waiter);
  return operation === OPERATION_LOCK ? lookAgain(object, waiter) : RESULT_WAITS;
}

// @ts-ignore: decorator
@inline
function begin(operation: i32, object: i32, waiter: i32, slot: i32): i32 {
  const objectLock = lockOf(operation, object);
  lock(objectLock);
  let result = attempt(operation, object, waiter);
  if (result === RESULT_WAITS) {
    set(waiter + WAITER_MACHINE, self);
    set(waiter + WAITER_SLOT, slot);
    set(waiter + WAITER_OUTCOME, OUTCOME_NONE);
    set(waiter + WAITER_CLAIM, 0);
    set(waiter + WAITER_DETAIL, 0);
    set(waiter + WAITER_WATCH, WATCH_NOT);
    result = enroll(operation, object, waiter);
  }
  unlock(objectLock);
  return conclude(result);
}

export function send(channel: i32, waiter: i32, slot: i32): i32 {
  return begin(OPERATION_SEND, channel, waiter, slot);
}

export function receive(channel: i32, waiter: i32, slot: i32): i32 {
  return begin(OPERATION_RECEIVE, channel, waiter, slot);
}

export function lockMutex(mutex: i32, waiter: i32, slot: i32): i32 {
  if (tryLock(mutex) !== RESULT_WAITS) return 0;
  return begin(OPERATION_LOCK, mutex, waiter, slot);
}

/** The others, of which speed asks less. */
export function drive(operation: i32, object: i32, waiter: i32, slot: i32): i32 {
  return begin(operation, object, waiter, slot);
}

/** Carries it out if that is possible now, else leaves everything as it is. */
export function poll(operation: i32, object: i32, waiter: i32): i32 {
  const objectLock = lockOf(operation, object);
  lock(objectLock);
  const result = attempt(operation, object, waiter);
  unlock(objectLock);
  return conclude(result);
}

/** Takes a waiter out of the line. 0 when somebody has taken it out before. */
export function withdraw(operation: i32, object: i32, waiter: i32): i32 {
  const objectLock = lockOf(operation, object);
  lock(objectLock);
  const removed = remove(queueOf(operation, object), waiter);
  unlock(objectLock);
  return i32(removed);
}
