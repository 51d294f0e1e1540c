/**
 * Balance: what is started stays, so it matters where it is started. A burst of long-lived goroutines would all be
 * started by the first machine that wakes, within the 60 µs that the second one needs, and sit on one core for ever.
 *
 * So a machine that has started clearly more than an idle one leaves the unstarted to that one, which has been woken for
 * them. Not the goroutine in its next slot: its parent is likely to wait for it here. And not for longer than a
 * millisecond: the other may be held up by something else.
 */
import { performance } from 'node:perf_hooks';
import { arena } from '../memory/arena.ts';
import {
  IDLE_MACHINES,
  IDLE_PROCESSORS,
  MACHINE_COUNT,
  MACHINE_PINNED,
  MACHINE_SEARCHING,
  machineBase,
  SEARCHING,
} from '../memory/layout.ts';
import { machine } from './machine.ts';
import { someIdle, wakeForWork } from './wake.ts';

/** How many more than an idle machine this one may have started. */
const LEAD = 2;
const PATIENCE_MILLISECONDS = 1;

let leavingSince = 0;
let askedAt = 0;

/** Whether this machine should leave unstarted goroutines in the queues for another. */
export function shouldLeaveToOthers(): boolean {
  if (machine.pinned <= LEAD || !someoneIsIdle() || !lessLoadedIsIdle()) {
    leavingSince = 0;
    return false;
  }
  return hasPatience();
}

function hasPatience(): boolean {
  const now = performance.now();
  // It is not asked while nobody is idle: after a while without, this is another burst.
  if (leavingSince === 0 || now - askedAt > PATIENCE_MILLISECONDS) leavingSince = now;
  askedAt = now;
  if (now - leavingSince > PATIENCE_MILLISECONDS) return false;
  wakeForWork();
  return true;
}

/** Plain reads of other machines' words, here and below: an old figure starts a goroutine here or there, either is right. */
function someoneIsIdle(): boolean {
  return arena.words[SEARCHING] !== 0 || (arena.words[IDLE_PROCESSORS]! > 0 && someIdle());
}

function lessLoadedIsIdle(): boolean {
  const count = arena.words[MACHINE_COUNT]!;
  for (let number = 1; number < count; number++) {
    if (number === machine.number) continue;
    const base = machineBase(number);
    const announced = (arena.words[IDLE_MACHINES + (number >> 5)]! >>> (number & 31)) & 1;
    if (
      (announced !== 0 || arena.words[base + MACHINE_SEARCHING] !== 0) &&
      arena.words[base + MACHINE_PINNED]! + LEAD < machine.pinned
    )
      return true;
  }
  return false;
}
