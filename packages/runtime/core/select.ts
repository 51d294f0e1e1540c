/**
 * The part of a select that concerns shared objects. `cases` is a scratch block of the calling thread (SELECT_ words):
 * one entry a case with its operation, object and waiter. OPERATION_EVENT is an event of the thread itself: passed over.
 *
 * `selectPoll` looks at one object after the other, in random order; so of several that are ready, each is as likely.
 * `selectEnroll` locks all objects in order of address (no two selects can wait for each other), looks once more, else
 * enters all lines with one claim word before the first lock is given back: no case becomes ready unseen in between.
 */
import {
  CHANNEL_RING,
  OPERATION_EVENT,
  OPERATION_RECEIVE,
  RESULT_WAITS,
  SELECT_CASE_WORDS,
  SELECT_CASES,
  SELECT_HIT,
  SELECT_LOCK,
  SELECT_OBJECT,
  SELECT_OPERATION,
  SELECT_ORDER,
  SELECT_PAIR,
  SELECT_WAITER,
  UNCLAIMED,
  WAITER_CASE,
  WAITER_CLAIM,
  WAITER_CLAIM_WORD,
} from '../src/memory/blocks.ts';
import { lockPair, unlockPair } from './channel.ts';
import { lock, unlock } from './lock.ts';
import { get, set } from './memory.ts';
import { attempt, enroll, fillIn, lockOf, poll } from './operation.ts';
import { conclude } from './ready.ts';

let seed: u32 = 2463534242;

/** Marsaglia's xorshift: a number below `limit`, whose bias at these few cases is below 10^-8. */
function random(limit: i32): i32 {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return i32((u64(seed) * u64(limit)) >> 32);
}

/** Makes the random choices of two threads differ. */
export function seedRandom(value: i32): void {
  seed = value === 0 ? 1 : u32(value);
}

// @ts-ignore: decorator
@inline
function caseAt(cases: i32, index: i32): i32 {
  return cases + SELECT_CASES + index * SELECT_CASE_WORDS;
}

/** Looks at each object once. `waiter` takes the value received. Tells the hit by SELECT_HIT. */
export function selectPoll(cases: i32, count: i32, waiter: i32): i32 {
  for (let index = 0; index < count; index++) {
    const other = random(index + 1);
    set(caseAt(cases, index), SELECT_ORDER, get(caseAt(cases, other), SELECT_ORDER));
    set(caseAt(cases, other), SELECT_ORDER, index);
  }
  for (let index = 0; index < count; index++) {
    const hit = get(caseAt(cases, index), SELECT_ORDER);
    const entry = caseAt(cases, hit);
    const operation = get(entry, SELECT_OPERATION);
    if (operation === OPERATION_EVENT) continue;
    const own = get(entry, SELECT_WAITER);
    const result = poll(operation, get(entry, SELECT_OBJECT), own === 0 ? waiter : own);
    if (result !== RESULT_WAITS) {
      set(cases, SELECT_HIT, hit);
      return result;
    }
  }
  return RESULT_WAITS;
}

/** All locked: looks at each object once more, in the order made by `selectPoll`. With `wait` 0 that is all. */
export function selectEnroll(cases: i32, count: i32, spare: i32, slot: i32, wait: i32): i32 {
  const locks = sortLocks(cases, count);
  for (let index = 0; index < locks; index++) takeLock(caseAt(cases, index));
  let result = RESULT_WAITS;
  for (let index = 0; index < count && result === RESULT_WAITS; index++) {
    const hit = get(caseAt(cases, index), SELECT_ORDER);
    const entry = caseAt(cases, hit);
    const operation = get(entry, SELECT_OPERATION);
    if (operation === OPERATION_EVENT) continue;
    const own = get(entry, SELECT_WAITER);
    result = attempt(operation, get(entry, SELECT_OBJECT), own === 0 ? spare : own);
    if (result !== RESULT_WAITS) set(cases, SELECT_HIT, hit);
  }
  if (result === RESULT_WAITS && wait !== 0) result = enterLines(cases, count, slot);
  for (let index = locks - 1; index >= 0; index--) giveLock(caseAt(cases, index));
  return conclude(result);
}

function takeLock(entry: i32): void {
  const first = get(entry, SELECT_LOCK);
  if (get(entry, SELECT_PAIR) !== 0) lockPair(first);
  else lock(first);
}

function giveLock(entry: i32): void {
  const first = get(entry, SELECT_LOCK);
  if (get(entry, SELECT_PAIR) !== 0) unlockPair(first);
  else unlock(first);
}

/** Everything is locked and every case has a waiter; the claim word is the first one's. */
function enterLines(cases: i32, count: i32, slot: i32): i32 {
  const claim = get(caseAt(cases, 0), SELECT_WAITER) + WAITER_CLAIM_WORD;
  set(claim, 0, UNCLAIMED);
  for (let index = 0; index < count; index++) {
    const waiter = get(caseAt(cases, index), SELECT_WAITER);
    fillIn(waiter, slot);
    set(waiter, WAITER_CLAIM, claim);
    set(waiter, WAITER_CASE, index + 1);
  }
  // In random order too: of two cases on one channel, the first in its line is the one that is served.
  for (let index = 0; index < count; index++) {
    const hit = get(caseAt(cases, index), SELECT_ORDER);
    const entry = caseAt(cases, hit);
    const operation = get(entry, SELECT_OPERATION);
    if (operation === OPERATION_EVENT) continue;
    const result = enroll(operation, get(entry, SELECT_OBJECT), get(entry, SELECT_WAITER));
    if (result !== RESULT_WAITS) {
      // A mutex that was given back in this moment, without its lock. The claim is won; the caller leaves the lines.
      set(claim, 0, hit + 1);
      set(cases, SELECT_HIT, hit);
      return result;
    }
  }
  return RESULT_WAITS;
}

/** Writes each object's lock once, in order of address, into the SELECT_LOCK words; returns how many. */
function sortLocks(cases: i32, count: i32): i32 {
  let locks = 0;
  for (let index = 0; index < count; index++) {
    const entry = caseAt(cases, index);
    const operation = get(entry, SELECT_OPERATION);
    if (operation === OPERATION_EVENT) continue;
    const object = get(entry, SELECT_OBJECT);
    const address = lockOf(operation, object);
    let at = locks;
    while (at > 0 && get(caseAt(cases, at - 1), SELECT_LOCK) > address) at--;
    if (at > 0 && get(caseAt(cases, at - 1), SELECT_LOCK) === address) continue;
    for (let move = locks; move > at; move--) {
      set(caseAt(cases, move), SELECT_LOCK, get(caseAt(cases, move - 1), SELECT_LOCK));
      set(caseAt(cases, move), SELECT_PAIR, get(caseAt(cases, move - 1), SELECT_PAIR));
    }
    set(caseAt(cases, at), SELECT_LOCK, address);
    set(caseAt(cases, at), SELECT_PAIR, operation <= OPERATION_RECEIVE ? get(object, CHANNEL_RING) : 0);
    locks++;
  }
  return locks;
}
