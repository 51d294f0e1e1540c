/**
 * The channel of a timer or ticker: a channel with a buffer of one, and the number of the arming that may fire. That number
 * changes under the channel's lock together with the buffer (`time/timer-channel.ts`), so nothing of an earlier arming is
 * received after a stop or reset.
 */
import { RESULT_REFUSED, TIMER_ARMED } from '../src/memory/blocks.ts';
import { lockChannel, trySend, unlockChannel } from './channel.ts';
import { get, set } from './memory.ts';
import { conclude } from './ready.ts';

/**
 * Sends the value in `waiter`, or drops it while the buffer is full. RESULT_REFUSED when this arming was stopped. It stays
 * armed if it shall go on.
 */
export function fireTimer(channel: i32, waiter: i32, arming: i32, goesOn: i32): i32 {
  lockChannel(channel);
  let result = RESULT_REFUSED;
  if (get(channel, TIMER_ARMED) === arming) {
    if (goesOn === 0) set(channel, TIMER_ARMED, 0);
    result = trySend(channel, waiter);
  }
  unlockChannel(channel);
  return conclude(result);
}
