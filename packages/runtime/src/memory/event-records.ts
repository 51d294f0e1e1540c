/**
 * The records by which machines tell what they do, and the rings in which they stand: the one description for who writes
 * them (`core/events.ts`), who has them written (`scheduler/events.ts`) and who reads them (`observe/event-rings.ts`).
 *
 * A record is four words, so that the threads have little to write and the reader little to copy: its time is a word of ticks
 * since the last CLOCK of the same ring.
 */
import { WORDS_PER_LINE } from './layout.ts';

// ---- A ring: its words, then the records -------------------------------------------------------------------------
/** Records ever written, modulo 2^32; stored by the writer after each. */
export const EVENT_RING_WRITTEN = 0;
/** Things to tell that found no place, modulo 2^32; stored by the writer. */
export const EVENT_RING_DROPPED = 1;
/** A power of two; written once. */
export const EVENT_RING_CAPACITY = 2;
/** Records ever read, modulo 2^32; stored by the reader. */
export const EVENT_RING_READ = WORDS_PER_LINE;
export const EVENT_RING_RECORDS = 2 * WORDS_PER_LINE;

// ---- A record ----------------------------------------------------------------------------------------------------
/** Ticks, unsigned: after 65 seconds at most there is another CLOCK. */
export const EVENT_RECORD_TIME = 0;
export const TICKS_A_MILLISECOND = 65_536;
/** By bits from the lowest: KIND (5), DETAIL (8), the processor's number + 1 or 0 without one (7), bits 32 to 43 of NUMBER. */
export const EVENT_RECORD_WHAT = 1;
export const KIND_BITS = 5;
export const DETAIL_SHIFT = KIND_BITS;
export const DETAIL_BITS = 8;
export const PROCESSOR_SHIFT = DETAIL_SHIFT + DETAIL_BITS;
export const PROCESSOR_BITS = 7;
export const NUMBER_SHIFT = PROCESSOR_SHIFT + PROCESSOR_BITS;
export const EVENT_RECORD_ARGUMENT = 2;
/** The lower 32 bits, unsigned: mostly of the number of a goroutine. */
export const EVENT_RECORD_NUMBER = 3;
export const EVENT_RECORD_WORDS = 4;

// ---- Kinds, with what DETAIL, ARGUMENT and NUMBER (a goroutine, unless it is said) mean --------------------------
/** The clock at ticks 0, in ARGUMENT and NUMBER as a cell: milliseconds. It comes before all that is told by it. */
export const EVENT_CLOCK = 0;
/** The machine has begun to write, or goes on after a pause. */
export const EVENT_ON = 1;
/** ARGUMENT, here and wherever NUMBER is a goroutine, unless it is said: the FUNCTION word of its record. */
export const EVENT_CREATE = 2;
/** Its name, two UTF-16 units in ARGUMENT, as often as it takes. */
export const EVENT_NAME = 3;
/**
 * A goroutine has its turn. DETAIL: 0, or how the turn before has ended at the same time, that of the goroutine that was last to
 * START on this machine: from END_PARKED on a PARK for what, from END_YIELDED on a YIELD, from END_FINISHED on a FINISH.
 */
export const EVENT_START = 4;
export const END_PARKED = 1;
export const END_YIELDED = 252;
export const END_FINISHED = 254;
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
/** A blocking call. */
export const EVENT_BLOCK = 20;
export const EVENT_UNBLOCK = 21;
/** A collection of garbage is over. ARGUMENT: its length in µs, NUMBER: µs from its begin to this record; DETAIL: V8's kind. */
export const EVENT_COLLECT = 22;
/** Put in by the reader: after the record before, so many were lost. ARGUMENT: how many. */
export const EVENT_DROPPED = 23;
/** As START, of a goroutine that was made READY (by CAUSE_HERE) in the turn before, at the time of the record before. */
export const EVENT_READY_START = 24;
/** Between two turns: there are so many that nothing is told for a moment; and it goes on. ARGUMENT: how many more goroutines there
 * are now, by this machine's doing; NUMBER: how many turns were not told. */
export const EVENT_PAUSE = 25;
export const EVENT_RESUME = 26;

/** Made ready by what runs on this machine: a goroutine, or other code. */
export const CAUSE_HERE = 0;
/** By another machine. */
export const CAUSE_MACHINE = 1;
/** By the poller: a timer or a promise. */
export const CAUSE_POLLER = 2;
