/**
 * Processors: the right to run goroutines, as tokens. There are `procs` of them, and a machine that runs goroutines holds one.
 *
 * A token is one word, its holder: a machine's number, IDLE or RETIRED. It changes by compare-exchange only, from the value
 * that was read; so it has one holder at each moment, and that it has been taken away shows in the same word. Who holds one
 * may lose it at any step: to the monitor (`sysmon.ts`), when its goroutine does not come back to the loop. It finds out
 * before its next goroutine, by one read (`machine.holder`), and has nothing to give back then.
 *
 * Taking: (1) exchange a holder word IDLE → own number, (2) take one off IDLE_PROCESSORS.
 * Giving up: (1) if somebody waits, hand it over, else (2) exchange the holder word own number → IDLE, (3) add one to
 * IDLE_PROCESSORS, (4) look for somebody who waits once more; if there is, take it back and begin anew.
 * Waiting: (1) store WAITS into one's WANT, (2) set one's bit in WAITING_MACHINES, (3) look for an IDLE one, (4) sleep.
 * Handing over to W: (1) exchange W's WANT, WAITS → CLAIMED, (2) exchange the holder word own number → W, (3) exchange WANT,
 * CLAIMED → GIVEN with the processor's number, (4) wake W. When (2) fails, since the monitor was faster: WANT goes back to
 * WAITS and W is woken, so that it looks itself. When (3) fails, W's thread was lost: the processor is taken back.
 *
 * None is lost: each step leaves the token with a machine that runs, with one that is woken after WANT told it so, or IDLE.
 * None is held twice by one: W takes one by itself only after it has left the line, by an exchange WAITS → NOT. If that
 * fails, somebody is about to give it one, and will wake it: it goes back to sleep.
 * Nobody who waits is forgotten: W's (1, 2) come before its (3), the giver's (2, 3) before its (4), all sequentially
 * consistent: so either W sees the IDLE processor, or the giver sees W. A giver that finds WANT not WAITS has met one who
 * looks again after it waits again (W's (3)), or one who is being given another.
 * Who waits stands in no queue: a giver looks for one from its own number upwards, so that it comes round.
 *
 * IDLE_PROCESSORS is a count of what the holder words say, changed after them: too high while somebody is between (1) and
 * (2) of taking, which then looks at all queues; too low while somebody is between (2) and (3) of giving up, which does
 * likewise. So a submitter that reads 0 (`wake.ts`) has left its goroutine to one of these.
 */
import { arena } from '../memory/arena.ts';
import { add, and, compareExchange, exchange, load, notify, or, store } from '../memory/atomics.ts';
import { EVENT_GIVE, EVENT_HANDOFF } from '../memory/event-records.ts';
import {
  HELD_PROCESSORS,
  HOLDER_IDLE,
  HOLDER_RETIRED,
  HOLDERS,
  holderAddress,
  IDLE_PROCESSORS,
  IDLE_WORDS,
  MACHINE_PINNED,
  MACHINE_WANT,
  MAXIMUM_MACHINES,
  MAXIMUM_PROCESSORS,
  MONITOR,
  MONITOR_AWAKE,
  MONITOR_SLEEPING,
  MOST_HELD,
  machineBase,
  PROCESSOR_COUNT,
  WAITING_MACHINES,
  WANT_CLAIMED,
  WANT_GIVEN,
  WANT_NOT,
  WANT_WAITS,
  WORDS_PER_LINE,
} from '../memory/layout.ts';
import { COUNT_PROCESSOR_GIFTS, COUNT_PROCESSOR_WAITS, machine } from './machine.ts';
import { wakeMachine } from './parker.ts';

/** The one that this machine held last; it is asked for first, since others are likely to hold the rest. */
let favourite = 0;

/** This thread's name in holder words. The main thread holds one in passing: of a lost machine, or when their number changes. */
function name(): number {
  return machine.number || MAXIMUM_MACHINES;
}

/** Whether this machine may run goroutines, in this moment. */
export function holdsProcessor(): boolean {
  return load(machine.holder) === machine.number;
}

