/**
 * Waking a machine for new work: at most one searches at a time on behalf of a submitter.
 *
 * SEARCHING counts machines that look for work; IDLE_MACHINES has the sleepers that would look for some.
 * Submitting: (1) push the goroutine, (2) read SEARCHING: if somebody searches, leave it to them, (3) if no processor is
 * idle, leave it to those who hold them, (4) else claim the one place (0 → 1), (5) clear the bit of one idle machine and
 * wake it: it wakes up searching. If it then finds no processor, it leaves SEARCHING as if it had found work.
 * Searching: on finding work, leave SEARCHING; the last to leave looks whether more is queued and wakes another.
 * On finding none: (1) leave SEARCHING, (2) give up the processor, (3) announce itself idle, (4) look at all queues once
 * more if a processor is idle, (5) sleep.
 *
 * No goroutine is left queued while a machine sleeps:
 *  - the submitter saw a searcher S: its push came before that read, S's leaving after it. If S leaves with work, it looks
 *    at the queues after leaving and wakes another; if without, it looks after (3). Both looks come after the push.
 *  - the submitter saw no searcher and no idle machine: a machine that announces itself later looks after that.
 *  - the submitter saw no idle processor: each was held, and its holder looks after it has given it up (4); or somebody
 *    took it in that moment, and looks then. One that the monitor took away is passed on with a look by the monitor.
 *  - two submitters: the second may see the first one's claim and leave. If the first then finds no idle machine, it
 *    gives the place back and looks again at IDLE_MACHINES: a machine that fell asleep in between is seen there.
 */
import { arena } from '../memory/arena.ts';
import { add, and, compareExchange, load } from '../memory/atomics.ts';
import { needsWake } from '../memory/core.ts';
import {
  IDLE_MACHINES,
  IDLE_PROCESSORS,
  IDLE_WORDS,
  MACHINE_COUNT,
  MACHINE_SEARCHING,
  PROCESSOR_COUNT,
  SEARCHING,
} from '../memory/layout.ts';
import { globalSize } from './global-queue.ts';
import { machine } from './machine.ts';
import { wakeMachine } from './parker.ts';
import { nudgeMonitor } from './processor.ts';
import { hasQueued } from './run-queue.ts';

/** Called after an unstarted goroutine was queued. */
export function wakeForWork(): void {
  while (needsWake()) {
    if (compareExchange(SEARCHING, 0, 1) !== 0) return;
    const chosen = claimIdle();
    if (chosen >= 0) {
      wakeMachine(chosen);
      nudgeMonitor(); // The thread that was chosen may be held up by code of its own.
      return;
    }
    add(SEARCHING, -1);
  }
}

/** Wakes one idle machine to search, whoever searches already. False when there is none. */
export function wakeAnother(): boolean {
  add(SEARCHING, 1);
  const chosen = claimIdle();
  if (chosen >= 0) wakeMachine(chosen);
  else add(SEARCHING, -1);
  return chosen >= 0;
}

/** Wakes this machine to search, if it is idle. */
export function wakeIdle(number: number): boolean {
  const bit = 1 << (number & 31);
  add(SEARCHING, 1);
  if ((and(IDLE_MACHINES + (number >> 5), ~bit) & bit) !== 0) {
    wakeMachine(number);
    return true;
  }
  add(SEARCHING, -1);
  return false;
}

export function isIdle(number: number): boolean {
  return (load(IDLE_MACHINES + (number >> 5)) & (1 << (number & 31))) !== 0;
}

/** Whether a machine sleeps that could be given work. */
export function someIdle(): boolean {
  for (let word = 0; word < IDLE_WORDS; word++) if (load(IDLE_MACHINES + word) !== 0) return true;
  return false;
}

/** What a machine without a processor looks at before it sleeps: is there something queued, and a processor to run it on? */
export function anyQueuedAndProcessor(): boolean {
  return load(IDLE_PROCESSORS) > 0 && anyQueued();
}

/** True when an unstarted goroutine is queued anywhere. */
export function anyQueued(): boolean {
  if (globalSize() !== 0) return true;
  const count = load(MACHINE_COUNT);
  for (let number = 0; number < count; number++) if (hasQueued(number)) return true;
  return false;
}

/** This machine starts to search, unless enough do: at most half of those that could. */
export function startSearching(): boolean {
  if (machine.searching) return true;
  if (2 * load(SEARCHING) >= load(PROCESSOR_COUNT)) return false;
  machine.searching = true;
  arena.words[machine.base + MACHINE_SEARCHING] = 1;
  add(SEARCHING, 1);
  return true;
}

/** This machine has found work. */
export function stopSearchingWithWork(): void {
  if (machine.searching) leaveWithWork(); // So small that V8 always inlines it.
}

function leaveWithWork(): void {
  if (stopSearching() && anyQueued()) wakeForWork();
}

/** Returns whether it was the last one; then the caller must see to what is queued. */
export function stopSearching(): boolean {
  if (!machine.searching) return false;
  machine.searching = false;
  arena.words[machine.base + MACHINE_SEARCHING] = 0;
  return add(SEARCHING, -1) === 1;
}

/** Clears one idle machine's bit; returns its number, or -1. */
function claimIdle(): number {
  for (let word = 0; word < IDLE_WORDS; word++) {
    for (;;) {
      const bits = load(IDLE_MACHINES + word);
      if (bits === 0) break;
      const bit = bits & -bits;
      if ((and(IDLE_MACHINES + word, ~bit) & bit) !== 0) return word * 32 + (31 - Math.clz32(bit));
    }
  }
  return -1;
}
