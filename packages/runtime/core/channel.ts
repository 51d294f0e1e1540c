/**
 * Channels: Go's, in shared memory. `runtime/chan.go` is the model; the semantics are those of the Go specification.
 *
 * An unbuffered channel has one lock. A buffered one has two, so that a sender and a receiver on different threads work
 * side by side: the senders' guards the ring's tail, the receivers' its head. Whatever else is written in the channel (the
 * two queues, CLOSED) is written under both, and may be read under either. "The lock" of a channel means all it has;
 * they are taken in the order of their addresses.
 *
 * `put` and `take` are the short ways, under one lock of a ring: they do what neither meets a waiter nor lets one wait.
 * Nobody can enter a queue meanwhile, since that takes both locks; so a sender that found no receiver waiting may leave
 * its value in the ring, and no receiver sleeps beside it: one that comes later to enter the queue looks at the ring again,
 * under both. The other side's counter may move on meanwhile, which only makes more room, or more values: a count that
 * was seen is on the safe side, and is looked up again only when it says full or empty. A value is written before TAIL
 * is, and read before HEAD is: who has seen the count may use the slot. TAIL and HEAD are the locks' own words.
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
  CHANNEL_LOCK,
  CHANNEL_RECEIVERS,
  CHANNEL_RING,
  CHANNEL_SENDERS,
  COUNT_ONE,
  OUTCOME_CLOSED,
  OUTCOME_DONE,
  RESULT_CLOSED,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
  RING_HEAD,
  RING_HEAD_SLOT,
  RING_SEEN_HEAD,
  RING_SEEN_TAIL,
  RING_SLOTS,
  RING_TAIL,
  RING_TAIL_SLOT,
  WAITER_CELL,
  WAITER_OUTCOME,
} from '../src/memory/blocks.ts';
import { noteDistance } from './distance.ts';
import { countAt, countSeen, lock, lockCounting, unlock, unlockCounting } from './lock.ts';
import { add, get, moveCell, set } from './memory.ts';
import { serve } from './ready.ts';
import { noteReceiver, noteSender } from './rendezvous.ts';
import { dequeue, dequeueAll } from './wait-queue.ts';

/** The first of its locks. */
// @ts-ignore: decorator
@inline
export function channelLock(channel: i32): i32 {
  const ring = get(channel, CHANNEL_RING);
  return ring === 0 ? channel + CHANNEL_LOCK : ring + RING_TAIL;
}

/** Takes all of its locks. */
export function lockChannel(channel: i32): void {
  const ring = get(channel, CHANNEL_RING);
  if (ring === 0) lock(channel + CHANNEL_LOCK);
  else lockPair(ring + RING_TAIL);
}

export function unlockChannel(channel: i32): void {
  const ring = get(channel, CHANNEL_RING);
  if (ring === 0) unlock(channel + CHANNEL_LOCK);
  else unlockPair(ring + RING_TAIL);
}

/** Both locks of a ring, of which this is the first. */
export function lockPair(first: i32): void {
  lockCounting(first);
  lockCounting(first + (RING_HEAD - RING_TAIL));
}

export function unlockPair(first: i32): void {
  const second = first + (RING_HEAD - RING_TAIL);
  unlockCounting(second, countAt(second));
  unlockCounting(first, countAt(first));
}

// @ts-ignore: decorator
@inline
function slotAfter(slot: i32, channel: i32): i32 {
  return slot + 1 === get(channel, CHANNEL_CAPACITY) ? 0 : slot + 1;
}

/**
 * Moves the value in `waiter` into the ring, if there is room and nobody waits for it. Takes the lock it needs. RESULT_DONE or
 * RESULT_NEAR when it has, else RESULT_WAITS.
 */
// @ts-ignore: decorator
@inline
export function put(channel: i32, ring: i32, waiter: i32): i32 {
  const tail = lockCounting(ring + RING_TAIL);
  if ((get(channel, CHANNEL_CLOSED) | get(channel, CHANNEL_RECEIVERS)) !== 0) return leave(ring + RING_TAIL, tail);
  const full = tail - get(channel, CHANNEL_CAPACITY) * COUNT_ONE;
  if (get(ring, RING_SEEN_HEAD) === full) return putLooking(channel, ring, waiter, tail, full);
  push(channel, ring, waiter);
  unlockCounting(ring + RING_TAIL, tail + COUNT_ONE);
  return RESULT_DONE;
}

