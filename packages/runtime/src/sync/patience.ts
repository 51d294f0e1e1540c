/**
 * A goroutine that would wait for another thread, on a thread that has nothing else to do, looks for a moment whether that
 * brings what it waits for: at the ring of a buffered channel before it stands in line, at its own waiter once it does.
 *
 * The thread would look out for the same anyway (`lookOutFor`), after the goroutine was parked and the loop had found nothing to
 * run, and would resume it after. That way there and back costs 100 to 150 ns of 350; and who stands in line at a ring costs the
 * other side, too: it must find him there under both locks, and wake him. A receiver a little faster than its sender
 * waited for nearly each message (162,000 of 200,000 objects).
 *
 * A look is only a delay. What was seen at a ring is decided under the lock. A waiter that was served while it was watched does
 * not come by way of the inbox (`core/ready.ts`), so its goroutine goes on as if it had not had to wait; with one that was
 * not, it is parked as ever.
 */
import { PendingValue } from '../codec/pending.ts';
import { words } from '../memory/arena.ts';
import { CHANNEL_CAPACITY, SEEN_SERVED } from '../memory/blocks.ts';
import { lookOut, receiveOrWait, sendOrWait, watchRing } from '../memory/core.ts';
import { inboxLooksEmpty } from '../scheduler/inbox.ts';
import { machine, type Waiting } from '../scheduler/machine.ts';
import { type SelectableOperation, wakeWhenReady } from '../scheduler/operation.ts';

/** How often it is looked: for about 2 µs. */
const LOOKS = 2000;
/**
 * Two threads at neighbouring slots take the cache lines from each other with every message, and go on so: whoever is faster
 * catches up at once. So who has found something looks on for a moment, until there is some distance between the two.
 */
const DISTANCE = 8;
const LOOKS_FOR_DISTANCE = 300;
/** After so much of it in vain nothing is expected any more; then only each of so many waits is preceded by a look. */
const MOST_FAITH = 8;
const RARELY = 64;

let faithInRing = MOST_FAITH;
let faithInDistance = MOST_FAITH;
let faithInWaiter = MOST_FAITH;
let waits = 0;

export function sendPatiently(channel: number, waiter: number, slot: number): number {
  if (mayLook(faithInRing)) lookAtRing(channel, words[channel + CHANNEL_CAPACITY]!);
  return sendOrWait(channel, waiter, slot);
}

export function receivePatiently(channel: number, waiter: number, slot: number): number {
  if (mayLook(faithInRing)) lookAtRing(channel, 0);
  return receiveOrWait(channel, waiter, slot);
}

/** Its waiter stands in line. True when it was served in this moment, and what it brought was taken: it has not to wait. */
export function endsSoon(operation: SelectableOperation<any>, waiting: Waiting): boolean {
  // Parking and waking are told of together.
  if (machine.events !== null || !mayLook(faithInWaiter)) return false;
  if (lookOut(LOOKS, operation.waiter) !== SEEN_SERVED) {
    if (faithInWaiter > 0) faithInWaiter--;
    return false;
  }
  faithInWaiter = MOST_FAITH;
  try {
    return operation.end();
  } catch (error) {
    if (!(error instanceof PendingValue)) throw error;
    wakeWhenReady(error, waiting);
    return false;
  }
}

/** The main thread must stay free, and what else could run here may be what is waited for. */
function mayLook(faith: number): boolean {
  if (machine.number === 0 || machine.ready.length > 0 || machine.queue?.mayHaveMore() || !inboxLooksEmpty()) return false;
  waits++;
  return faith > 0 || waits % RARELY === 0;
}

function lookAtRing(channel: number, amount: number): void {
  const seen = watchRing(channel, amount, 1, LOOKS);
  if (seen === 0) {
    if (faithInRing > 0) faithInRing--;
    return;
  }
  faithInRing = MOST_FAITH;
  const wanted = Math.min(DISTANCE, words[channel + CHANNEL_CAPACITY]!);
  if (seen >= wanted || !(faithInDistance > 0 || waits % RARELY === 0)) return;
  if (watchRing(channel, amount, wanted, LOOKS_FOR_DISTANCE) > seen) faithInDistance = MOST_FAITH;
  else if (faithInDistance > 0) faithInDistance--;
}
