/**
 * The writing end of a ring of events: what `src/scheduler/events.ts` has this thread's machine tell, as records
 * (`src/memory/event-records.ts`). One instance of the core is one thread's, so what belongs to the ring's writer is kept here.
 *
 * A ring has one writer, its machine, and one reader. The writer stores a record's words plainly, then WRITTEN atomically,
 * which the reader loads before it looks at the record. The reader takes records out, then stores READ; the writer loads that
 * before it uses their place again. A full ring loses what is new, and counts it: nobody waits for the reader.
 *
 * Some things are kept until the next one is told, at the latest at the end of the slice, since one record can say them together:
 * (1) that a goroutine of this machine is made ready, if that is within a turn and has the time of the last record, (2) the end of a
 * turn. The begin of the next turn says both: the end is at the same time, and what was made ready mostly has the next turn. They are
 * kept, and told, in this order. That a goroutine is created is told at once: another machine may start it.
 */
import {
  CAUSE_HERE,
  DETAIL_SHIFT,
  END_FINISHED,
  END_PARKED,
  END_YIELDED,
  EVENT_CLOCK,
  EVENT_PARK,
  EVENT_READY,
  EVENT_READY_START,
  EVENT_START,
  EVENT_YIELD,
  NUMBER_SHIFT,
  PROCESSOR_SHIFT,
  EVENT_RECORD_ARGUMENT,
  EVENT_RECORD_NUMBER,
  EVENT_RECORD_TIME,
  EVENT_RECORD_WHAT,
  EVENT_RECORD_WORDS,
  EVENT_RING_CAPACITY,
  EVENT_RING_DROPPED,
  EVENT_RING_READ,
  EVENT_RING_RECORDS,
  EVENT_RING_WRITTEN,
  TICKS_A_MILLISECOND,
} from '../src/memory/event-records.ts';
import { RECORD_FUNCTION, RECORD_NUMBER } from '../src/memory/blocks.ts';
import { atomicLoad, atomicStore, get, getNumber, set, setNumber } from './memory.ts';

const MOST_TICKS: f64 = 4294967295;

/** The ring, or 0 while this thread tells nothing. */
export let ring: i32 = 0;
let capacity: i32 = 0;
let written: i32 = 0;
let read: i32 = 0;
/** The last CLOCK, in milliseconds. */
let clock: f64 = 0;
/** The time of the last record, in ticks. */
let last: u32 = 0;
/** The processor that the machine holds, as it stands in WHAT. */
let processor: i32 = 0;
let cause: i32 = 0;
let waker: i32 = 0;
/** The goroutine that has its turn, whose START is the last in the ring; 0 for none. */
let running: f64 = 0;
/** The end that is to be told: its kind, 0 for none, and the other things that belong into its record. */
let endKind: i32 = 0;
let endDetail: i32 = 0;
let endFunction: i32 = 0;
let endNumber: f64 = 0;
let endTime: f64 = 0;
/** The number of the goroutine that was made ready, 0 for none. */
let readied: f64 = 0;

/** Goes on where an earlier writer of this ring has ended. */
export function openEvents(address: i32): void {
  ring = address;
  capacity = get(ring, EVENT_RING_CAPACITY);
  written = atomicLoad(ring, EVENT_RING_WRITTEN);
  read = atomicLoad(ring, EVENT_RING_READ);
  clock = -Infinity;
  processor = 0;
  running = 0;
  endKind = 0;
  readied = 0;
  noteCause(0, 0);
}

export function closeEvents(): void {
  tellKept();
  ring = 0;
}

export function noteProcessor(number: i32): void {
  tellKept();
  processor = (number + 1) << PROCESSOR_SHIFT;
}

/** What makes goroutines ready from now on: a CAUSE_, and the waiter by which that came. */
export function noteCause(kind: i32, waiter: i32): void {
  cause = kind;
  waker = waiter;
}

/** `time` in milliseconds; a negative one is that of the last record. */
export function noteEvent(time: f64, kind: i32, detail: i32, argument: i32, number: f64): void {
  tellKept();
  write(time, kind, detail, argument, number);
}

/** Something of a goroutine, by its record's address. */
export function noteGoroutine(time: f64, kind: i32, detail: i32, record: i32): void {
  tellKept();
  write(time, kind, detail, get(record, RECORD_FUNCTION), getNumber(record, RECORD_NUMBER));
}

