/**
 * A machine begins or ends to tell what it does, when the EVENTS word has changed since it looked last. It looks with every
 * look at its queues and before each slice, by one plain read: seen a moment later is early enough. One that sleeps follows
 * when it is woken, and one whose goroutine runs on when that gives control back; before, they have nothing to tell.
 */
import { arena } from '../memory/arena.ts';
import { EVENTS, EVENTS_IN_FULL, HOLDERS, MACHINE_EVENTS, WORDS_PER_LINE } from '../memory/layout.ts';
import { EventLog } from './events.ts';
import { COUNT_CREATED, COUNT_FINISHED, COUNT_SWITCHES, machine } from './machine.ts';

/** Looks at the word. */
export function followEvents(): void {
  if (arena.words[EVENTS] !== machine.eventsSeen) follow();
}

/** Of the machine's, when it began to pause. */
let turns = 0;
let goroutines = 0;

/** Between turns, at this time: begins a pause, or ends it. */
export function pauseOrResume(now: number): void {
  if (machine.events !== null) {
    if (machine.events.hasToldEnough(now)) pause(machine.events);
  } else if (machine.pausedEvents?.isPauseOver(now) === true) {
    resumeEvents();
  }
}

function pause(log: EventLog): void {
  log.pause();
  machine.events = null;
  machine.pausedEvents = log;
  turns = turnsSoFar();
  goroutines = begunAndNotEnded();
}

/** Ends the pause, if there is one: also before the machine falls asleep, or ends to tell. */
export function resumeEvents(): void {
  const log = machine.pausedEvents;
  if (log === null) return;
  machine.pausedEvents = null;
  machine.events = log;
  const processor = machine.holder === 0 ? -1 : (machine.holder - HOLDERS) / WORDS_PER_LINE;
  log.resume(processor, (turnsSoFar() - turns) >>> 0, (begunAndNotEnded() - goroutines) | 0);
}

function turnsSoFar(): number {
  return (arena.words[machine.counters + COUNT_SWITCHES]! + machine.switches) | 0;
}

/** How many more this machine has made than it has ended. */
function begunAndNotEnded(): number {
  return (arena.words[machine.counters + COUNT_CREATED]! - arena.words[machine.counters + COUNT_FINISHED]!) | 0;
}

function follow(): void {
  const wanted = arena.words[EVENTS]!;
  machine.eventsSeen = wanted;
  resumeEvents();
  machine.events?.close();
  machine.events = null;
  const ring = arena.words[machine.base + MACHINE_EVENTS]!;
  if (wanted === 0 || ring === 0) return;
  const log = new EventLog(ring, (wanted & EVENTS_IN_FULL) !== 0);
  machine.events = log;
  // What has begun before.
  if (machine.holder !== 0) log.acquire((machine.holder - HOLDERS) / WORDS_PER_LINE);
  const { current } = machine;
  if (current !== null) log.start(current.record);
}
