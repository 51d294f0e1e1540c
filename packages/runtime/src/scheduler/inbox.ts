/**
 * A machine's inbox: a stack of woken waiters in the arena. Anybody pushes (`core/ready.ts`); the owner takes the whole
 * stack by one exchange and turns it round, so that wake-ups come in order.
 */
import { arena } from '../memory/arena.ts';
import { exchange, load } from '../memory/atomics.ts';
import {
  RESULT_MANY,
  RESULT_REFUSED,
  RESULT_WAKES,
  SEEN_SERVED,
  WAITER_LINK,
  WAITER_MACHINE,
  WAITER_NEXT,
  WAITER_SLOT,
} from '../memory/blocks.ts';
import { lookOut, post, sendWaiter, takeServed, withdraw } from '../memory/core.ts';
import { CAUSE_HERE, CAUSE_MACHINE } from '../memory/event-records.ts';
import { MACHINE_INBOX, WAITING_MACHINES } from '../memory/layout.ts';
import { COUNT_WAKES_RECEIVED, machine } from './machine.ts';
import { wakeMachine } from './parker.ts';
import { lastParked } from './waiter.ts';

/** Slot of waiters that are not somebody's wait but a message for the machine itself: see `onNotice`. */
export const NOTICE_SLOT = -1;

let takeNotice: (waiter: number) => void = () => undefined;

/** What this thread does with a waiter of NOTICE_SLOT. */
export function onNotice(callback: (waiter: number) => void): void {
  takeNotice = callback;
}

/** Does what a result of the core asks for (see the RESULT_ numbers): wakes whom it has served. */
export function wakeServed(result: number): void {
  if (result > 0) machine.entries[result - 1]!.wake();
  else if (result <= RESULT_WAKES) wakeOwner(RESULT_WAKES - result);
  else if (result === RESULT_MANY) readyAll(takeServed());
}

/** Takes a waiter out of the line of an object, and wakes whom it held up there. False when it was served already. */
export function leaveLine(operation: number, object: number, waiter: number): boolean {
  const result = withdraw(operation, object, waiter);
  if (result === RESULT_REFUSED) return false;
  wakeServed(result);
  return true;
}

/** Lets the owners of a chain of waiters go on, which the core has taken out of a queue. */
export function readyAll(first: number): void {
  for (let waiter = first; waiter !== 0; ) {
    const next = arena.words[waiter + WAITER_NEXT]!; // Read first: once woken, the waiter may be given back.
    const owner = arena.words[waiter + WAITER_MACHINE]!;
    if (owner === machine.number) machine.entries[arena.words[waiter + WAITER_SLOT]!]!.wake();
    else if (sendWaiter(owner, waiter)) wakeOwner(owner);
    waiter = next;
  }
}

/**
 * A machine that stands in the line for a processor is left asleep: it could not run what has come. Whoever hands it a
 * processor wakes it, and on its way out of the line it looks at its inbox after it has cleared its bit; this looks at the bit
 * after the waiter was pushed. So one of the two sees the other.
 */
function wakeOwner(number: number): void {
  const bit = (load(WAITING_MACHINES + (number >> 5)) >>> (number & 31)) & 1;
  if (bit === 0) wakeMachine(number);
}

export function sendToInbox(owner: number, waiter: number): void {
  if (post(owner, waiter)) wakeMachine(owner);
}

/** How often a look out for others is taken in one go: 2 µs. */
export const SHORT_LOOKS = 2000;

/**
 * Looks out for what other threads bring, for so many rounds of 1 ns: for wake-ups, most of all that of the goroutine which
 * was parked here last, and for goroutines in the global queue. Returns a SEEN_ number; after SEEN_SERVED that goroutine is ready.
 */
export function lookOutFor(rounds: number): number {
  const waiter = lastParked();
  const seen = lookOut(rounds, waiter);
  if (seen === SEEN_SERVED) takeWakeUp(waiter);
  return seen;
}

function takeWakeUp(waiter: number): void {
  machine.count(COUNT_WAKES_RECEIVED);
  machine.events?.by(CAUSE_MACHINE, waiter);
  machine.entries[arena.words[waiter + WAITER_SLOT]!]!.wake();
  machine.events?.by(CAUSE_HERE, 0);
}

/** Exact: pairs with the pushers' exchange. What a sleeper asks before it sleeps. */
export function inboxIsEmpty(): boolean {
  return load(machine.base + MACHINE_INBOX) === 0;
}

/** The same as a hint, for the loop: a plain read, whose old answer is put right a moment later. */
export function inboxLooksEmpty(): boolean {
  return arena.words[machine.base + MACHINE_INBOX] === 0;
}

/** Wakes everybody whose waiter has come in. */
export function drainInbox(): void {
  let waiter = exchange(machine.base + MACHINE_INBOX, 0);
  let inOrder = 0;
  while (waiter !== 0) {
    const next = arena.words[waiter + WAITER_LINK]!;
    arena.words[waiter + WAITER_LINK] = inOrder;
    inOrder = waiter;
    waiter = next;
  }
  while (inOrder !== 0) {
    // Read first: once woken, the waiter may be given back.
    const next = arena.words[inOrder + WAITER_LINK]!;
    if (arena.words[inOrder + WAITER_SLOT] === NOTICE_SLOT) takeNotice(inOrder);
    else takeWakeUp(inOrder);
    inOrder = next;
  }
}
