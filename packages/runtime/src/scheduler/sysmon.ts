/**
 * The monitor, on a thread of its own (`sysmon-worker.ts`): hands processors on whose machine does not come back.
 *
 * Each machine advances its tick with every look at its queues. Where a processor's holder and its tick have stood still for
 * 9 ms, a goroutine (or a callback in libuv's turn, or a collection) holds up its thread. That harms nobody until another
 * could use the processor: a machine waits for one, or unstarted goroutines are queued. Then it is taken away and passed on
 * (`processor.ts`), to the one who waits or to an idle machine. With polls every 3 ms that takes 12 ms (median of 30 on two busy
 * cores; once it took 21).
 *
 * It also sees to what a machine was woken for that does not rise, since its thread is held up by a callback: work that is
 * queued while a processor stays idle for that long is given to another.
 *
 * It sleeps without a timeout (but for its reports) while no processor is held and nobody searches. Going to sleep: (1) store SLEEPING, (2) look
 * once more. Who takes a processor, or wakes a searcher: (1) does so, (2) looks at MONITOR. So one sees the other.
 */
import { performance } from 'node:perf_hooks';
import { load, store, waitWhile } from '../memory/atomics.ts';
import {
  HOLDER_IDLE,
  HOLDER_RETIRED,
  holderAddress,
  IDLE_PROCESSORS,
  MACHINE_TICK,
  MAXIMUM_PROCESSORS,
  MONITOR,
  MONITOR_AWAKE,
  MONITOR_MACHINE,
  MONITOR_SLEEPING,
  machineBase,
  PROCESSOR_COUNT,
  SEARCHING,
} from '../memory/layout.ts';
import { followEvents } from './follow-events.ts';
import { COUNT_HANDOFFS, machine } from './machine.ts';
import { someoneWaits, takeAway } from './processor.ts';
import { askForSpare } from './spare.ts';
import { anyQueued, someIdle, wakeAnother, wakeForWork } from './wake.ts';

const POLL_MILLISECONDS = 3;
const STILL_MILLISECONDS = 9;

/** What was seen of each processor: its holder, that one's tick, and since when both are the same. */
const holders = new Int32Array(MAXIMUM_PROCESSORS);
const ticks = new Int32Array(MAXIMUM_PROCESSORS);
const since = new Float64Array(MAXIMUM_PROCESSORS);
/** Since when something is queued while a processor is idle; 0: it is not so. */
let unclaimedSince = 0;

/**
 * Runs for as long as its thread. `report` is called with each look, and returns after how many milliseconds it is to be
 * called again at the latest.
 */
export function monitor(report: () => number = () => Number.POSITIVE_INFINITY): never {
  for (;;) {
    waitWhile(MONITOR, MONITOR_AWAKE, POLL_MILLISECONDS);
    look(performance.now());
    const patience = report();
    if (!nothingToWatch()) continue;
    store(MONITOR, MONITOR_SLEEPING);
    if (nothingToWatch()) waitWhile(MONITOR, MONITOR_SLEEPING, patience);
    store(MONITOR, MONITOR_AWAKE);
  }
}

function nothingToWatch(): boolean {
  if (load(SEARCHING) !== 0) return false;
  for (let number = 0; number < MAXIMUM_PROCESSORS; number++) {
    const holder = load(holderAddress(number));
    if (holder !== HOLDER_IDLE && holder !== HOLDER_RETIRED) return false;
  }
  return true;
}

function look(now: number): void {
  followEvents();
  const count = load(PROCESSOR_COUNT);
  for (let number = 0; number < MAXIMUM_PROCESSORS; number++) {
    const holder = load(holderAddress(number));
    // Those that are in passing from one to another have the name of no machine.
    const tick = holder > 0 && holder < MONITOR_MACHINE ? load(machineBase(holder) + MACHINE_TICK) : 0;
    if (holder !== holders[number] || tick !== ticks[number]) {
      holders[number] = holder;
      ticks[number] = tick;
      since[number] = now;
    } else if (holder > 0 && holder < MONITOR_MACHINE && now - since[number]! >= STILL_MILLISECONDS) {
      standsStill(number, holder, number >= count);
    }
  }
  lookAtUnclaimed(now);
}

function standsStill(number: number, holder: number, retired: boolean): void {
  if (!retired) {
    const waited = someoneWaits();
    if (!waited && (load(IDLE_PROCESSORS) > 0 || !anyQueued())) return;
    if (!waited && !someIdle()) {
      askForSpare();
      return;
    }
  }
  if (!takeAway(number, holder)) return;
  machine.count(COUNT_HANDOFFS);
  if (anyQueued()) wakeForWork();
  if (!someIdle()) askForSpare();
}

function lookAtUnclaimed(now: number): void {
  if (load(IDLE_PROCESSORS) <= 0 || !anyQueued()) {
    unclaimedSince = 0;
  } else if (unclaimedSince === 0) {
    unclaimedSince = now;
  } else if (now - unclaimedSince >= STILL_MILLISECONDS) {
    unclaimedSince = now;
    if (!wakeAnother()) askForSpare();
  }
}
