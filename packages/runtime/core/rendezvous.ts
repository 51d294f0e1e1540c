/**
 * The short way through an unbuffered channel whose two ends are on two threads.
 *
 * A receiver that has nothing else to do offers to take a value, before it stands in line, and looks for one for a moment
 * (`offer`); a sender that finds the offer hands its value over, without a lock and without a waiter (`handOver`). All of it
 * happens in one line of the cache, which makes two journeys a message; by way of the line of receivers it is two lines and four to
 * five journeys. Where a journey takes 100 ns (two cores without a common cache) a round trip took 930 ns by that way.
 *
 * MEETING is a cell, so that a value is handed over in one step: it is a value, or one of three states that no value is. It goes
 * NONE → PREPARED → OPEN, by the receiver, → a value, by the sender that hands it over, → NONE, by the receiver; or from OPEN back to
 * NONE when the receiver withdraws. From NONE and from OPEN it is changed by compare-exchange, so of several only one does;
 * PREPARED, and a value, belong to the one who offers. So:
 *   - a value is handed over to exactly one receiver, and one that cannot withdraw finds it there;
 *   - no wake-up is lost, since nobody sleeps: a receiver that has withdrawn goes on as if it came only now, and looks under the
 *     lock. A sender that did not find it stands in line by then, or finds it there;
 *   - nobody is overtaken for long: a sender hands over only while nobody stands in line on either side, and an offer is withdrawn
 *     as soon as somebody does, or the channel is closed. What is read of the line for that may be of a moment before.
 *
 * In one step, and not by a claim, the value and the news of it: the receiver looks all the time, and where it came to see the claim it
 * had the line, which the sender then needed once more (two journeys; 650 and at other times 530 ns a round trip, in C, and in one
 * step always 475).
 *
 * Nobody offers before somebody was served in line by another thread: where both sides are goroutines of one thread, each wait would
 * cost a look at all this (20 to 40 of 200 ns a round trip).
 *
 * A machine may be lost while it offers: only there, in the loops, can its thread be ended. OFFERER says whose offer it is from
 * PREPARED until the next PREPARED. The main thread ends the offers of a lost machine (`endOffer`); what was handed to it is lost with
 * it, as what it has received in any other way.
 *
 * The receiver looks by compare-exchange: so it has the line for itself when the value comes, instead of asking for it a
 * second time to take the value out (410 ns a round trip instead of 575, in C).
 */
import {
  CHANNEL_CLOSED,
  CHANNEL_MEETING,
  CHANNEL_OFFERER,
  CHANNEL_RECEIVERS,
  CHANNEL_RING,
  CHANNEL_SENDERS,
  MEETING_NONE,
  MEETING_OPEN,
  MEETING_PREPARED,
  WAITER_CELL,
  WAITER_MACHINE,
} from '../src/memory/blocks.ts';
import { BLOCK_META, KIND_CHANNEL, KIND_MASK } from '../src/memory/layout.ts';
import { HIGH_MEETING } from '../src/memory/tags.ts';
import { atomicLoad, compareExchangeCell, get, getCell, loadCell, set, setCell, storeCell } from './memory.ts';
import { inboxIsFilled, self } from './ready.ts';

/** The cells that are no values. */
const NONE: i64 = (i64(HIGH_MEETING) << 32) | i64(MEETING_NONE);
const PREPARED: i64 = (i64(HIGH_MEETING) << 32) | i64(MEETING_PREPARED);
const OPEN: i64 = (i64(HIGH_MEETING) << 32) | i64(MEETING_OPEN);

/** Looks for a value between two looks at everything else. */
const LOOKS_IN_A_ROW = 16;
/** A compare-exchange takes as long as so many looks. */
const LOOKS_AN_EXCHANGE = 4;

/** Whether there is a word for offers: not in the `done` of a context, whose block has others there. */
// @ts-ignore: decorator
@inline
function hasPlaceToMeet(channel: i32): bool {
  return get(channel, CHANNEL_RING) === 0 && (get(channel + BLOCK_META) & KIND_MASK) === KIND_CHANNEL;
}

