/**
 * A machine's inbox: a stack of woken waiters in the arena. Anybody pushes by compare-exchange; the owner takes the
 * whole stack by one exchange and turns it round, so that wake-ups come in order. No entry is ever taken singly, so
 * the stack has no ABA problem; it is linked through the waiters themselves, so it is never full.
 */
import { words } from '../memory/arena.ts';
import { compareExchange, exchange, load } from '../memory/atomics.ts';
import { MACHINE_INBOX, machineBase } from '../memory/layout.ts';
import { COUNT_WAKES_RECEIVED, machine } from './machine.ts';
import { wakeMachine } from './parker.ts';
import { LINK, MACHINE, NEXT, SLOT } from './waiter.ts';

/** Slot of waiters that are not somebody's wait but a message for the machine itself: see `onNotice`. */
export const NOTICE_SLOT = -1;

let takeNotice: (waiter: number) => void = () => undefined;

/** What this thread does with a waiter of NOTICE_SLOT. */
export function onNotice(callback: (waiter: number) => void): void {
  takeNotice = callback;
}

/**
 * Lets the owner of a waiter go on. The caller has taken the waiter out of its queue, won its claim and filled in the
 * outcome; it holds no lock, and must not touch the waiter any more.
 */
export function ready(waiter: number): void {
  const owner = words[waiter + MACHINE]!;
  if (owner === machine.number) machine.entries[words[waiter + SLOT]!]!.wake();
  else sendToInbox(owner, waiter);
}

/** The same for a chain that `dequeueAll` has made. */
export function readyAll(first: number): void {
  for (let waiter = first; waiter !== 0; ) {
    const next = words[waiter + NEXT]!; // Read first: once woken, the waiter may be given back.
    ready(waiter);
    waiter = next;
  }
}

export function sendToInbox(owner: number, waiter: number): void {
  const inbox = machineBase(owner) + MACHINE_INBOX;
  let head = load(inbox);
  for (;;) {
    words[waiter + LINK] = head;
    // Publishes the waiter's words: pairs with the exchange in `drainInbox`.
    const found = compareExchange(inbox, head, waiter);
    if (found === head) break;
    head = found;
  }
  // Only the first one into an empty inbox needs to wake the owner: the others find it woken, or about to look.
  if (head === 0) wakeMachine(owner);
}

/** Exact: pairs with the pushers' exchange. What a sleeper asks before it sleeps. */
export function inboxIsEmpty(): boolean {
  return load(machine.base + MACHINE_INBOX) === 0;
}

/** The same as a hint, for the loop: a plain read, whose old answer is put right a moment later. */
export function inboxLooksEmpty(): boolean {
  return words[machine.base + MACHINE_INBOX] === 0;
}

/** Wakes everybody whose waiter has come in. */
export function drainInbox(): void {
  let waiter = exchange(machine.base + MACHINE_INBOX, 0);
  let inOrder = 0;
  while (waiter !== 0) {
    const next = words[waiter + LINK]!;
    words[waiter + LINK] = inOrder;
    inOrder = waiter;
    waiter = next;
  }
  while (inOrder !== 0) {
    // Read first: once woken, the waiter may be given back.
    const next = words[inOrder + LINK]!;
    const slot = words[inOrder + SLOT]!;
    machine.count(COUNT_WAKES_RECEIVED);
    if (slot === NOTICE_SLOT) takeNotice(inOrder);
    else machine.entries[slot]!.wake();
    inOrder = next;
  }
}