/** Gives back the lock of one end of a ring: nothing was moved. */
function leave(end: i32, count: i32): i32 {
  unlockCounting(end, count);
  return RESULT_WAITS;
}

/** Under the lock, where it seemed full: with a look at how far the receivers have come. */
function putLooking(channel: i32, ring: i32, waiter: i32, tail: i32, full: i32): i32 {
  const result = lookForRoom(channel, ring, full);
  if (result === RESULT_WAITS) return leave(ring + RING_TAIL, tail);
  push(channel, ring, waiter);
  unlockCounting(ring + RING_TAIL, tail + COUNT_ONE);
  return result;
}

/** Moves a value out of the ring into `waiter`, if there is one and no sender waits. Locks and result are as for `put`. */
// @ts-ignore: decorator
@inline
export function take(channel: i32, ring: i32, waiter: i32): i32 {
  const head = lockCounting(ring + RING_HEAD);
  if (get(channel, CHANNEL_SENDERS) !== 0) return leave(ring + RING_HEAD, head);
  if (get(ring, RING_SEEN_TAIL) === head) return takeLooking(channel, ring, waiter, head);
  pull(channel, ring, waiter);
  unlockCounting(ring + RING_HEAD, head + COUNT_ONE);
  return RESULT_DONE;
}

/** Under the lock, where it seemed empty: with a look at how far the senders have come. */
function takeLooking(channel: i32, ring: i32, waiter: i32, head: i32): i32 {
  const result = lookForValue(channel, ring, head);
  if (result === RESULT_WAITS) return leave(ring + RING_HEAD, head);
  pull(channel, ring, waiter);
  unlockCounting(ring + RING_HEAD, head + COUNT_ONE);
  return result;
}

/**
 * Whether somebody who has just found no room, or no value, would enter the queue at a ring; `others` is that of the other side.
 * Without the lock: as it seems.
 */
// @ts-ignore: decorator
@inline
export function waitsAtRing(channel: i32, others: i32): bool {
  return get(channel, CHANNEL_RING) !== 0 && get(channel, others) === 0 && get(channel, CHANNEL_CLOSED) === 0;
}

/**
 * Looks so many times at a ring until it has a value, or with `free` room for one; returns whether it has. Only a hint: whoever
 * comes first under the lock has it.
 */
export function watchRing(channel: i32, ring: i32, free: bool, rounds: i32): bool {
  const full = get(channel, CHANNEL_CAPACITY) * COUNT_ONE;
  for (let round = 0; round < rounds; round++) {
    const head = countSeen(ring + RING_HEAD); // First: TAIL never is behind what HEAD was.
    const held = countSeen(ring + RING_TAIL) - head;
    if (free ? held < full : held > 0) return true;
  }
  return false;
}

/** What senders have seen of HEAD says full, with `full` as the count of values taken out: RESULT_WAITS where it still is. */
function lookForRoom(channel: i32, ring: i32, full: i32): i32 {
  const head = countSeen(ring + RING_HEAD);
  set(ring, RING_SEEN_HEAD, head);
  return head === full ? RESULT_WAITS : noteDistance(channel, ring + RING_TAIL, (head - full) / COUNT_ONE);
}

/** What receivers have seen of TAIL says empty: RESULT_WAITS where it still is. */
function lookForValue(channel: i32, ring: i32, head: i32): i32 {
  const tail = countSeen(ring + RING_TAIL);
  set(ring, RING_SEEN_TAIL, tail);
  return tail === head ? RESULT_WAITS : noteDistance(channel, ring + RING_HEAD, (tail - head) / COUNT_ONE);
}

/** RESULT_WAITS where there is none. */
// @ts-ignore: decorator
@inline
function findRoom(channel: i32, ring: i32, tail: i32): i32 {
  const full = tail - get(channel, CHANNEL_CAPACITY) * COUNT_ONE;
  return get(ring, RING_SEEN_HEAD) !== full ? RESULT_DONE : lookForRoom(channel, ring, full);
}

