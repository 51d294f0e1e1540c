/**
 * Two threads that stream through a ring keep some distance. At neighbouring slots each message takes the cache lines from one to
 * the other and back, and it stays so: whoever is faster has caught up again at once, and his look at how far the other one has
 * come slows that one down. So who finds but few values, or little room, keeps his hands off for as long as the other one takes
 * for many. Where a line takes 250 ns from core to core, a message of a stream takes 80 ns instead of 150.
 *
 * It pays in a stream only: not where the other end is on the same thread, or is slow, or waits for an answer. So it is tried
 * now and then, and again at once for as long as it has brought what it should.
 *
 * RESULT_NEAR says that it is to be done; only who has called knows whether its thread has nothing better to do.
 */
import {
  CHANNEL_CAPACITY,
  NEAR_FIRST_INTERVAL,
  RESULT_DONE,
  RESULT_NEAR,
  RING_NEAR_INTERVAL,
  RING_NEAR_LEFT,
  RING_NEAR_TRIED,
} from '../src/memory/blocks.ts';
import { get, pause, set } from './memory.ts';

/** Fewer messages than this are near, as many as that are wanted between the two; less in a small ring. */
const NEAR = 16;
const WANTED = 64;
/** Rounds of a pause for each message. */
const ROUNDS = 40;
/** Most often that an end comes near before keeping off is tried again; twice as often each time that it was in vain. */
const LAST_INTERVAL = 4096;

// @ts-ignore: decorator
@inline
function wanted(channel: i32): i32 {
  return min(WANTED, get(channel, CHANNEL_CAPACITY) >> 1);
}

/** An end has looked how far the other one has come: so many messages. RESULT_NEAR where it is to keep off. Under its lock. */
export function noteDistance(channel: i32, end: i32, messages: i32): i32 {
  if (messages >= min(NEAR, wanted(channel))) {
    if (get(end, RING_NEAR_TRIED) !== 0) tryAfter(end, 0);
    return RESULT_DONE;
  }
  const left = get(end, RING_NEAR_LEFT);
  if (left > 0) {
    set(end, RING_NEAR_LEFT, left - 1);
    return RESULT_DONE;
  }
  if (get(end, RING_NEAR_TRIED) !== 0) {
    tryAfter(end, min(LAST_INTERVAL, max(NEAR_FIRST_INTERVAL, 2 * get(end, RING_NEAR_INTERVAL))));
    return RESULT_DONE;
  }
  set(end, RING_NEAR_TRIED, 1);
  return RESULT_NEAR;
}

function tryAfter(end: i32, interval: i32): void {
  set(end, RING_NEAR_TRIED, 0);
  set(end, RING_NEAR_INTERVAL, interval);
  set(end, RING_NEAR_LEFT, interval);
}

export function keepDistance(channel: i32): void {
  pause(wanted(channel) * ROUNDS);
}