/** Takes an idle processor, or the one that this machine was given while it waited; false when there is none. */
export function takeProcessor(): boolean {
  if (machine.waits) {
    const want = machine.base + MACHINE_WANT;
    const given = load(want) - WANT_GIVEN;
    if (given < 0 && compareExchange(want, WANT_WAITS, WANT_NOT) !== WANT_WAITS && load(want) < WANT_GIVEN) return false;
    const number = load(want) - WANT_GIVEN;
    store(want, WANT_NOT);
    machine.waits = false;
    and(WAITING_MACHINES + (machine.number >> 5), ~(1 << (machine.number & 31)));
    if (number >= 0) {
      hold(number);
      if (holdsProcessor()) return true; // Else the monitor took it, since this thread was long in waking.
    }
  }
  const count = load(PROCESSOR_COUNT);
  for (let index = 0; index < count; index++) {
    const number = (favourite + index) % count;
    if (!takeIdle(number)) continue;
    hold(number);
    nudgeMonitor();
    return true;
  }
  return false;
}

function takeIdle(number: number): boolean {
  const address = holderAddress(number);
  if (load(address) !== HOLDER_IDLE || compareExchange(address, HOLDER_IDLE, name()) !== HOLDER_IDLE) return false;
  add(IDLE_PROCESSORS, -1);
  const held = add(HELD_PROCESSORS, 1) + 1;
  for (let most = load(MOST_HELD); held > most; most = load(MOST_HELD)) compareExchange(MOST_HELD, most, held);
  return true;
}

function hold(number: number): void {
  favourite = number;
  machine.holder = holderAddress(number);
  machine.takesWork = true;
  machine.events?.acquire(number);
}

/** This machine holds none any more, whether it gave it up or it was taken away. */
function letGo(takenAway: boolean): void {
  if (machine.holder !== 0) machine.events?.release(takenAway);
  machine.holder = 0;
  machine.takesWork = false;
}

/** Gives up this machine's processor, if it still holds it: to one who waits, else it is idle. */
export function giveUpProcessor(): void {
  const number = (machine.holder - HOLDERS) / WORDS_PER_LINE;
  letGo(number >= 0 && !holdsProcessor());
  if (number >= 0) passOn(number);
}

/**
 * At the end of a slice after which this machine would go on: gives its processor to one who waits, or up when there are
 * fewer now. Returns whether it has one still.
 */
export function keepsProcessor(): boolean {
  if (!holdsProcessor()) {
    letGo(true);
    return false;
  }
  const number = (machine.holder - HOLDERS) / WORDS_PER_LINE;
  if (number < load(PROCESSOR_COUNT) && !someoneWaits()) return true;
  giveUpProcessor();
  return false;
}

/** Step by step as above. Nothing happens when this thread does not hold it any more. */
function passOn(number: number): void {
  const address = holderAddress(number);
  for (;;) {
    if (number >= load(PROCESSOR_COUNT)) {
      if (compareExchange(address, name(), HOLDER_RETIRED) === name()) add(HELD_PROCESSORS, -1);
      return;
    }
    if (handOver(number)) return;
    if (compareExchange(address, name(), HOLDER_IDLE) !== name()) return;
    add(HELD_PROCESSORS, -1);
    add(IDLE_PROCESSORS, 1);
    if (!someoneWaits() || !takeIdle(number)) return;
  }
}

/** Hands a processor over to one who waits. True when it has gone: there, or to the monitor. */
function handOver(number: number): boolean {
  for (let waiter = nextWaiting(machine.number); waiter > 0; waiter = nextWaiting(machine.number)) {
    const want = machineBase(waiter) + MACHINE_WANT;
    if (compareExchange(want, WANT_WAITS, WANT_CLAIMED) !== WANT_WAITS) continue;
    if (compareExchange(holderAddress(number), name(), waiter) !== name()) {
      compareExchange(want, WANT_CLAIMED, WANT_WAITS);
      wakeMachine(waiter);
      return true;
    }
    if (compareExchange(want, WANT_CLAIMED, WANT_GIVEN + number) === WANT_CLAIMED) {
      machine.events?.write(EVENT_GIVE, number, waiter, 0);
      wakeMachine(waiter);
      machine.count(COUNT_PROCESSOR_GIFTS);
      return true;
    }
    if (compareExchange(holderAddress(number), waiter, name()) !== waiter) return true;
  }
  return false;
}

/** Whether a machine waits that has more goroutines than this one; of two with as many, the one with the lower number has. */
export function oneWithMoreWaits(): boolean {
  for (let word = 0; word < IDLE_WORDS; word++) {
    for (let bits = arena.words[WAITING_MACHINES + word]!; bits !== 0; bits &= bits - 1) {
      const number = word * 32 + (31 - Math.clz32(bits & -bits));
      const more = arena.words[machineBase(number) + MACHINE_PINNED]! - machine.pinned;
      if (more > 0 || (more === 0 && number < machine.number)) return true;
    }
  }
  return false;
}

