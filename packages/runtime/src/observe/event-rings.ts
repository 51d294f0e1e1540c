/**
 * The reading end of the rings of events (`core/events.ts`), on the main thread: makes them, tells all machines to
 * write or to stop, and takes out what they have written, for all readers at once.
 *
 * A ring stays with its machine's number until the arena goes, since a machine that has not seen yet that it shall stop may
 * still write. What it wrote after nobody read any more is passed over at the next start.
 */
import { arena } from '../memory/arena.ts';
import { load, store } from '../memory/atomics.ts';
import { tellKept } from '../memory/core.ts';
import {
  EVENT_DROPPED,
  EVENT_RECORD_ARGUMENT,
  EVENT_RECORD_TIME,
  EVENT_RECORD_WHAT,
  EVENT_RECORD_WORDS,
  EVENT_RING_CAPACITY,
  EVENT_RING_DROPPED,
  EVENT_RING_READ,
  EVENT_RING_RECORDS,
  EVENT_RING_WRITTEN,
} from '../memory/event-records.ts';
import { allocate } from '../memory/heap.ts';
import {
  EVENTS,
  EVENTS_IN_FULL,
  KIND_EVENTS,
  MACHINE_COUNT,
  MACHINE_EVENTS,
  MONITOR_MACHINE,
  machineBase,
} from '../memory/layout.ts';
import { followEvents } from '../scheduler/follow-events.ts';

/** Two MB a machine, of which only what is written is touched: 60 ms of two million events a second. */
const MOST_RECORDS = 1 << 17;
/** All rings of a few machines shall fit into a small heap. */
const HEAP_SHARE = 128;

/** What one machine has written: records in order of time, as they stand in the ring. */
export interface Chunk {
  machine: number;
  records: Int32Array;
}

/**
 * Is given what has been written, machine by machine. It is the ring's memory, which is written again afterwards: what is to
 * be kept is to be copied. Where the ring was full, a DROPPED comes last.
 */
export type RingReader = (chunk: Chunk) => void;

/** With whether they want every event. */
const readers = new Map<RingReader, boolean>();
/** In the EVENTS word above its bit. */
let generation = 0;
/** This thread has an arena. */
let attached = false;
/** EVENT_RING_DROPPED of each machine as it was seen last. */
const dropped = new Int32Array(MONITOR_MACHINE + 1);
/** The TIME of each machine's last record. */
const lastTimes = new Int32Array(MONITOR_MACHINE + 1);

/**
 * From now on machines write, for this reader too; each says first what it is doing. Not `full`: a machine may pause, if no other
 * reader wants every event. There is an arena. Throws ArenaExhaustedError when there is no room for the rings; then nothing has changed.
 */
export function openRings(reader: RingReader, full: boolean): void {
  for (const number of numbers()) provideRing(number);
  if (readers.size === 0) for (const number of numbers()) passOver(number);
  else drainRings();
  readers.set(reader, full);
  begin();
}

/** The reader has taken out what it wants. */
export function closeRings(reader: RingReader): void {
  if (readers.delete(reader) && readers.size === 0 && attached) end();
}

/** This thread has a new arena. */
export function attachRings(): void {
  attached = true;
  if (readers.size === 0) return;
  for (const number of numbers()) provideRingFor(number);
  begin();
}

/** The arena is about to be left. What the main thread would still tell belongs into its ring, not into the next arena. */
export function leaveRings(): void {
  drainLast();
  if (attached) end();
  attached = false;
}

function begin(): void {
  generation += 2 * EVENTS_IN_FULL;
  store(EVENTS, generation | ([...readers.values()].includes(true) ? EVENTS_IN_FULL : 0));
  followEvents();
}

function end(): void {
  store(EVENTS, 0);
  followEvents();
}

/** Before a thread begins: it shall write, too, if the others do. Without room for its ring it does not. */
export function provideRingFor(number: number): void {
  if (readers.size === 0) return;
  try {
    provideRing(number);
    provideRing(MONITOR_MACHINE);
  } catch {
    // The memory is needed for other things.
  }
}

/** Takes out everything that is there. */
export function drainRings(): void {
  if (readers.size === 0 || !attached) return;
  for (const number of numbers()) {
    const ring = arena.words[machineBase(number) + MACHINE_EVENTS]!;
    if (ring !== 0) drain(number, ring);
  }
}

/** The same before a reader leaves: of this thread also what it would tell with the next thing. */
export function drainLast(): void {
  if (attached) tellKept();
  drainRings();
}

function drain(machine: number, ring: number): void {
  const written = load(ring + EVENT_RING_WRITTEN);
  const read = arena.words[ring + EVENT_RING_READ]!;
  const count = (written - read) | 0;
  const lost = (arena.words[ring + EVENT_RING_DROPPED]! - dropped[machine]!) | 0;
  if (count === 0 && lost === 0) return;
  dropped[machine] = (dropped[machine]! + lost) | 0;
  const capacity = arena.words[ring + EVENT_RING_CAPACITY]!;
  const first = read & (capacity - 1);
  const atOnce = Math.min(count, capacity - first);
  tell(machine, ring, first, atOnce);
  tell(machine, ring, 0, count - atOnce);
  // After the readers: pairs with the writer's load, before it writes there again.
  store(ring + EVENT_RING_READ, written);
  if (lost === 0) return;
  const record = new Int32Array(EVENT_RECORD_WORDS);
  record[EVENT_RECORD_TIME] = lastTimes[machine]!;
  record[EVENT_RECORD_WHAT] = EVENT_DROPPED;
  record[EVENT_RECORD_ARGUMENT] = lost;
  for (const reader of readers.keys()) reader({ machine, records: record });
}

function tell(machine: number, ring: number, first: number, count: number): void {
  if (count === 0) return;
  const start = ring + EVENT_RING_RECORDS + first * EVENT_RECORD_WORDS;
  const end = start + count * EVENT_RECORD_WORDS;
  lastTimes[machine] = arena.words[end - EVENT_RECORD_WORDS + EVENT_RECORD_TIME]!;
  for (const reader of readers.keys()) reader({ machine, records: arena.words.subarray(start, end) });
}

function numbers(): number[] {
  return [...Array(load(MACHINE_COUNT)).keys(), MONITOR_MACHINE];
}

function provideRing(number: number): void {
  const address = machineBase(number) + MACHINE_EVENTS;
  if (arena.words[address] !== 0) return;
  const capacity = Math.min(MOST_RECORDS, 2 ** Math.floor(Math.log2(arena.words.length / HEAP_SHARE / EVENT_RECORD_WORDS)));
  const ring = allocate(KIND_EVENTS, (EVENT_RING_RECORDS + capacity * EVENT_RECORD_WORDS) * 4);
  for (let word = 0; word < EVENT_RING_RECORDS; word++) arena.words[ring + word] = 0;
  arena.words[ring + EVENT_RING_CAPACITY] = capacity;
  dropped[number] = 0;
  store(address, ring);
}

function passOver(number: number): void {
  const ring = arena.words[machineBase(number) + MACHINE_EVENTS]!;
  store(ring + EVENT_RING_READ, load(ring + EVENT_RING_WRITTEN));
  dropped[number] = arena.words[ring + EVENT_RING_DROPPED]!;
}
