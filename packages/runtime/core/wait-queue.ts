/**
 * A waiting queue: two words (first, last) of some object, and waiters linked both ways; first come, first served.
 * Everything here is called under the lock of the object that holds the two words.
 *
 * A waiter of a `select` stands in several queues with one claim word. It goes from UNCLAIMED to the winning case by one
 * compare-exchange, made under the lock of the object in whose queue the waiter stood; who loses drops the waiter and
 * takes the next. So the owner, who locks each object to leave its queue, knows that nobody looks at the word any more.
 */
import {
  OUTCOME_DONE,
  UNCLAIMED,
  WAITER_CASE,
  WAITER_CELL,
  WAITER_CLAIM,
  WAITER_DETAIL,
  WAITER_MACHINE,
  WAITER_NEXT,
  WAITER_OUTCOME,
  WAITER_PREVIOUS,
  WAITER_QUEUE,
} from '../src/memory/blocks.ts';
import { MACHINE_STATE, MACHINE_STATE_LOST, MACHINE_WORDS, MACHINES } from '../src/memory/layout.ts';
import { atomicLoad, compareExchange, get, getNumber, set } from './memory.ts';

// @ts-ignore: decorator
@inline
export function enqueue(queue: i32, waiter: i32): void {
  const last = get(queue + 1);
  set(waiter, WAITER_NEXT, 0);
  set(waiter, WAITER_PREVIOUS, last);
  set(waiter, WAITER_QUEUE, queue);
  if (last === 0) set(queue, 0, waiter);
  else set(last, WAITER_NEXT, waiter);
  set(queue + 1, 0, waiter);
}

/** Enters behind all that have its priority or a higher one. */
export function enqueueByPriority(queue: i32, waiter: i32): void {
  let before = get(queue + 1);
  while (before !== 0 && priorityOf(before) < priorityOf(waiter)) before = get(before, WAITER_PREVIOUS);
  const after = before === 0 ? get(queue) : get(before, WAITER_NEXT);
  set(waiter, WAITER_PREVIOUS, before);
  set(waiter, WAITER_NEXT, after);
  set(waiter, WAITER_QUEUE, queue);
  if (before === 0) set(queue, 0, waiter);
  else set(before, WAITER_NEXT, waiter);
  if (after === 0) set(queue + 1, 0, waiter);
  else set(after, WAITER_PREVIOUS, waiter);
}

// @ts-ignore: decorator
@inline
export function priorityOf(waiter: i32): f64 {
  return getNumber(waiter, WAITER_CELL);
}

/** The first in line that is not of a lost thread, or 0. */
export function firstOf(queue: i32): i32 {
  while (true) {
    const first = get(queue);
    if (first === 0 || !isLost(first)) return first;
    remove(queue, first);
  }
}

/** Whether a waiter's priority lets it pass everybody in that line. */
export function passesAll(queue: i32, waiter: i32): bool {
  const first = firstOf(queue);
  return first === 0 || priorityOf(first) < priorityOf(waiter);
}

/** Takes a waiter out from wherever it stands; false when somebody has taken it out before. */
export function remove(queue: i32, waiter: i32): bool {
  if (get(waiter, WAITER_QUEUE) !== queue) return false;
  const next = get(waiter, WAITER_NEXT);
  const previous = get(waiter, WAITER_PREVIOUS);
  if (previous === 0) set(queue, 0, next);
  else set(previous, WAITER_NEXT, next);
  if (next === 0) set(queue + 1, 0, previous);
  else set(next, WAITER_PREVIOUS, previous);
  set(waiter, WAITER_QUEUE, 0);
  return true;
}

/** What waited on a thread that has been lost is passed over. */
export function isLost(waiter: i32): bool {
  return isLostMachine(get(waiter, WAITER_MACHINE));
}

// @ts-ignore: decorator
@inline
export function isLostMachine(machine: i32): bool {
  return atomicLoad(MACHINES + machine * MACHINE_WORDS + MACHINE_STATE) === MACHINE_STATE_LOST;
}

/** Wins the right to wake this waiter. */
export function claim(waiter: i32): bool {
  if (isLost(waiter)) return false;
  const word = get(waiter, WAITER_CLAIM);
  return word === 0 || compareExchange(word, UNCLAIMED, get(waiter, WAITER_CASE)) === UNCLAIMED;
}

/** Takes out the first waiter whose claim is won, dropping those that were woken elsewhere; 0 when there is none. */
// @ts-ignore: decorator
@inline
export function dequeue(queue: i32): i32 {
  return get(queue) === 0 ? 0 : dequeueClaimed(queue);
}

function dequeueClaimed(queue: i32): i32 {
  while (true) {
    const waiter = get(queue);
    if (waiter === 0) return 0;
    const next = get(waiter, WAITER_NEXT);
    set(queue, 0, next);
    if (next === 0) set(queue + 1, 0, 0);
    else set(next, WAITER_PREVIOUS, 0);
    set(waiter, WAITER_QUEUE, 0);
    if (claim(waiter)) return waiter;
  }
}

/**
 * Takes out everybody whose claim is won, with the same outcome, as a chain in order of arrival, linked by NEXT and
 * put before `rest`. Returns its first waiter.
 */
export function dequeueAll(queue: i32, outcome: i32, rest: i32): i32 {
  let first = 0;
  let last = 0;
  for (let waiter = dequeue(queue); waiter !== 0; waiter = dequeue(queue)) {
    set(waiter, WAITER_OUTCOME, outcome);
    if (last === 0) first = waiter;
    else set(last, WAITER_NEXT, waiter);
    last = waiter;
  }
  if (last === 0) return rest;
  set(last, WAITER_NEXT, rest);
  return first;
}

/**
 * Takes out of a line of watchers those who may go on now that so much of the lock is free (a watcher's DETAIL is how
 * much it looks for): but none that anybody in the line of `waiters` goes before. Returns their chain.
 */
export function takeWatchers(watchers: i32, waiters: i32, free: i32): i32 {
  let first = 0;
  let last = 0;
  for (let waiter = get(watchers), next = 0; waiter !== 0; waiter = next) {
    next = get(waiter, WAITER_NEXT);
    if (get(waiter, WAITER_DETAIL) > free || !passesAll(waiters, waiter)) continue;
    remove(watchers, waiter);
    if (!claim(waiter)) continue;
    set(waiter, WAITER_OUTCOME, OUTCOME_DONE);
    set(waiter, WAITER_NEXT, 0);
    if (last === 0) first = waiter;
    else set(last, WAITER_NEXT, waiter);
    last = waiter;
  }
  return first;
}

/** Takes out what waits on lost threads; returns how many. */
export function dropLost(queue: i32): i32 {
  let count = 0;
  for (let waiter = get(queue), next = 0; waiter !== 0; waiter = next) {
    next = get(waiter, WAITER_NEXT);
    if (isLost(waiter) && remove(queue, waiter)) count++;
  }
  return count;
}