/** A machine that waits, the first after this number and then from the start; -1 when there is none. */
function nextWaiting(after: number): number {
  const own = after >> 5;
  const above = after % 32 === 31 ? 0 : -1 << ((after & 31) + 1);
  for (let step = 0; step <= IDLE_WORDS; step++) {
    const word = (own + step) % IDLE_WORDS;
    const mask = step === 0 ? above : step === IDLE_WORDS ? ~above : -1;
    for (let bits = load(WAITING_MACHINES + word) & mask; bits !== 0; bits &= bits - 1) {
      const number = word * 32 + (31 - Math.clz32(bits & -bits));
      if (load(machineBase(number) + MACHINE_WANT) === WANT_WAITS) return number;
    }
  }
  return -1;
}

export function someoneWaits(): boolean {
  return nextWaiting(0) > 0;
}

/** Puts this machine, which has announced itself asleep, in the line of those who wait. Look once more before it sleeps. */
export function waitForProcessor(): void {
  if (machine.waits) return; // It has not left the line: somebody is about to give it one.
  machine.waits = true;
  machine.count(COUNT_PROCESSOR_WAITS);
  store(machine.base + MACHINE_WANT, WANT_WAITS);
  or(WAITING_MACHINES + (machine.number >> 5), 1 << (machine.number & 31));
}

/** Whether this machine, which waits, need not sleep: it was given one, or one is idle. */
export function mayStopWaiting(): boolean {
  const want = load(machine.base + MACHINE_WANT);
  return want >= WANT_GIVEN || (want === WANT_WAITS && someIdle());
}

function someIdle(): boolean {
  const count = load(PROCESSOR_COUNT);
  for (let number = 0; number < count; number++) if (load(holderAddress(number)) === HOLDER_IDLE) return true;
  return false;
}

/** Takes a processor away from the machine that holds it and passes it on. False when that has given it up. */
export function takeAway(number: number, holder: number): boolean {
  if (compareExchange(holderAddress(number), holder, name()) !== holder) return false;
  machine.events?.write(EVENT_HANDOFF, number, holder, 0);
  passOn(number);
  return true;
}

/** After a machine's thread was lost: what it held, and what it was given while it waited, goes on to others. */
export function takeAllFrom(lost: number): void {
  exchange(machineBase(lost) + MACHINE_WANT, WANT_NOT);
  and(WAITING_MACHINES + (lost >> 5), ~(1 << (lost & 31)));
  for (let number = 0; number < MAXIMUM_PROCESSORS; number++) takeAway(number, lost);
  // It may have been about to give one to another, which waits for it.
  for (let other = 1; other < MAXIMUM_MACHINES; other++) {
    const want = machineBase(other) + MACHINE_WANT;
    if (load(want) === WANT_CLAIMED && compareExchange(want, WANT_CLAIMED, WANT_WAITS) === WANT_CLAIMED) wakeMachine(other);
  }
}

/** Main thread, before any worker runs: so many idle processors, and nobody waits. */
export function resetProcessors(count: number): void {
  for (let number = 0; number < MAXIMUM_PROCESSORS; number++) {
    store(holderAddress(number), number < count ? HOLDER_IDLE : HOLDER_RETIRED);
  }
  for (let word = 0; word < IDLE_WORDS; word++) store(WAITING_MACHINES + word, 0);
  for (let number = 0; number < MAXIMUM_MACHINES; number++) store(machineBase(number) + MACHINE_WANT, WANT_NOT);
  store(PROCESSOR_COUNT, count);
  store(IDLE_PROCESSORS, count);
  store(HELD_PROCESSORS, 0);
  store(MOST_HELD, 0);
}

/** Main thread: makes more of them; who waits is given one. */
export function addProcessors(from: number, to: number): void {
  store(PROCESSOR_COUNT, to);
  for (let number = from; number < to; number++) {
    if (compareExchange(holderAddress(number), HOLDER_RETIRED, name()) !== HOLDER_RETIRED) continue;
    add(HELD_PROCESSORS, 1);
    passOn(number);
  }
}

/** Main thread: how many of those beyond the count are still held; the idle ones are retired. */
export function retireProcessors(from: number, to: number): number {
  let held = 0;
  for (let number = from; number < to; number++) {
    if (takeIdle(number)) passOn(number);
    if (load(holderAddress(number)) !== HOLDER_RETIRED) held++;
  }
  return held;
}

/** The monitor looks on while a processor is held. */
export function nudgeMonitor(): void {
  if (load(MONITOR) === MONITOR_SLEEPING && exchange(MONITOR, MONITOR_AWAKE) === MONITOR_SLEEPING) notify(MONITOR, 1);
}
