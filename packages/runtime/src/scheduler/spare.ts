/**
 * Spare threads: machines beyond the processors. One is always kept, for the processor of a machine that blocks; more are
 * started while blocking calls or blocked machines need them, and end when they had nothing to do for some time.
 *
 * Only the main thread can start one. Who finds none left sets SPARE_WANTED and wakes the main thread, which looks after
 * each slice, and takes the wish back when the thread is there. While the main thread itself is held up, those that exist
 * must do.
 */
import { arena } from '../memory/arena.ts';
import { exchange, load } from '../memory/atomics.ts';
import {
  BLOCKING_RUNNING,
  BLOCKING_SIZE,
  IDLE_PROCESSORS,
  MACHINE_COUNT,
  MACHINE_PINNED,
  machineBase,
  PROCESSOR_COUNT,
  SPARE_WANTED,
  THREAD_COUNT,
  THREAD_LIMIT,
} from '../memory/layout.ts';
import { machine } from './machine.ts';
import { wakeMachine } from './parker.ts';
import { setTimeout } from './real-timers.ts';
import { schedule } from './schedule.ts';
import { isIdle, wakeIdle } from './wake.ts';

/** Asks for one more thread, if there may be more. */
export function askForSpare(): void {
  if (load(THREAD_COUNT) >= load(THREAD_LIMIT) || exchange(SPARE_WANTED, 1) !== 0) return;
  if (machine.number === 0) schedule();
  else wakeMachine(0);
}

/** After a blocking call was queued: wakes an idle machine without goroutines of its own, or asks for a thread. */
export function wakeForBlocking(): void {
  if (load(BLOCKING_RUNNING) < load(THREAD_COUNT) - load(PROCESSOR_COUNT)) {
    // From the last one on: the first ones are more likely to be wanted for goroutines.
    for (let number = load(MACHINE_COUNT) - 1; number > 0; number--) {
      if (isIdle(number) && arena.words[machineBase(number) + MACHINE_PINNED] === 0 && wakeIdle(number)) return;
    }
  }
  askForSpare();
}

let patience = 0;
let tell: () => void = () => undefined;
let armed = false;

/** On a worker: what to do when it had nothing to do for so long, while there are more threads than needed. */
export function whenSurplus(milliseconds: number, callback: () => void): void {
  patience = milliseconds;
  tell = callback;
}

/** Before this machine sleeps, with nothing on it that would miss it. One timer stands for all sleeps in its time. */
export function noteSurplus(idleSince: () => number): void {
  if (armed || load(THREAD_COUNT) <= load(PROCESSOR_COUNT) + 1) return;
  armed = true;
  lookIn(patience, idleSince);
}

function lookIn(milliseconds: number, idleSince: () => number): void {
  setTimeout(() => {
    const left = idleSince() + patience - performance.now();
    if (machine.asleep && left > 1) {
      lookIn(left, idleSince);
      return;
    }
    armed = false;
    if (!machine.asleep) return; // Armed again when it falls asleep.
    if (isSurplus()) tell();
    armed = true;
    lookIn(patience, idleSince);
  }, milliseconds).unref();
}

/** Whether more machines are idle than the idle processors need, and one. */
export function isSurplus(): boolean {
  if (load(BLOCKING_SIZE) !== 0 || load(THREAD_COUNT) <= load(PROCESSOR_COUNT) + 1) return false;
  let idle = 0;
  for (let number = load(MACHINE_COUNT) - 1; number > 0; number--) if (isIdle(number)) idle++;
  return idle > load(IDLE_PROCESSORS) + 1;
}
