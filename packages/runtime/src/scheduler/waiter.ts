/**
 * A waiter: the block that stands for a parked goroutine (or for async code) in one object's waiting queue.
 *
 * It is made and given back by the machine of the one who waits. Between the moment it is put into a queue and the
 * moment its machine sees it woken, it belongs to the lock of that object: who takes it out under that lock, and wins
 * its claim if it has one, fills CELL and OUTCOME and calls `ready`, exactly once. The owner reads them after that.
 *
 * CLAIM: 0, or the address of the one word that all waiters of a `select` share. It goes from UNCLAIMED to the winning
 * case by one compare-exchange; who loses drops the waiter and takes the next. The exchange is made under the object's
 * lock, so that the owner, who locks each object to withdraw the losing waiters, knows that nobody looks at them any more.
 */
import { words } from '../memory/arena.ts';
import { compareExchange } from '../memory/atomics.ts';
import { allocate, free } from '../memory/heap.ts';
import { KIND_WAITER, MACHINE_STATE, MACHINE_STATE_LOST, machineBase } from '../memory/layout.ts';

/** Link in a machine's inbox; written by the waker. */
export const LINK = 0;
/** Links in the waiting queue, and the queue itself while it stands in one (else 0); under the object's lock. */
export const NEXT = 1;
export const PREVIOUS = 2;
export const QUEUE = 3;
/** Who waits: the machine and its entry in that machine's table. */
export const MACHINE = 4;
export const SLOT = 5;
/** A cell (even offset): the value to send, or the value received. */
export const CELL = 6;
/** What the waker did; one of the OUTCOME_ values. */
export const OUTCOME = 8;
/** Address of the claim word, or 0. */
export const CLAIM = 9;
/** What the claim word becomes when this waiter wins: its case, counted from 1. */
export const CASE = 10;
/** The claim word of a select, in its first waiter. */
export const CLAIM_WORD = 11;
/** A number for the object's own use, such as whether a reader or a writer waits. */
export const DETAIL = 12;
const WAITER_BYTES = 13 * 4;

export const OUTCOME_NONE = 0;
/** The operation was carried out for the waiter. */
export const OUTCOME_DONE = 1;
/** The object was closed. */
export const OUTCOME_CLOSED = 2;

export const UNCLAIMED = 0;

/** One waiter in hand, so that nothing is allocated under an object's lock. */
let spare = 0;

/** Makes sure that `takeWaiter` cannot fail. Called before an object is locked; throws ArenaExhaustedError. */
export function reserveWaiter(): void {
  if (spare === 0) spare = allocate(KIND_WAITER, WAITER_BYTES);
}

/** A waiter for the given entry of this machine's table. `reserveWaiter` was called before. */
export function takeWaiter(machine: number, slot: number): number {
  const waiter = spare;
  spare = 0;
  words[waiter + QUEUE] = 0;
  words[waiter + MACHINE] = machine;
  words[waiter + SLOT] = slot;
  words[waiter + OUTCOME] = OUTCOME_NONE;
  words[waiter + CLAIM] = 0;
  return waiter;
}

/** Gives a waiter back. Its cell must be empty or moved away. */
export function freeWaiter(waiter: number): void {
  if (spare === 0) spare = waiter;
  else free(waiter);
}

/** Called when this thread leaves the arena. */
export function giveBackSpareWaiter(): void {
  if (spare !== 0) free(spare);
  spare = 0;
}

/** Forgets the spare of an arena used before. */
export function initializeWaiters(): void {
  spare = 0;
}

/**
 * Wins the right to wake this waiter. Called under the lock of the object in whose queue it stood. What waited on a
 * thread that has been lost is passed over.
 */
export function claim(waiter: number): boolean {
  if (words[machineBase(words[waiter + MACHINE]!) + MACHINE_STATE] === MACHINE_STATE_LOST) return false;
  const word = words[waiter + CLAIM]!;
  return word === 0 || compareExchange(word, UNCLAIMED, words[waiter + CASE]!) === UNCLAIMED;
}
