// Two goroutines that are known to run on two threads at once. Where the scheduler puts them is its own affair, so they
// prove it: each first blocks its thread until the other has come. The one that is still alone after a while gives up,
// both end, and two new ones try again.
//
// The word both look at: 0 nobody, 1 one waits, 2 both are here, 3 given up.
import { go } from 'goroutines';
import type { Sample } from '../../harness/protocol.ts';

export type Meeting = Int32Array<SharedArrayBuffer>;

const patienceMilliseconds = 50;
const attempts = 40;

/** True on both sides, or false on both. */
export function meet(meeting: Meeting): boolean {
  if (Atomics.compareExchange(meeting, 0, 0, 1) !== 0) return Atomics.compareExchange(meeting, 0, 1, 2) === 1;
  const end = performance.now() + patienceMilliseconds;
  while (Atomics.load(meeting, 0) === 1) {
    if (performance.now() > end && Atomics.compareExchange(meeting, 0, 1, 3) === 1) return false;
  }
  return true;
}

/** A goroutine that calls `meet` when it is given a meeting, and ends without a result where that fails. */
type Side<A extends unknown[], R> = (...args: [...A, meeting: Meeting]) => Generator<unknown, R, any>;

export async function onTwoThreads<A extends unknown[]>(
  timed: Side<A, Sample | undefined>,
  other: Side<A, unknown>,
  ...args: A
): Promise<Sample> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const meeting: Meeting = new Int32Array(new SharedArrayBuffer(4));
    const [sample] = await Promise.all([go(timed, ...args, meeting), go(other, ...args, meeting)]);
    if (sample) return sample;
  }
  throw new Error(`two goroutines did not come to run on two threads in ${attempts} attempts`);
}
