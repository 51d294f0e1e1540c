/**
 * A goroutine that would wait for another thread, on a thread that has nothing else to do, looks for a moment whether that
 * brings what it waits for: before it stands in line, at the ring of a buffered channel or for the other side of an unbuffered one
 * (`core/rendezvous.ts`); once it does, at its own waiter.
 *
 * The thread would look out for the same anyway (`lookOutFor`), after the goroutine was parked and the loop had found nothing to
 * run, and would resume it after. That way there and back costs 100 to 150 ns of 350; and who stands in line at a ring costs the
 * other side, too: it must find him there under both locks, and wake him. A receiver a little faster than its sender
 * waited for nearly each message (162,000 of 200,000 objects).
 *
 * A look is only a delay. What was seen at a ring is decided under the lock; an offer is taken by one sender, or withdrawn. A
 * waiter that was served while it was watched does not come by way of the inbox (`core/ready.ts`), so its goroutine goes on as if
 * it had not had to wait; with one that was not, it is parked as ever.
 */
import { PendingValue } from '../codec/pending.ts';
import { arena } from '../memory/arena.ts';
import { CHANNEL_RING, RESULT_NEAR, RESULT_WOULD_WAIT, SEEN_SERVED, SEEN_WORK } from '../memory/blocks.ts';
import { keepDistance, lookOut, receiveLooking, receiveOrWait, sendLooking, sendOrWait } from '../memory/core.ts';
import { inboxLooksEmpty, SHORT_LOOKS, wakeServed } from '../scheduler/inbox.ts';
import { COUNT_WAKES_RECEIVED, machine, type Waiting } from '../scheduler/machine.ts';
import { type SelectableOperation, wakeWhenReady } from '../scheduler/operation.ts';
import { carrier } from '../scheduler/waiter.ts';

/**
 * So many looks in a row, then one wait is a wait: two that answer each other at once would keep their threads' loops from timers,
 * promises and the clock, and where their code is not instrumented for that nothing else would end it.
 */
const MOST_IN_A_ROW = 256;
/** After so many looks in vain nothing is expected any more; then only each of so many waits is preceded by a look. */
const MOST_FAITH = 8;
const RARELY = 64;

/** That a look of one kind is worth while on this thread. */
export class Faith {
  private left = MOST_FAITH;
  private passedBy = 0;

  /** Asked before each look, which is done then. */
  allows(): boolean {
    return this.left > 0 || ++this.passedBy % RARELY === 0;
  }

  note(found: boolean): void {
    if (found) this.left = MOST_FAITH;
    else if (this.left > 0) this.left--;
  }
}

const atRing = new Faith();
const inOtherSide = new Faith();
const inWaiter = new Faith();
let inARow = 0;

export function sendPatiently(channel: number, slot: number): number {
  const faith = faithToLook(channel);
  const result = faith === null ? RESULT_WOULD_WAIT : sendLooking(channel, carrier.address, slot, SHORT_LOOKS);
  faith?.note(result !== RESULT_WOULD_WAIT);
  return result === RESULT_WOULD_WAIT ? sendOrWait(channel, carrier.address, slot) : result;
}

export function receivePatiently(channel: number, slot: number): number {
  const faith = faithToLook(channel);
  const result = faith === null ? RESULT_WOULD_WAIT : receiveLooking(channel, carrier.address, slot, SHORT_LOOKS);
  faith?.note(result !== RESULT_WOULD_WAIT);
  return result === RESULT_WOULD_WAIT ? receiveOrWait(channel, carrier.address, slot) : result;
}

/** What is to be told of a look before standing in line; null where there is to be none. */
function faithToLook(channel: number): Faith | null {
  const faith = arena.words[channel + CHANNEL_RING] === 0 ? inOtherSide : atRing;
  return mayLook() && faith.allows() ? faith : null;
}

/** What a result asks for that is not the operation's own: to wake whom it has served, or to keep off the ring for a moment. */
export function settle(channel: number, result: number): void {
  if (result !== RESULT_NEAR) wakeServed(result);
  else if (hasNothingElse()) keepDistance(channel);
}

/** Its waiter stands in line. True when it was served in this moment, and what it brought was taken: it has not to wait. */
export function endsSoon(operation: SelectableOperation<any>, waiting: Waiting): boolean {
  // Parking and waking are told of together.
  if (machine.events !== null || !mayLook() || !inWaiter.allows() || !isServedSoon(operation.waiter)) {
    inARow = 0;
    return false;
  }
  try {
    return operation.end();
  } catch (error) {
    if (!(error instanceof PendingValue)) throw error;
    wakeWhenReady(error, operation, waiting);
    return false;
  }
}

function mayLook(): boolean {
  return hasNothingElse() && ++inARow <= MOST_IN_A_ROW;
}

/**
 * The main thread must stay free, and what else could run here may be what is waited for. Async code has a thread's event loop to
 * itself between two waits.
 */
function hasNothingElse(): boolean {
  if (machine.number === 0 || machine.current === null) return false;
  return machine.ready.length === 0 && !machine.queue?.mayHaveMore() && inboxLooksEmpty();
}

function isServedSoon(waiter: number): boolean {
  const seen = lookOut(SHORT_LOOKS, waiter);
  if (seen !== SEEN_WORK) inWaiter.note(seen === SEEN_SERVED);
  if (seen === SEEN_SERVED) machine.count(COUNT_WAKES_RECEIVED);
  return seen === SEEN_SERVED;
}
