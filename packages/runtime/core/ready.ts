/**
 * Letting the owner of a waiter go on. The caller has taken the waiter out of its queue, won its claim and filled in the
 * outcome; it holds no lock, and must not touch the waiter any more.
 *
 * An inbox is a stack of waiters: anybody pushes by compare-exchange, the owner takes all by one exchange. Nothing is ever
 * taken singly, so there is no ABA problem; it is linked through the waiters, so it is never full.
 *
 * A machine that has nothing else to run watches the waiter that it parked last, or is about to park: the answer comes there, and with the waiter's
 * line, which must travel anyway, instead of by the inbox's, which takes two journeys more (of five). The waker exchanges
 * WATCH for SERVED; if it finds WATCHED there, the owner will see it. The owner stops watching by exchanging WATCHED for
 * NOT; if it finds SERVED there, it was served in this moment. Both are one exchange of one word: one of them is first.
 */
import {
  RESULT_DONE,
  RESULT_MANY,
  RESULT_WAKES,
  SEEN_NOTHING,
  SEEN_SERVED,
  SEEN_WORK,
  WAITER_LINK,
  WAITER_MACHINE,
  WAITER_NEXT,
  WAITER_SLOT,
  WAITER_WATCH,
  WATCH_NOT,
  WATCH_SERVED,
  WATCH_WATCHED,
} from '../src/memory/blocks.ts';
import {
  GLOBAL_QUEUE_SIZE,
  IDLE_MACHINES, IDLE_PROCESSORS,
  IDLE_WORDS,
  MACHINE_INBOX,
  MACHINE_WORDS,
  MACHINES,
  SEARCHING,
} from '../src/memory/layout.ts';
import { ring } from './events.ts';
import { atomicLoad, compareExchange, exchange, get, set } from './memory.ts';

/** The machine that this instance serves. */
export let self: i32 = -1;

export function initialize(machine: i32): void {
  self = machine;
}

/** Tells that a waiter of another machine is about to be let go on: it knows the time. */
// @ts-ignore: decorator
@external("env", "sending")
declare function sending(waiter: i32): void;

// @ts-ignore: decorator
@inline
function inboxOf(machine: i32): i32 {
  return MACHINES + machine * MACHINE_WORDS + MACHINE_INBOX;
}

/** Pushes a waiter into a machine's inbox. True when that was empty: then the machine may sleep, and must be woken. */
export function post(machine: i32, waiter: i32): bool {
  const inbox = inboxOf(machine);
  while (true) {
    const head = atomicLoad(inbox);
    set(waiter, WAITER_LINK, head);
    // Publishes the waiter's words: pairs with the exchange by which the owner takes the stack.
    // Only the first one into an empty inbox needs to wake the owner: the others find it woken, or about to look.
    if (compareExchange(inbox, head, waiter) === head) return head === 0;
  }
}

/** Returns a RESULT_ that tells what the caller has to do. */
export function ready(waiter: i32): i32 {
  const machine = get(waiter, WAITER_MACHINE);
  if (machine === self) return get(waiter, WAITER_SLOT) + 1;
  return send(machine, waiter) ? RESULT_WAKES - machine : RESULT_DONE;
}

/** Lets a waiter of another machine go on. True when that may sleep, and must be woken. */
export function send(machine: i32, waiter: i32): bool {
  if (ring !== 0) sending(waiter);
  if (exchange(waiter + WAITER_WATCH, WATCH_SERVED) === WATCH_WATCHED) return false;
  return post(machine, waiter);
}

/** Whether something has come for this machine. */
// @ts-ignore: decorator
@inline
export function inboxIsFilled(): bool {
  return atomicLoad(inboxOf(self)) !== 0;
}

/** Looks so many times at this machine's inbox, at the global queue and at a waiter of its own (0: at none). */
export function lookOut(rounds: i32, waiter: i32): i32 {
  const inbox = inboxOf(self);
  const watch = waiter + WAITER_WATCH;
  // One that was served already has come by way of the inbox, and is not watched any more.
  const watching = waiter !== 0 && compareExchange(watch, WATCH_NOT, WATCH_WATCHED) === WATCH_NOT;
  let seen = SEEN_NOTHING;
  for (let round = 0; round < rounds && seen === SEEN_NOTHING; round++) {
    if (watching && atomicLoad(watch) === WATCH_SERVED) return SEEN_SERVED;
    if (atomicLoad(inbox) !== 0 || atomicLoad(GLOBAL_QUEUE_SIZE) !== 0) seen = SEEN_WORK;
  }
  return watching && compareExchange(watch, WATCH_WATCHED, WATCH_NOT) !== WATCH_WATCHED ? SEEN_SERVED : seen;
}

/** Whether a machine sleeps that would take work, and nobody searches for any: then the submitter of a goroutine wakes one. */
export function needsWake(): bool {
  if (atomicLoad(SEARCHING) !== 0 || atomicLoad(IDLE_PROCESSORS) <= 0) return false;
  for (let word = 0; word < IDLE_WORDS; word++) if (atomicLoad(IDLE_MACHINES + word) !== 0) return true;
  return false;
}

let served: i32 = 0;
/** `served` is the first of a chain. */
let many: bool = false;

/** Names the waiter that was served under a lock: `conclude` wakes it once the lock is given back. */
// @ts-ignore: decorator
@inline
export function serve(waiter: i32): void {
  served = waiter;
}

/** Names a chain of waiters that were served, linked by NEXT, after those that have been named before. */
export function serveAll(chain: i32): void {
  if (chain === 0) return;
  if (served === 0) {
    served = chain;
  } else {
    let last = served;
    if (!many) set(last, WAITER_NEXT, 0);
    while (get(last, WAITER_NEXT) !== 0) last = get(last, WAITER_NEXT);
    set(last, WAITER_NEXT, chain);
  }
  many = true;
}

/** Names one more. */
export function serveNext(waiter: i32): void {
  if (served === 0) {
    served = waiter;
  } else {
    set(waiter, WAITER_NEXT, 0);
    serveAll(waiter);
  }
}

/** After the lock was given back: wakes whom carrying out an operation has served, or leaves that to the caller. */
// @ts-ignore: decorator
@inline
export function conclude(result: i32): i32 {
  const waiter = served;
  if (waiter === 0) return result;
  if (many) return RESULT_MANY;
  served = 0;
  return ready(waiter);
}

/** The chain of those who were served, after RESULT_MANY. */
export function takeServed(): i32 {
  const chain = served;
  served = 0;
  many = false;
  return chain;
}