/** Whether nobody stands in line, as far as can be seen without the lock. */
// @ts-ignore: decorator
@inline
function isQuiet(channel: i32): bool {
  return get(channel, CHANNEL_RECEIVERS) === 0 && get(channel, CHANNEL_SENDERS) === 0 && get(channel, CHANNEL_CLOSED) === 0;
}

/** Whether who finds nobody in line may look for the other side for a moment: where its two sides have been on two threads. */
// @ts-ignore: decorator
@inline
export function mayMeet(channel: i32): bool {
  return get(channel, CHANNEL_OFFERER) !== 0 && hasPlaceToMeet(channel) && isQuiet(channel);
}

/** Under the lock, where a receiver who stood in line is served: if it is of another thread, the two may meet from now on. */
// @ts-ignore: decorator
@inline
export function noteReceiver(channel: i32, waiter: i32): void {
  const machine = get(waiter, WAITER_MACHINE);
  if (machine !== self) allowOffers(channel, machine);
}

/** The same where it is a sender. */
// @ts-ignore: decorator
@inline
export function noteSender(channel: i32, waiter: i32): void {
  if (get(waiter, WAITER_MACHINE) !== self) allowOffers(channel, self);
}

/** By this machine. The main thread never offers. While OFFERER is 0 nobody does, so the word is under the lock. */
function allowOffers(channel: i32, machine: i32): void {
  if (machine !== 0 && hasPlaceToMeet(channel) && get(channel, CHANNEL_OFFERER) === 0) set(channel, CHANNEL_OFFERER, machine);
}

/** Where that is so: moves the value in `waiter` to a receiver that offers to take it. */
// @ts-ignore: decorator
@inline
export function handOver(channel: i32, waiter: i32): bool {
  return compareExchangeCell(channel, CHANNEL_MEETING, OPEN, getCell(waiter, WAITER_CELL)) === OPEN;
}

/** For a sender: looks so many times for an offer. Only a hint: whoever comes first has it. */
export function awaitOffer(channel: i32, rounds: i32): bool {
  for (let round = 0; round < rounds; round++) {
    if (loadCell(channel, CHANNEL_MEETING) === OPEN) return true;
    if (round % LOOKS_IN_A_ROW === 0 && (!isQuiet(channel) || inboxIsFilled())) return false;
  }
  return false;
}

/** For a receiver: offers to take a value into `waiter` while it looks so many times. Returns whether it has one. */
export function offer(channel: i32, waiter: i32, rounds: i32): bool {
  if (!mayMeet(channel) || compareExchangeCell(channel, CHANNEL_MEETING, NONE, PREPARED) !== NONE) return false;
  set(channel, CHANNEL_OFFERER, self);
  storeCell(channel, CHANNEL_MEETING, OPEN);
  for (let round = 0; round < rounds / LOOKS_AN_EXCHANGE; round++) {
    if (takeOut(channel, waiter, OPEN)) return true;
    if (round % LOOKS_IN_A_ROW === 0 && (!isQuiet(channel) || inboxIsFilled())) break;
  }
  return takeOut(channel, waiter, NONE);
}

/** Unless there is a value, which is moved to `waiter`, the own offer becomes `next`. */
// @ts-ignore: decorator
@inline
function takeOut(channel: i32, waiter: i32, next: i64): bool {
  const found = compareExchangeCell(channel, CHANNEL_MEETING, OPEN, next);
  if (found === OPEN) return false;
  setCell(waiter, WAITER_CELL, found);
  storeCell(channel, CHANNEL_MEETING, NONE);
  return true;
}

/**
 * By the main thread, of a machine that is lost: ends its offer, if there is one. Returns whether a value had been handed to it, which is
 * in `waiter` then. MEETING is read before OFFERER, which never becomes a lost machine's number again: so the offer that was found is its.
 */
export function endOffer(channel: i32, machine: i32, waiter: i32): bool {
  const found = loadCell(channel, CHANNEL_MEETING);
  if (found === NONE || found === PREPARED || atomicLoad(channel, CHANNEL_OFFERER) !== machine) return false;
  return takeOut(channel, waiter, NONE);
}
