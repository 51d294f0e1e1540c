/**
 * Notices: messages to a machine itself, which travel as waiters of NOTICE_SLOT through its inbox. DETAIL is the block
 * (mostly a goroutine's record) that they are about, of which they hold a reference; OUTCOME says what it is. A notice is given back by the one who takes it.
 *
 * None is left with a lost machine: the main thread sets its state to LOST, then empties its inbox; who sends puts the notice
 * there, then looks at the state, and empties the inbox himself if it says LOST.
 */
import { fatal } from '../fatal.ts';
import { arena } from '../memory/arena.ts';
import { exchange, load } from '../memory/atomics.ts';
import { WAITER_DETAIL, WAITER_LINK, WAITER_MACHINE, WAITER_OUTCOME, WAITER_SLOT } from '../memory/blocks.ts';
import { release, retain } from '../memory/heap.ts';
import { MACHINE_INBOX, MACHINE_STATE, MACHINE_STATE_LOST, machineBase } from '../memory/layout.ts';
import { NOTICE_SLOT, onNotice, sendToInbox } from './inbox.ts';
import { freeWaiter, reserveWaiter, takeWaiter } from './waiter.ts';

/** To the main thread: this goroutine has failed and nobody had asked for its result. */
export const NOTICE_UNJOINED = 1;
/** To the machine of a goroutine: cancel it. */
export const NOTICE_CANCEL = 2;
/** To a machine that has something to do when this context is cancelled: it was. */
export const NOTICE_CONTEXT = 3;
/** To a machine in whose heap this timer is: it was stopped, or set anew elsewhere. */
export const NOTICE_TIMER = 4;

const takers: Array<((record: number) => void) | undefined> = [];

/** The taker is called on the thread that gets the notice; it may use the record until it returns, or retain it. */
export function whenNoticed(notice: number, taker: (record: number) => void): void {
  takers[notice] = taker;
}

export function notice(machineNumber: number, what: number, record: number): void {
  reserveWaiter();
  const message = takeWaiter(machineNumber, NOTICE_SLOT);
  retain(record);
  arena.words[message + WAITER_DETAIL] = record;
  arena.words[message + WAITER_OUTCOME] = what;
  sendToInbox(machineNumber, message);
  if (load(machineBase(machineNumber) + MACHINE_STATE) === MACHINE_STATE_LOST) passOnNotices(machineNumber);
}

/** Passes on to the main thread the errors to report that a machine has not before it ended; other notices are given back. */
export function passOnNotices(number: number): void {
  let message = exchange(machineBase(number) + MACHINE_INBOX, 0);
  while (message !== 0) {
    const next = arena.words[message + WAITER_LINK]!;
    // Others are waiters of goroutines that are lost with their thread.
    if (arena.words[message + WAITER_SLOT] === NOTICE_SLOT) passOn(message);
    message = next;
  }
}

function passOn(message: number): void {
  if (arena.words[message + WAITER_OUTCOME] === NOTICE_UNJOINED) {
    arena.words[message + WAITER_MACHINE] = 0;
    sendToInbox(0, message);
  } else {
    release(arena.words[message + WAITER_DETAIL]!);
    freeWaiter(message);
  }
}

/** Gives back the notices that a machine has not taken before it ended. Nothing else can be in its inbox then. */
export function discardInbox(number: number): void {
  let message = exchange(machineBase(number) + MACHINE_INBOX, 0);
  while (message !== 0) {
    const next = arena.words[message + WAITER_LINK]!;
    if (arena.words[message + WAITER_SLOT] !== NOTICE_SLOT)
      fatal('a waiter was left in an inbox', { waiter: message, machine: number });
    release(arena.words[message + WAITER_DETAIL]!);
    freeWaiter(message);
    message = next;
  }
}

onNotice((message) => {
  const record = arena.words[message + WAITER_DETAIL]!;
  const what = arena.words[message + WAITER_OUTCOME]!;
  freeWaiter(message);
  takers[what]?.(record);
  release(record);
});
