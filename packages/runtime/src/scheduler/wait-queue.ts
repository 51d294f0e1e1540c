/**
 * A waiting queue: two words (head, tail) of some object, and waiters linked both ways; first come, first served.
 * Everything here is called under the lock of the object that holds the two words.
 */
import { words } from '../memory/arena.ts';
import { claim, NEXT, OUTCOME, PREVIOUS, QUEUE } from './waiter.ts';

export function enqueue(queue: number, waiter: number): void {
  const last = words[queue + 1]!;
  words[waiter + NEXT] = 0;
  words[waiter + PREVIOUS] = last;
  words[waiter + QUEUE] = queue;
  if (last === 0) words[queue] = waiter;
  else words[last + NEXT] = waiter;
  words[queue + 1] = waiter;
}

/** Takes a waiter out from wherever it stands; false when somebody has taken it out before. */
export function remove(queue: number, waiter: number): boolean {
  if (words[waiter + QUEUE] !== queue) return false;
  const next = words[waiter + NEXT]!;
  const previous = words[waiter + PREVIOUS]!;
  if (previous === 0) words[queue] = next;
  else words[previous + NEXT] = next;
  if (next === 0) words[queue + 1] = previous;
  else words[next + PREVIOUS] = previous;
  words[waiter + QUEUE] = 0;
  return true;
}

/** Takes out the first waiter whose claim is won, dropping those that were woken elsewhere; 0 when there is none. */
export function dequeue(queue: number): number {
  for (;;) {
    const waiter = words[queue]!;
    if (waiter === 0) return 0;
    remove(queue, waiter);
    if (claim(waiter)) return waiter;
  }
}

/**
 * Takes out everybody whose claim is won, with the same outcome, as a chain in order of arrival, linked by NEXT and
 * put before `rest`. Returns its first waiter: for `readyAll`, after the lock was given back.
 */
export function dequeueAll(queue: number, outcome: number, rest = 0): number {
  let first = 0;
  let last = 0;
  for (let waiter = dequeue(queue); waiter !== 0; waiter = dequeue(queue)) {
    words[waiter + OUTCOME] = outcome;
    if (last === 0) first = waiter;
    else words[last + NEXT] = waiter;
    last = waiter;
  }
  if (last === 0) return rest;
  words[last + NEXT] = rest;
  return first;
}