/** A turn begins; a negative time is that at which the last one ended. */
export function noteStart(time: f64, record: i32): void {
  const number = getNumber(record, RECORD_NUMBER);
  let kind = EVENT_START;
  let detail = 0;
  if (time < 0 && endKind !== 0 && endNumber === running) {
    detail = endDetail + (endKind === EVENT_PARK ? END_PARKED : endKind === EVENT_YIELD ? END_YIELDED : END_FINISHED);
    time = endTime;
    endKind = 0;
    if (readied === number) {
      kind = EVENT_READY_START;
      readied = 0;
    } else {
      tellReadied();
    }
  } else {
    tellKept();
  }
  const told = write(time, kind, detail, get(record, RECORD_FUNCTION), number);
  running = told ? number : 0;
  if (told) return;
  if (detail !== 0) countDropped();
  if (kind === EVENT_READY_START) countDropped();
}

/** A turn ends: a PARK, a YIELD, or a FINISH that nobody waits for. */
export function noteEnd(time: f64, kind: i32, detail: i32, record: i32): void {
  if (endKind !== 0) tellKept();
  endKind = kind;
  endDetail = detail;
  endFunction = get(record, RECORD_FUNCTION);
  endNumber = getNumber(record, RECORD_NUMBER);
  endTime = time;
}

/** What is kept goes into the ring. */
export function tellKept(): void {
  tellReadied();
  if (endKind === 0) return;
  write(endTime, endKind, endDetail, endFunction, endNumber);
  if (endNumber === running) running = 0;
  endKind = 0;
}

function tellReadied(): void {
  if (readied === 0) return;
  write(-1, EVENT_READY, 0, 0, readied);
  readied = 0;
}

/** A goroutine can go on. */
export function noteReady(time: f64, record: i32): void {
  tellKept();
  const number = getNumber(record, RECORD_NUMBER);
  if (time < 0 && cause === CAUSE_HERE && running !== 0) {
    readied = number;
    return;
  }
  write(time, EVENT_READY, cause, waker, number);
}

// @ts-ignore: decorator
@inline
function write(time: f64, kind: i32, detail: i32, argument: i32, number: f64): bool {
  if (time >= 0) {
    const ticks = (time - clock) * TICKS_A_MILLISECOND;
    if (ticks > MOST_TICKS) {
      if (!setClock(time)) return false;
    } else if (ticks > <f64>last) {
      last = <u32>ticks;
    }
  }
  const record = place();
  if (record === 0) return false;
  const whole = <i64>number;
  set(record, EVENT_RECORD_TIME, last);
  set(
    record,
    EVENT_RECORD_WHAT,
    kind | (detail << DETAIL_SHIFT) | processor | (<i32>(whole >> 32) << NUMBER_SHIFT),
  );
  set(record, EVENT_RECORD_ARGUMENT, argument);
  set(record, EVENT_RECORD_NUMBER, <i32>whole);
  publish();
  return true;
}

/** Ticks count from this time on. False when there is no place for the record that says so. */
function setClock(time: f64): bool {
  const record = place();
  if (record === 0) return false;
  clock = time;
  last = 0;
  set(record, EVENT_RECORD_TIME, 0);
  set(record, EVENT_RECORD_WHAT, EVENT_CLOCK);
  setNumber(record, EVENT_RECORD_ARGUMENT, time);
  publish();
  return true;
}

/** The address of the next record, or 0 when the ring is full. */
// @ts-ignore: decorator
@inline
function place(): i32 {
  if (written - read >= capacity && !hasRoom()) return 0;
  return ring + EVENT_RING_RECORDS + (written & (capacity - 1)) * EVENT_RECORD_WORDS;
}

function hasRoom(): bool {
  // Pairs with the reader's store after it has taken out the records that stood here.
  read = atomicLoad(ring, EVENT_RING_READ);
  if (written - read < capacity) return true;
  countDropped();
  return false;
}

function countDropped(): void {
  set(ring, EVENT_RING_DROPPED, get(ring, EVENT_RING_DROPPED) + 1);
}

// @ts-ignore: decorator
@inline
function publish(): void {
  written++;
  // Publishes the record: pairs with the reader's load.
  atomicStore(ring, EVENT_RING_WRITTEN, written);
}
