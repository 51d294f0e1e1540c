/**
 * The writing end of a ring of events: what `src/scheduler/events.ts` has this thread's machine tell, as records
 * (`src/memory/event-records.ts`). One instance of the core is one thread's, so what belongs to the ring's writer is kept here.
 *
 * A ring has one writer, its machine, and one reader. The writer stores a record's words plainly, then WRITTEN atomically,
 * which the reader loads before it looks at the record. The reader takes records out, then stores READ; the writer loads that
 * before it uses their place again. A full ring loses what is new, and counts it: nobody waits for the reader.
 */
import {
  DETAIL_SHIFT,
  EVENT_CLOCK,
  EVENT_READY,
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

/** Goes on where an earlier writer of this ring has ended. */
export function openEvents(address: i32): void {
  ring = address;
  capacity = get(ring, EVENT_RING_CAPACITY);
  written = atomicLoad(ring, EVENT_RING_WRITTEN);
  read = atomicLoad(ring, EVENT_RING_READ);
  clock = -Infinity;
  noteProcessor(-1);
  noteCause(0, 0);
}

export function closeEvents(): void {
  ring = 0;
}

export function noteProcessor(number: i32): void {
  processor = (number + 1) << PROCESSOR_SHIFT;
}

/** What makes goroutines ready from now on: a CAUSE_, and the waiter by which that came. */
export function noteCause(kind: i32, waiter: i32): void {
  cause = kind;
  waker = waiter;
}

/** `time` in milliseconds; a negative one is that of the last record. */
export function noteEvent(time: f64, kind: i32, detail: i32, argument: i32, number: f64): void {
  write(time, kind, detail, argument, number);
}

/** Something of a goroutine, by its record's address. */
export function noteGoroutine(time: f64, kind: i32, detail: i32, record: i32): void {
  write(time, kind, detail, get(record, GOROUTINE_FUNCTION), getNumber(record, GOROUTINE_NUMBER));
}

/** A goroutine can go on. */
export function noteReady(time: f64, record: i32): void {
  write(time, EVENT_READY, cause, waker, getNumber(record, GOROUTINE_NUMBER));
}

// @ts-ignore: decorator
@inline
function write(time: f64, kind: i32, detail: i32, argument: i32, number: f64): void {
  if (time >= 0) {
    const ticks = (time - clock) * TICKS_A_MILLISECOND;
    if (ticks > MOST_TICKS) {
      if (!setClock(time)) return;
    } else if (ticks > <f64>last) {
      last = <u32>ticks;
    }
  }
  const record = place();
  if (record === 0) return;
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
  set(ring, EVENT_RING_DROPPED, get(ring, EVENT_RING_DROPPED) + 1);
  return false;
}

// @ts-ignore: decorator
@inline
function publish(): void {
  written++;
  // Publishes the record: pairs with the reader's load.
  atomicStore(ring, EVENT_RING_WRITTEN, written);
}
