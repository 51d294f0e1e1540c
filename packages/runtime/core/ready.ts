/**
 * Letting the owner of a waiter go on. The caller has taken the waiter out of its queue, won its claim and filled in the
 * outcome; it holds no lock, and must not touch the waiter any more.
 *
 * An inbox is a stack of waiters: anybody pushes by compare-exchange, the owner takes all by one exchange. Nothing is ever
 * taken singly, so there is no ABA problem; it is linked through the waiters, so it is never full.
 */
import { RESULT_DONE, RESULT_WAKES, WAITER_LINK, WAITER_MACHINE, WAITER_SLOT } from '../src/memory/blocks.ts';
import { MACHINE_INBOX, MACHINE_WORDS, MACHINES } from '../src/memory/layout.ts';
import { atomicLoad, compareExchange, get, set } from './memory.ts';

/** The machine that this instance serves. */
export let self: i32 = -1;

export function initialize(machine: i32): void {
  self = machine;
}

/** Pushes a waiter into a machine's inbox. True when that was empty: then the machine may sleep, and must be woken. */
export function post(machine: i32, waiter: i32): bool {
  const inbox = MACHINES + machine * MACHINE_WORDS + MACHINE_INBOX;
  while (true) {
    const head = atomicLoad(inbox);
    set(waiter + WAITER_LINK, head);
    // Publishes the waiter's words: pairs with the exchange by which the owner takes the stack.
    // Only the first one into an empty inbox needs to wake the owner: the others find it woken, or about to look.
    if (compareExchange(inbox, head, waiter) === head) return head === 0;
  }
}

/** Returns a RESULT_ that tells what the caller has to do. */
export function ready(waiter: i32): i32 {
  const machine = get(waiter + WAITER_MACHINE);
  if (machine === self) return get(waiter + WAITER_SLOT) + 1;
  return post(machine, waiter) ? RESULT_WAKES - machine : RESULT_DONE;
}

let served: i32 = 0;

/** Names the waiter that was served under a lock: `conclude` wakes it once the lock is given back. */
// @ts-ignore: decorator
@inline
export function serve(waiter: i32): void {
  served = waiter;
}

/** After the lock was given back: wakes whom carrying out an operation has served. */
// @ts-ignore: decorator
@inline
export function conclude(result: i32): i32 {
  const waiter = served;
  if (waiter === 0) return result;
  served = 0;
  return ready(waiter);
}
