/**
 * What the scheduler does, as events: records of fixed size that each machine writes into a ring of its own in the arena,
 * for the main thread to read (`observe/event-rings.ts`). The core puts them there (`core/events.ts`): one call, with numbers
 * only, so that little is compiled into the loop that runs goroutines. With skynet, where a leaf takes 650 ns, it costs
 * 250 ns more, of which a third are looks at the clock (see `shortTurns`).
 *
 * Off, which is nearly always, `machine.events` is null, and each place that would tell something costs one branch. The
 * EVENTS word says what all machines are to do; each looks at it when it looks at everything else (`follow-events.ts`).
 *
 * Unless a reader wants every one, a machine with very many turns tells of the first MOST_TURNS in WINDOW_MILLISECONDS, and then, up to
 * the next such window, nothing (`pause`, `resume`): it is as if events were off, and costs as little. Else what is told of
 * goroutines that take as long as the telling would be mostly of the telling, and a file of half a GB a second that nobody can open.
 *
 * Records of one ring are in order of time. The clock is the system's monotonic one, in milliseconds; threads have
 * different origins for it, so each measures its own distance (to some 0.1 µs). What one thread has done before another could
 * see it has mostly the smaller time, but need not.
 */
import { type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';
import {
  closeEvents,
  noteCause,
  noteEnd,
  noteEvent,
  noteGoroutine,
  noteProcessor,
  noteReady,
  noteStart,
  openEvents,
  tellKept,
  whenSending,
} from '../memory/core.ts';
import {
  CAUSE_MACHINE,
  EVENT_ACQUIRE,
  EVENT_AWAKE,
  EVENT_BLOCK,
  EVENT_COLLECT,
  EVENT_CREATE,
  EVENT_FINISH,
  EVENT_NAME,
  EVENT_ON,
  EVENT_PARK,
  EVENT_PAUSE,
  EVENT_RELEASE,
  EVENT_RESUME,
  EVENT_SLEEP,
  EVENT_WAKE,
  EVENT_YIELD,
} from '../memory/event-records.ts';
import { WAIT_REASONS, type WaitReason } from './wait-reason.ts';

const LONGEST_NAME = 64;
/** Instead of a time: that of the last record. A look at the clock costs 45 to 55 ns, as much as four records. */
const SAME_TIME = -1;
/** A turn that takes no longer is a short one; after so many in a row the next is expected to be so, too. */
const SHORT_MILLISECONDS = 0.02;
const MANY_TURNS = 4;
/** The time of one look is that of at most so many things that happen in a turn. */
const EVENTS_A_LOOK = 8;
/** Turns, and goroutines that are created, of which so long a time tells. */
const MOST_TURNS = 2000;
const WINDOW_MILLISECONDS = 10;

/** The writing end of a machine's ring. A goroutine is named by its record's address. */
export class EventLog {
  /**
   * Turns in a row that were short. After many, what happens within the next has the time of the look before it, so that of a turn of
   * some µs only the end is looked for. With a look for each record skynet had five looks a goroutine, which was a half of what
   * recording cost: 18 to 31 % in the same runs. An end is always looked for: a turn of a ms among short ones is seen to be one.
   */
  private shortTurns = 0;
  /** The goroutine that has its turn, 0 between turns. */
  private running = 0;
  /** The last record was the end of a turn, and the next turn begins with that. */
  private turnEnded = false;
  /** When the turn began, or the last one ended. */
  private lastEdge = 0;
  private sinceLook = 0;
  /** Of MOST_TURNS, and when it is that again. */
  private turnsLeft = MOST_TURNS;
  private windowEnd = 0;
  private paused = false;
  /** Of a pause. */
  private kept: PerformanceEntry[] = [];
  private asleep = false;
  private byMachine = false;
  private readonly ring: number;
  /** Every turn is to be told, however many there are. */
  private readonly full: boolean;
  private readonly distance: number;
  private readonly collections: PerformanceObserver;

  /** Goes on where an earlier writer of this ring has ended. */
  constructor(ring: number, full: boolean) {
    this.ring = ring;
    this.full = full;
    this.distance = distanceToClock();
    whenSending((waiter) => this.write(EVENT_WAKE, 0, waiter, 0));
    openEvents(ring);
    this.write(EVENT_ON, 0, 0, 0);
    this.collections = new PerformanceObserver((list) => this.collected(list.getEntries()));
    this.collections.observe({ entryTypes: ['gc'] });
  }

  /** Nothing is written after this. Not in a pause. */
  close(): void {
    this.collected(this.collections.takeRecords());
    this.collections.disconnect();
    closeEvents();
  }

  /** Between turns, at this time of the machine's clock: whether enough was told for now. */
  hasToldEnough(now: number): boolean {
    if (now >= this.windowEnd) {
      this.windowEnd = now + WINDOW_MILLISECONDS;
      this.turnsLeft = MOST_TURNS;
    }
    return this.turnsLeft < 0 && !this.full;
  }

  pause(): void {
    this.write(EVENT_PAUSE, 0, 0, 0);
    this.paused = true;
    closeEvents();
  }

  isPauseOver(now: number): boolean {
    return now >= this.windowEnd;
  }

  /** With what has happened meanwhile; and the processor that the machine holds now, or -1. */
  resume(processor: number, turns: number, goroutines: number): void {
    openEvents(this.ring);
    noteProcessor(processor);
    this.paused = false;
    this.write(EVENT_RESUME, 0, goroutines, turns);
    this.running = 0;
    this.lastEdge = this.now();
    this.collected(this.kept);
    this.kept = [];
  }

  private now(): number {
    this.sinceLook = 0;
    return performance.now() + this.distance;
  }

  write(kind: number, detail: number, argument: number, number: number): void {
    this.turnEnded = false;
    noteEvent(this.now(), kind, detail, argument, number);
  }

  /** Within a turn, or outside of all. */
  private within(): number {
    return this.shortTurns >= MANY_TURNS && ++this.sinceLook < EVENTS_A_LOOK ? SAME_TIME : this.now();
  }

  create(record: number): void {
    this.turnsLeft--;
    noteGoroutine(this.within(), EVENT_CREATE, 0, record);
  }

  name(goroutine: number, name: string): void {
    const length = Math.min(name.length, LONGEST_NAME);
    for (let index = 0; index < length; index += 2) {
      this.write(EVENT_NAME, 0, name.charCodeAt(index) | (name.charCodeAt(index + 1) << 16), goroutine);
    }
  }

  /** A turn begins, straight after the last one: both share a look at the clock. */
  start(record: number): void {
    this.running = record;
    this.turnsLeft--;
    if (this.turnEnded) {
      this.turnEnded = false;
      noteStart(SAME_TIME, record);
    } else {
      this.lastEdge = this.now();
      noteStart(this.lastEdge, record);
    }
  }

  park(record: number, reason: WaitReason): void {
    this.endTurn(EVENT_PARK, numberOf(reason), record);
  }

  yield(record: number, preempted: boolean): void {
    this.endTurn(EVENT_YIELD, preempted ? 1 : 0, record);
  }

  private endTurn(kind: number, detail: number, record: number): void {
    const now = this.now();
    noteEnd(now, kind, detail, record);
    this.turnEnds(now, record);
  }

  /** It is in the ring before anybody sees that the goroutine has ended. `known`: somebody might. */
  finish(record: number, failed: boolean, known: boolean): void {
    if (!known && record === this.running) {
      this.endTurn(EVENT_FINISH, failed ? 1 : 0, record);
      return;
    }
    const now = this.now();
    noteGoroutine(now, EVENT_FINISH, failed ? 1 : 0, record);
    this.turnEnds(now, record);
  }

  /** Where it has one: those of async functions, or that are cancelled, end without. */
  private turnEnds(now: number, record: number): void {
    if (record !== this.running) return;
    this.running = 0;
    this.shortTurns = now - this.lastEdge <= SHORT_MILLISECONDS ? this.shortTurns + 1 : 0;
    this.lastEdge = now;
    this.turnEnded = true;
  }

  /** A blocking call begins. */
  block(record: number): void {
    this.turnEnded = false;
    noteGoroutine(this.now(), EVENT_BLOCK, 0, record);
  }

  /** Node tells of collections when they are long over. */
  private collected(entries: readonly PerformanceEntry[]): void {
    if (this.paused) {
      this.kept.push(...entries);
      return;
    }
    for (const entry of entries) {
      const { startTime, duration } = entry;
      const { kind } = (entry as PerformanceEntry & { detail: { kind: number } }).detail;
      this.turnEnded = false;
      const now = performance.now();
      noteEvent(now + this.distance, EVENT_COLLECT, kind, Math.round(duration * 1000), Math.round((now - startTime) * 1000));
    }
  }

  /** The next turn does not begin straight away; where turns are short, it mostly does all the same. */
  turnsEnd(): void {
    if (this.shortTurns < MANY_TURNS) this.turnEnded = false;
  }

  sliceEnds(): void {
    tellKept();
    this.shortTurns = 0;
    this.turnEnded = false;
  }

  ready(record: number): void {
    // What another machine does comes after the WAKE there.
    noteReady(this.byMachine ? this.now() : this.within(), record);
  }

  /** Until the next call, this makes goroutines ready: a CAUSE_, with CAUSE_MACHINE the waiter by which that came. */
  by(cause: number, waiter: number): void {
    this.byMachine = cause === CAUSE_MACHINE;
    noteCause(cause, waiter);
  }

  acquire(processor: number): void {
    noteProcessor(processor);
    this.write(EVENT_ACQUIRE, 0, 0, 0);
  }

  release(takenAway: boolean): void {
    this.write(EVENT_RELEASE, takenAway ? 1 : 0, 0, 0);
    noteProcessor(-1);
  }

  sleep(): void {
    this.asleep = true;
    this.write(EVENT_SLEEP, 0, 0, 0);
  }

  awake(): void {
    if (this.asleep) this.write(EVENT_AWAKE, 0, 0, 0);
    this.asleep = false;
  }
}

/** By a loop over a few words, which are compared by address: a map's look-up takes 30 ns. */
function numberOf(reason: WaitReason): number {
  let number = 0;
  while (WAIT_REASONS[number] !== reason) number++;
  return number;
}

/** What to add to `performance.now()` on this thread for the system's clock, in milliseconds: the closest of some tries. */
export function distanceToClock(): number {
  let distance = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 32; round++) {
    const before = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    const after = performance.now();
    if (after - before >= least) continue;
    least = after - before;
    distance = seconds * 1000 + nanoseconds / 1e6 - (before + after) / 2;
  }
  return distance;
}
