/**
 * What the scheduler does, as events: records of fixed size that each machine writes into a ring of its own in the arena,
 * for the main thread to read (`observe/event-rings.ts`).
 *
 * Off, which is nearly always, `machine.events` is null, and each place that would tell something costs one branch. The
 * EVENTS word says what all machines are to do; each looks at it when it looks at everything else (`follow-events.ts`).
 *
 * A ring has one writer, its machine, and one reader. The writer stores a record's words plainly, then WRITTEN atomically,
 * which the reader loads before it looks at the record. The reader copies records, then stores READ; the writer loads that
 * before it uses their place again. A full ring loses what is new, and counts it: nobody waits for the reader.
 *
 * Records of one ring are in order of time. The clock is the system's monotonic one, in milliseconds; threads have
 * different origins for it, so each measures its own distance (to some 0.1 µs). What one thread has done before another could
 * see it has mostly the smaller time, but need not.
 */
import { type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';
import { cells, words } from '../memory/arena.ts';
import { load, store } from '../memory/atomics.ts';
import { traceSends, whenSending } from '../memory/core.ts';
import { WORDS_PER_LINE } from '../memory/layout.ts';
import { WAIT_REASONS, type WaitReason } from './wait-reason.ts';

// ---- A ring: its words, then the records -------------------------------------------------------------------------
/** Records ever written, modulo 2^32; stored by the writer after each. */
export const RING_WRITTEN = 0;
/** Records that found no place, modulo 2^32; stored by the writer. */
export const RING_DROPPED = 1;
/** A power of two; written once. */
export const RING_CAPACITY = 2;
/** Records ever read, modulo 2^32; stored by the reader. */
export const RING_READ = WORDS_PER_LINE;
export const RING_RECORDS = 2 * WORDS_PER_LINE;

// ---- A record ----------------------------------------------------------------------------------------------------
/** A cell: milliseconds. */
export const RECORD_TIME = 0;
/** KIND + 256 * DETAIL + 65536 * (the processor's number + 1, or 0 without one). */
export const RECORD_WHAT = 2;
export const RECORD_ARGUMENT = 3;
/** A cell: mostly the number of a goroutine. */
export const RECORD_NUMBER = 4;
export const RECORD_WORDS = 6;

// ---- Kinds, with what DETAIL, ARGUMENT and NUMBER (a goroutine, unless it is said) mean --------------------------
/** The machine has begun to write, or goes on after a pause. */
export const EVENT_ON = 1;
/** ARGUMENT: its function's number, -1 for a local goroutine. */
export const EVENT_CREATE = 2;
/** Its name, two UTF-16 units in ARGUMENT, as often as it takes. */
export const EVENT_NAME = 3;
/** A goroutine has its turn. ARGUMENT as in CREATE. */
export const EVENT_START = 4;
/** Its turn ends, it waits. DETAIL: for what, as a place in WAIT_REASONS. */
export const EVENT_PARK = 5;
/** Its turn ends, it can go on. DETAIL: 1 when it was preempted. */
export const EVENT_YIELD = 6;
/** It has ended, and its turn with it if it had one. DETAIL: 1 when by an error. */
export const EVENT_FINISH = 7;
/** It can go on. DETAIL: a CAUSE_; ARGUMENT: the waiter, with CAUSE_MACHINE. */
export const EVENT_READY = 8;
/** Somebody on another machine is let go on: its READY there has the same waiter. ARGUMENT: the waiter. */
export const EVENT_WAKE = 9;
/** DETAIL: from which machine; ARGUMENT: how many. */
export const EVENT_STEAL = 10;
/** Taken from the global queue. ARGUMENT: how many. */
export const EVENT_GLOBAL = 11;
/** The monitor takes a processor away. DETAIL: which one, ARGUMENT: from which machine. */
export const EVENT_HANDOFF = 12;
/** A processor is given to a machine that waits. DETAIL: which one, ARGUMENT: to which machine. */
export const EVENT_GIVE = 13;
/** The machine has a processor, which the record names; or has none any more. DETAIL of RELEASE: 1 when it was taken away. */
export const EVENT_ACQUIRE = 14;
export const EVENT_RELEASE = 15;
export const EVENT_SLEEP = 16;
export const EVENT_AWAKE = 17;
/** It looks for work that is not there; and does so no more. DETAIL of the second: 1 when it has found some. */
export const EVENT_SPIN = 18;
export const EVENT_SPUN = 19;
/** A blocking call. ARGUMENT as in CREATE. */
export const EVENT_BLOCK = 20;
export const EVENT_UNBLOCK = 21;
/** A collection of garbage is over. ARGUMENT: its length in µs, NUMBER: when it began; DETAIL: V8's kind. */
export const EVENT_COLLECT = 22;
/** Put in by the reader: after the record before, so many were lost. ARGUMENT: how many. */
export const EVENT_DROPPED = 23;

/** Made ready by what runs on this machine: a goroutine, or other code. */
export const CAUSE_HERE = 0;
/** By another machine. */
export const CAUSE_MACHINE = 1;
/** By the poller: a timer or a promise. */
export const CAUSE_POLLER = 2;

const REASONS = new Map(WAIT_REASONS.map((reason, index) => [reason, index]));
const LONGEST_NAME = 64;

/** The writing end of a machine's ring. */
export class EventLog {
  /** The processor that the machine holds, or -1. */
  processor = -1;
  /** What makes goroutines ready now. */
  cause = CAUSE_HERE;
  /** With CAUSE_MACHINE, the waiter by which that came. */
  waiter = 0;
  /** The time of the last record. */
  last = 0;
  /**
   * Turns are short here, some µs: what happens within one has the time of its begin. A look at the clock costs 40 ns, and
   * with one for each record a program that does nothing but switch would take half as long again.
   */
  turnsAreShort = false;
  /** The last record was the end of a turn, and the next turn begins with that. */
  private turnEnded = false;
  private asleep = false;
  private readonly ring: number;
  private readonly records: number;
  private readonly capacity: number;
  private written: number;
  private read: number;
  private readonly distance: number;
  private readonly collections: PerformanceObserver;

  /** Goes on where an earlier writer of this ring has ended. */
  constructor(ring: number) {
    this.ring = ring;
    this.records = ring + RING_RECORDS;
    this.capacity = words[ring + RING_CAPACITY]!;
    this.written = load(ring + RING_WRITTEN);
    this.read = load(ring + RING_READ);
    this.distance = distanceToClock();
    whenSending((waiter) => this.write(EVENT_WAKE, 0, waiter, 0));
    traceSends(1);
    this.write(EVENT_ON, 0, 0, 0);
    this.collections = new PerformanceObserver((list) => this.collected(list.getEntries()));
    this.collections.observe({ entryTypes: ['gc'] });
  }

  /** Nothing is written after this. */
  close(): void {
    traceSends(0);
    this.collected(this.collections.takeRecords());
    this.collections.disconnect();
  }

  now(): number {
    return performance.now() + this.distance;
  }

  write(kind: number, detail: number, argument: number, number: number): void {
    this.writeAt(this.now(), kind, detail, argument, number);
  }

  /** Within a turn, or outside of all. */
  writeWithin(kind: number, detail: number, argument: number, number: number): void {
    this.writeAt(this.turnsAreShort ? this.last : this.now(), kind, detail, argument, number);
  }

  writeAt(time: number, kind: number, detail: number, argument: number, number: number): void {
    const { written } = this;
    if (((written - this.read) | 0) >= this.capacity && !this.hasRoom()) return;
    const record = this.records + (written & (this.capacity - 1)) * RECORD_WORDS;
    this.last = time;
    cells[(record + RECORD_TIME) >> 1] = time;
    words[record + RECORD_WHAT] = kind | (detail << 8) | ((this.processor + 1) << 16);
    words[record + RECORD_ARGUMENT] = argument;
    cells[(record + RECORD_NUMBER) >> 1] = number;
    this.written = (written + 1) | 0;
    // Publishes the record: pairs with the reader's load.
    store(this.ring + RING_WRITTEN, this.written);
  }

  private hasRoom(): boolean {
    // Pairs with the reader's store after it has copied the records that stood here.
    this.read = load(this.ring + RING_READ);
    if (((this.written - this.read) | 0) < this.capacity) return true;
    words[this.ring + RING_DROPPED] = (words[this.ring + RING_DROPPED]! + 1) | 0;
    return false;
  }

  name(goroutine: number, name: string): void {
    const length = Math.min(name.length, LONGEST_NAME);
    for (let index = 0; index < length; index += 2) {
      this.write(EVENT_NAME, 0, name.charCodeAt(index) | (name.charCodeAt(index + 1) << 16), goroutine);
    }
  }

  /** A turn begins, straight after the last one: both share a look at the clock, which costs 40 ns. */
  start(goroutine: number, functionNumber: number): void {
    const time = this.turnEnded ? this.last : this.now();
    this.turnEnded = false;
    this.writeAt(time, EVENT_START, 0, functionNumber, goroutine);
  }

  park(goroutine: number, reason: WaitReason): void {
    this.write(EVENT_PARK, REASONS.get(reason)!, 0, goroutine);
    this.turnEnded = true;
  }

  yield(goroutine: number, preempted: boolean): void {
    this.write(EVENT_YIELD, preempted ? 1 : 0, 0, goroutine);
    this.turnEnded = true;
  }

  finish(goroutine: number, failed: boolean): void {
    this.write(EVENT_FINISH, failed ? 1 : 0, 0, goroutine);
    this.turnEnded = true;
  }

  /** Node tells of collections when they are long over. */
  private collected(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { startTime, duration } = entry;
      const { kind } = (entry as PerformanceEntry & { detail: { kind: number } }).detail;
      this.write(EVENT_COLLECT, kind, Math.round(duration * 1000), startTime + this.distance);
    }
  }

  /** The next turn does not begin straight away. */
  turnsEnd(): void {
    this.turnEnded = false;
  }

  ready(goroutine: number): void {
    this.writeWithin(EVENT_READY, this.cause, this.waiter, goroutine);
  }

  /** Until the next call, this makes goroutines ready. */
  by(cause: number, waiter: number): void {
    this.cause = cause;
    this.waiter = waiter;
  }

  acquire(processor: number): void {
    this.processor = processor;
    this.write(EVENT_ACQUIRE, 0, 0, 0);
  }

  release(takenAway: boolean): void {
    this.write(EVENT_RELEASE, takenAway ? 1 : 0, 0, 0);
    this.processor = -1;
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
