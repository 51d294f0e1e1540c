/**
 * WaitGroup. COUNT changes without the lock while it does not reach zero; the step to zero is made under LOCK together
 * with taking the waiters, so that a waiter either sees zero or stands in the line that is taken.
 */
import {
  GROUP_COUNT,
  GROUP_LOCK,
  GROUP_WAITERS,
  OUTCOME_DONE,
  RESULT_DONE,
  RESULT_REFUSED,
  RESULT_WAITS,
} from '../src/memory/blocks.ts';
import { lock, unlock } from './lock.ts';
import { atomicLoad, compareExchange } from './memory.ts';
import { dequeueAll } from './wait-queue.ts';

// @ts-ignore: decorator
@inline
export function tryWait(group: i32): i32 {
  return atomicLoad(group, GROUP_COUNT) === 0 ? RESULT_DONE : RESULT_WAITS;
}

/** Returns the chain of those whose waiting is over (0: nobody), or RESULT_REFUSED when the counter would leave 0 to 2^31 - 1. */
export function addToGroup(group: i32, amount: i32): i32 {
  while (true) {
    const count = atomicLoad(group, GROUP_COUNT);
    const sum = count + amount;
    // Of two numbers of one sign, a sum of the other sign has overflowed.
    if (sum < 0 || (amount < 0 && sum > count)) return RESULT_REFUSED;
    if (sum !== 0 || count === 0) {
      if (compareExchange(group + GROUP_COUNT, count, sum) === count) return 0;
    } else {
      lock(group + GROUP_LOCK);
      if (compareExchange(group + GROUP_COUNT, count, 0) === count) {
        // Those who wait now are of this round; who comes while they are woken sees the counter as it is then.
        const waiters = dequeueAll(group + GROUP_WAITERS, OUTCOME_DONE, 0);
        unlock(group + GROUP_LOCK);
        return waiters;
      }
      unlock(group + GROUP_LOCK);
    }
  }
}
