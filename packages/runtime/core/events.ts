/**
 * The writing end of a ring of events: what `src/scheduler/events.ts` has this thread's machine tell, as records
 * (`src/memory/event-records.ts`). One instance of the core is one thread's, so what belongs to the ring's writer is kept here.
 *
 * A ring has one writer, its machine, and one reader. The writer stores a record's words plainly, then WRITTEN atomically,
 * which the reader loads before it looks at the record. The reader takes records out, then stores READ; the writer loads that
 * before it uses their place again. A full ring loses what is new, and counts it: nobody waits for the reader.
 *
 * The end of a turn that is not its goroutine's end is kept until the next thing is told, at the latest at the end of the slice:
 * mostly that is the next turn's begin, at the same time, and then one record says both.
 */
import {
  DETAIL_SHIFT,
  EVENT_CLOCK,
  EVENT_READY,
  END_PARKED,
  END_YIELDED,
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
import { GOROUTINE_FUNCTION, GOROUTINE_NUMBER } from '../src/memory/blocks.ts';
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
  noteCause(0, 0);
}

export function closeEvents(): void {
  tellEnd();
  ring = 0;
}

export function noteProcessor(number: i32): void {
  tellEnd();
  processor = (number + 1) << PROCESSOR_SHIFT;
}

/** What makes goroutines ready from now on: a CAUSE_, and the waiter by which that came. */
export function noteCause(kind: i32, waiter: i32): void {
  cause = kind;
  waker = waiter;
}

/** `time` in milliseconds; a negative one is that of the last record. */
export function noteEvent(time: f64, kind: i32, detail: i32, argument: i32, number: f64): void {
  tellEnd();
  write(time, kind, detail, argument, number);
}

/** Something of a goroutine, by its record's address. */
export function noteGoroutine(time: f64, kind: i32, detail: i32, record: i32): void {
  tellEnd();
  write(time, kind, detail, get(record, GOROUTINE_FUNCTION), getNumber(record, GOROUTINE_NUMBER));
}

/** A turn begins; a negative time is that at which the last one ended. */
export function noteStart(time: f64, record: i32): void {
  let detail = 0;
  if (time < 0 && endKind !== 0 && endNumber === running) {
    detail = endDetail + (endKind === EVENT_YIELD ? END_YIELDED : END_PARKED);
    time = endTime;
    endKind = 0;
  } else {
    tellEnd();
  }
  const number = getNumber(record, GOROUTINE_NUMBER);
  const told = write(time, EVENT_START, detail, get(record, GOROUTINE_FUNCTION), number);
  running = told ? number : 0;
  if (!told && detail !== 0) countDropped(); // That is two things.
}

/** A turn ends: a PARK or YIELD. */
export function noteEnd(time: f64, kind: i32, detail: i32, record: i32): void {
  tellEnd();
  endKind = kind;
  endDetail = detail;
  endFunction = get(record, GOROUTINE_FUNCTION);
  endNumber = getNumber(record, GOROUTINE_NUMBER);
  endTime = time;
}

/** What is kept goes into the ring. */
export function tellEnd(): void {
  if (endKind === 0) return;
  write(endTime, endKind, endDetail, endFunction, endNumber);
  if (endNumber === running) running = 0;
  endKind = 0;
}

/** A goroutine can go on. */
export function noteReady(time: f64, record: i32): void {
  tellEnd();
  write(time, EVENT_READY, cause, waker, getNumber(record, GOROUTINE_NUMBER));
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
