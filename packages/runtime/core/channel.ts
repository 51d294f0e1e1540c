/**
 * Channels: Go's, in shared memory. `runtime/chan.go` is the model; the semantics are those of the Go specification.
 *
 * Under the lock these hold:
 *   - at most one of the two queues is not empty, unless one goroutine stands in both by a select;
 *   - receivers wait only while the ring is empty, senders only while it is full (or there is none);
 *   - after close, nobody waits, and the ring only empties.
 * Values are encoded before the lock is taken and read after it is given back: what moves here is cells.
 */
import {
  CHANNEL_CAPACITY,
  CHANNEL_CLOSED,
  CHANNEL_COUNT,
  CHANNEL_FIRST,
  CHANNEL_LOCK,
  CHANNEL_RECEIVERS,
  CHANNEL_RING,
  CHANNEL_SENDERS,
  OUTCOME_CLOSED,
  OUTCOME_DONE,
  RESULT_CLOSED,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  WAITER_CELL,
  WAITER_OUTCOME,
} from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { get, moveCell, set } from './memory.ts';
import { serve } from './ready.ts';
import { dequeue, dequeueAll } from './wait-queue.ts';

/** Moves the value in `waiter` to a waiting receiver, which is then to be woken, or into the ring. Under the lock. */
// @ts-ignore: decorator
@inline
export function trySend(channel: i32, waiter: i32): i32 {
  if (get(channel + CHANNEL_CLOSED) !== 0) return RESULT_CLOSED;
  const receiver = dequeue(channel + CHANNEL_RECEIVERS);
  if (receiver !== 0) {
    moveCell(waiter + WAITER_CELL, receiver + WAITER_CELL);
    set(receiver + WAITER_OUTCOME, OUTCOME_DONE);
    serve(receiver);
    return RESULT_DONE;
  }
  const capacity = get(channel + CHANNEL_CAPACITY);
  const count = get(channel + CHANNEL_COUNT);
  if (count === capacity) return RESULT_WAITS;
  let slot = get(channel + CHANNEL_FIRST) + count;
  if (slot >= capacity) slot -= capacity;
  moveCell(waiter + WAITER_CELL, get(channel + CHANNEL_RING) + 2 * slot);
  set(channel + CHANNEL_COUNT, count + 1);
  return RESULT_DONE;
}

/** Moves a value of the ring, or of a waiting sender, into `waiter`. Under the lock. */
// @ts-ignore: decorator
@inline
export function tryReceive(channel: i32, waiter: i32): i32 {
  const count = get(channel + CHANNEL_COUNT);
  const sender = dequeue(channel + CHANNEL_SENDERS);
  if (count > 0) {
    const first = get(channel + CHANNEL_FIRST);
    const slot = get(channel + CHANNEL_RING) + 2 * first;
    moveCell(slot, waiter + WAITER_CELL);
    set(channel + CHANNEL_FIRST, first + 1 === get(channel + CHANNEL_CAPACITY) ? 0 : first + 1);
    // With a sender in line the ring was full: his value takes the slot just emptied, which is the last in order now.
    if (sender === 0) set(channel + CHANNEL_COUNT, count - 1);
    else moveCell(sender + WAITER_CELL, slot);
  } else if (sender !== 0) {
    moveCell(sender + WAITER_CELL, waiter + WAITER_CELL);
  } else {
    return get(channel + CHANNEL_CLOSED) !== 0 ? RESULT_CLOSED : RESULT_WAITS;
  }
  if (sender !== 0) {
    set(sender + WAITER_OUTCOME, OUTCOME_DONE);
    serve(sender);
  }
  return RESULT_DONE;
}

/** Closes it. Returns the chain of those who waited, or RESULT_REFUSED when it was closed before. */
export function closeChannel(channel: i32): i32 {
  lock(channel + CHANNEL_LOCK);
  if (get(channel + CHANNEL_CLOSED) !== 0) {
    unlock(channel + CHANNEL_LOCK);
    return RESULT_REFUSED;
  }
  set(channel + CHANNEL_CLOSED, 1);
  const senders = dequeueAll(channel + CHANNEL_SENDERS, OUTCOME_CLOSED, 0);
  const waiters = dequeueAll(channel + CHANNEL_RECEIVERS, OUTCOME_CLOSED, senders);
  unlock(channel + CHANNEL_LOCK);
  return waiters;
}
