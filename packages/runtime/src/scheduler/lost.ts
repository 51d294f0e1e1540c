/**
 * A thread that ended unexpectedly (out of memory, a crash in native code), as the main thread cleans up after it.
 *
 * Its goroutines end with ThreadLostError. What waited there is passed over by `claim`, since its state says LOST; its
 * counts are taken back, the errors that it was to report are passed on, and its processor goes on to others. Its queue is
 * untouched: others steal from it. Others repair what is theirs (`whenMachineLost`: proxies, channels that it fed or read as
 * streams, locks that its waiters held up). Not repaired: a mutex that a lost goroutine held stays locked, as after any
 * goroutine that never unlocks; and memory that only the lost thread held is not given back.
 */
import { ThreadLostError } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { add, and, exchange, load } from '../memory/atomics.ts';
import {
  BLOCKING_RUNNING,
  BUSY_MACHINES,
  IDLE_MACHINES,
  KIND_GOROUTINE,
  MACHINE_BLOCKING,
  MACHINE_SEARCHING,
  MACHINE_STATE,
  MACHINE_STATE_LOST,
  MACHINE_STATE_SLEEPING,
  machineBase,
  SEARCHING,
} from '../memory/layout.ts';
import { forEachBlock } from '../memory/walk.ts';
import { completeWithError } from './complete.ts';
import { DONE, MACHINE, STATUS } from './goroutine.ts';
import { passOnNotices } from './notice.ts';
import { takeAllFrom } from './processor.ts';
import { anyQueued, wakeForWork } from './wake.ts';

const callbacks: Array<(number: number, why: string) => void> = [];

/** The callback takes over, on the main thread, what a lost machine had of its own. */
export function whenMachineLost(callback: (number: number, why: string) => void): void {
  callbacks.push(callback);
}

/** Ends what ran on a lost machine. Returns how many goroutines that were. */
export function endLostMachine(number: number, why: string): number {
  const base = machineBase(number);
  if (exchange(base + MACHINE_STATE, MACHINE_STATE_LOST) !== MACHINE_STATE_SLEEPING) add(BUSY_MACHINES, -1);
  and(IDLE_MACHINES + (number >> 5), ~(1 << (number & 31)));
  if (arena.words[base + MACHINE_SEARCHING] !== 0) add(SEARCHING, -1);
  if (arena.words[base + MACHINE_BLOCKING] !== 0) add(BLOCKING_RUNNING, -1);
  arena.words[base + MACHINE_BLOCKING] = 0;
  takeAllFrom(number);
  const lost: number[] = [];
  forEachBlock(KIND_GOROUTINE, (record) => {
    if (arena.words[record + MACHINE] === number && load(record + STATUS) < DONE) lost.push(record);
  });
  passOnNotices(number);
  const error = new ThreadLostError(`the thread that this goroutine ran on has ended: ${why}`);
  for (const record of lost) completeWithError(record, error, null);
  for (const callback of callbacks) callback(number, why);
  if (anyQueued()) wakeForWork();
  return lost.length;
}