/** RESULT_WAITS where there is none. */
// @ts-ignore: decorator
@inline
function findValue(channel: i32, ring: i32, head: i32): i32 {
  return get(ring, RING_SEEN_TAIL) !== head ? RESULT_DONE : lookForValue(channel, ring, head);
}

/** Under the senders' lock, with room. Who holds it counts the value. */
// @ts-ignore: decorator
@inline
function push(channel: i32, ring: i32, waiter: i32): void {
  const slot = get(ring, RING_TAIL_SLOT);
  moveCell(waiter, WAITER_CELL, ring + 2 * slot, RING_SLOTS);
  set(ring, RING_TAIL_SLOT, slotAfter(slot, channel));
}

/** Under the receivers' lock, with a value. Who holds it counts that. */
// @ts-ignore: decorator
@inline
function pull(channel: i32, ring: i32, waiter: i32): void {
  const slot = get(ring, RING_HEAD_SLOT);
  moveCell(ring + 2 * slot, RING_SLOTS, waiter, WAITER_CELL);
  set(ring, RING_HEAD_SLOT, slotAfter(slot, channel));
}

/** Moves the value in `waiter` to a waiting receiver, which is then to be woken, or into the ring. Under the lock. */
// @ts-ignore: decorator
@inline
export function trySend(channel: i32, waiter: i32): i32 {
  if (get(channel, CHANNEL_CLOSED) !== 0) return RESULT_CLOSED;
  const receiver = dequeue(channel + CHANNEL_RECEIVERS);
  if (receiver !== 0) {
    moveCell(waiter, WAITER_CELL, receiver, WAITER_CELL);
    set(receiver, WAITER_OUTCOME, OUTCOME_DONE);
    noteReceiver(channel, receiver);
    serve(receiver);
    return RESULT_DONE;
  }
  const ring = get(channel, CHANNEL_RING);
  if (ring === 0 || findRoom(channel, ring, countAt(ring + RING_TAIL)) === RESULT_WAITS) return RESULT_WAITS;
  push(channel, ring, waiter);
  add(ring + RING_TAIL, COUNT_ONE);
  return RESULT_DONE;
}

/** Moves a value of the ring, or of a waiting sender, into `waiter`. Under the lock. */
// @ts-ignore: decorator
@inline
export function tryReceive(channel: i32, waiter: i32): i32 {
  const ring = get(channel, CHANNEL_RING);
  const sender = dequeue(channel + CHANNEL_SENDERS);
  if (ring !== 0 && findValue(channel, ring, countAt(ring + RING_HEAD)) !== RESULT_WAITS) {
    pull(channel, ring, waiter);
    add(ring + RING_HEAD, COUNT_ONE);
    // With a sender in line the ring was full: his value takes the slot just emptied, which is the last in order now. What
    // senders have seen of HEAD would say more than room for one, so it is set right.
    if (sender !== 0) {
      set(ring, RING_SEEN_HEAD, countAt(ring + RING_HEAD));
      push(channel, ring, sender);
      add(ring + RING_TAIL, COUNT_ONE);
    }
  } else if (sender !== 0) {
    moveCell(sender, WAITER_CELL, waiter, WAITER_CELL);
  } else {
    return get(channel, CHANNEL_CLOSED) !== 0 ? RESULT_CLOSED : RESULT_WAITS;
  }
  if (sender !== 0) {
    set(sender, WAITER_OUTCOME, OUTCOME_DONE);
    noteSender(channel, sender);
    serve(sender);
  }
  return RESULT_DONE;
}

/** Closes it. Returns the chain of those who waited, or RESULT_REFUSED when it was closed before. */
export function closeChannel(channel: i32): i32 {
  lockChannel(channel);
  if (get(channel, CHANNEL_CLOSED) !== 0) {
    unlockChannel(channel);
    return RESULT_REFUSED;
  }
  set(channel, CHANNEL_CLOSED, 1);
  const senders = dequeueAll(channel + CHANNEL_SENDERS, OUTCOME_CLOSED, 0);
  const waiters = dequeueAll(channel + CHANNEL_RECEIVERS, OUTCOME_CLOSED, senders);
  unlockChannel(channel);
  return waiters;
}
