/** Records of events, from their writer in the core, round a small ring, to who reads them. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import { RECORD_FUNCTION, RECORD_NUMBER } from '../../src/memory/blocks.ts';
import {
  closeEvents,
  noteCause,
  noteEnd,
  noteEvent,
  noteProcessor,
  noteReady,
  noteStart,
  openEvents,
  tellKept,
} from '../../src/memory/core.ts';
import { createArena } from '../../src/memory/create.ts';
import {
  CAUSE_POLLER,
  EVENT_CREATE,
  EVENT_DROPPED,
  EVENT_FINISH,
  EVENT_PARK,
  EVENT_READY,
  EVENT_RECORD_WORDS,
  EVENT_RING_CAPACITY,
  EVENT_RING_RECORDS,
  EVENT_RING_WRITTEN,
  EVENT_START,
  EVENT_STEAL,
  EVENT_YIELD,
  TICKS_A_MILLISECOND,
} from '../../src/memory/event-records.ts';
import { allocate } from '../../src/memory/heap.ts';
import { KIND_EVENTS, MACHINE_EVENTS, MONITOR_MACHINE, machineBase } from '../../src/memory/layout.ts';
import { Cursor, mergeUntil } from '../../src/observe/event-merge.ts';
import {
  attachRings,
  closeRings,
  drainLast,
  drainRings,
  leaveRings,
  openRings,
  type RingReader,
} from '../../src/observe/event-rings.ts';

const CAPACITY = 8;
const TICK = 1 / TICKS_A_MILLISECOND;

interface Seen {
  time: number;
  kind: number;
  detail: number;
  processor: number;
  argument: number;
  number: number;
}

let ring = 0;
let pieces: Int32Array[] = [];
let cursor: Cursor;

const reader: RingReader = ({ machine, records }) => {
  expect(machine).toBe(MONITOR_MACHINE);
  pieces.push(records.slice());
};

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  ring = allocate(KIND_EVENTS, (EVENT_RING_RECORDS + CAPACITY * EVENT_RECORD_WORDS) * 4);
  for (let word = 0; word < EVENT_RING_RECORDS; word++) arena.words[ring + word] = 0;
  arena.words[ring + EVENT_RING_CAPACITY] = CAPACITY;
  arena.words[machineBase(MONITOR_MACHINE) + MACHINE_EVENTS] = ring;
  attachRings();
  openRings(reader, true);
  pieces = [];
  cursor = new Cursor(MONITOR_MACHINE, () => pieces.shift());
  openEvents(ring);
});

afterEach(() => {
  closeEvents();
  closeRings(reader);
  leaveRings();
});

/** What has been written since the last time. */
function read(by = cursor): Seen[] {
  drainRings();
  const seen: Seen[] = [];
  mergeUntil([by], Number.MAX_VALUE, ({ kind, detail, processor, argument, number }) =>
    seen.push({ time: by.time(), kind, detail, processor, argument, number }),
  );
  return seen;
}

it('come back as they were written', () => {
  const event = fc.record({
    pause: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 200_000 })),
    kind: fc.integer({ min: 1, max: EVENT_DROPPED }), // The others say several things: below.
    detail: fc.integer({ min: 0, max: 255 }),
    processor: fc.integer({ min: -1, max: 63 }),
    argument: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    number: fc.integer({ min: 0, max: 2 ** 44 - 1 }),
  });
  let time = 1e9;
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      for (const { pause, ...written } of events) {
        time += pause;
        if (written.kind === EVENT_START) written.detail = 0; // It says how the turn before has ended.
        noteProcessor(written.processor);
        noteEvent(time, written.kind, written.detail, written.argument, written.number);
        const seen = read();
        expect(seen).toMatchObject([written]);
        expect(time - seen[0]!.time).toBeLessThan(2 * TICK);
        expect(seen[0]!.time).toBeLessThanOrEqual(time);
      }
    }),
  );
});

it('are in order of time, though the clock be read out of order; a negative time is the last one', () => {
  for (const time of [500, 502, 501, -1, 503]) noteEvent(time, EVENT_STEAL, 0, 0, 0);
  expect(read().map(({ time }) => time)).toEqual([500, 502, 502, 502, 503]);
});

/** The record of a goroutine, as far as events read it. */
function goroutine(number: number, functionWord: number): number {
  const record = allocate(KIND_EVENTS, 4 * 32);
  arena.words[record + RECORD_FUNCTION] = functionWord;
  arena.cells[(record + RECORD_NUMBER) >> 1] = number;
  return record;
}

it.each([
  ['park', EVENT_PARK, 5],
  ['yield', EVENT_YIELD, 1],
  ['finish', EVENT_FINISH, 1],
])('the end of a turn and the begin of the next, straight after it, are one record: %s', (_, end, detail) => {
  const [first, second] = [goroutine(2 ** 40, 4), goroutine(7, 8)];
  noteStart(10, first);
  noteEnd(11, end, detail, first);
  expect(read()).toMatchObject([{ time: 10, kind: EVENT_START, number: 2 ** 40 }]);
  noteStart(-1, second);
  expect(arena.words[ring + EVENT_RING_WRITTEN]).toBe(3); // One of them is the clock.
  expect(read()).toMatchObject([
    { time: 11, kind: end, detail, number: 2 ** 40 },
    { time: 11, kind: EVENT_START, detail: 0, argument: 8, number: 7 },
  ]);
});

it('an end is told before whatever follows it, at the latest when the slice is over', () => {
  const [first, second] = [goroutine(1, 4), goroutine(2, 8)];
  const told = (): Array<[number, number]> => read().map(({ kind, number }) => [kind, number]);
  noteStart(10, first);
  noteEnd(11, EVENT_PARK, 0, first);
  noteReady(-1, second);
  expect(told()).toEqual([
    [EVENT_START, 1],
    [EVENT_PARK, 1],
    [EVENT_READY, 2],
  ]);
  noteStart(12, second);
  noteEnd(13, EVENT_YIELD, 0, second);
  tellKept();
  expect(told()).toEqual([
    [EVENT_START, 2],
    [EVENT_YIELD, 2],
  ]);
  noteEnd(14, EVENT_PARK, 0, first); // Without a turn.
  noteStart(-1, second);
  expect(told()).toEqual([
    [EVENT_PARK, 1],
    [EVENT_START, 2],
  ]);
});

/** Kinds, numbers and times of what has been written. */
function briefly(): Array<[kind: number, number: number, time: number]> {
  return read().map(({ kind, number, time }) => [kind, number, time]);
}

it('that a goroutine was made ready in the turn before is told by its start, where both follow each other', () => {
  const [first, second, third] = [goroutine(1, 4), goroutine(2, 8), goroutine(3, 4)];
  noteStart(10, first);
  noteEvent(-1, EVENT_CREATE, 0, 0, 3);
  noteReady(-1, second);
  noteEnd(11, EVENT_PARK, 3, first);
  noteStart(-1, second);
  expect(arena.words[ring + EVENT_RING_WRITTEN]).toBe(4); // One of them is the clock.
  expect(briefly()).toEqual([
    [EVENT_START, 1, 10],
    [EVENT_CREATE, 3, 10],
    [EVENT_READY, 2, 10],
    [EVENT_PARK, 1, 11],
    [EVENT_START, 2, 11],
  ]);
  noteReady(-1, first);
  noteReady(-1, third);
  noteEnd(12, EVENT_FINISH, 0, second);
  noteStart(-1, first); // Not the last one.
  noteReady(-1, third);
  noteEnd(13, EVENT_YIELD, 0, first);
  noteStart(15, third); // Not straight after it.
  expect(briefly()).toEqual([
    [EVENT_READY, 1, 11],
    [EVENT_READY, 3, 11],
    [EVENT_FINISH, 2, 12],
    [EVENT_START, 1, 12],
    [EVENT_READY, 3, 12],
    [EVENT_YIELD, 1, 13],
    [EVENT_START, 3, 15],
  ]);
  noteCause(CAUSE_POLLER, 0);
  noteReady(-1, second); // Nobody's doing.
  noteEnd(16, EVENT_PARK, 0, third);
  noteStart(-1, second);
  expect(briefly()).toEqual([
    [EVENT_READY, 2, 15],
    [EVENT_PARK, 3, 16],
    [EVENT_START, 2, 16],
  ]);
});

it('before a reader leaves, what this thread would tell with the next thing is told', () => {
  noteStart(10, goroutine(1, 4));
  noteReady(-1, goroutine(2, 4));
  expect(briefly()).toEqual([[EVENT_START, 1, 10]]);
  drainLast();
  expect(briefly()).toEqual([[EVENT_READY, 2, 10]]);
});

it('what is said together counts singly where it found no place', () => {
  const [first, second] = [goroutine(1, 4), goroutine(2, 8)];
  noteStart(10, first);
  noteEvent(10, EVENT_STEAL, 0, 0, 0);
  for (let number = 0; number < CAPACITY - 3; number++) noteEvent(11, EVENT_STEAL, 0, 0, 0);
  noteReady(-1, second);
  noteEnd(12, EVENT_FINISH, 0, first);
  noteStart(-1, second);
  expect(read().at(-1)).toMatchObject({ kind: EVENT_DROPPED, argument: 3 });
});

it('where the begin of a turn found no place, its end is told by itself', () => {
  const [first, second, third] = [goroutine(1, 4), goroutine(2, 8), goroutine(3, 12)];
  noteStart(10, first);
  for (let number = 0; number < CAPACITY; number++) noteEvent(11, EVENT_STEAL, 0, 0, 0);
  noteEnd(12, EVENT_PARK, 3, first);
  noteStart(-1, second);
  expect(read().at(-1)).toMatchObject({ kind: EVENT_DROPPED, argument: 4 });
  noteEnd(13, EVENT_PARK, 5, second);
  noteStart(-1, third);
  expect(read()).toMatchObject([
    { time: 13, kind: EVENT_PARK, detail: 5, number: 2 },
    { time: 13, kind: EVENT_START, number: 3 },
  ]);
});

it('a full ring counts what finds no place, and goes on once it is read', () => {
  // The clock takes the first place.
  for (let number = 1; number <= 10; number++) noteEvent(700 + number, EVENT_CREATE, 0, 0, number);
  const seen = read();
  expect(seen.slice(0, -1).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(seen.at(-1)).toMatchObject({ kind: EVENT_DROPPED, argument: 3, time: 707 });
  noteEvent(711, EVENT_CREATE, 0, 0, 11);
  expect(read()).toMatchObject([{ time: 711, number: 11 }]);
});

it('where there is no place for the clock either, it comes with the next one', () => {
  for (let number = 1; number < CAPACITY; number++) noteEvent(number, EVENT_CREATE, 0, 0, number);
  noteEvent(1e6, EVENT_CREATE, 0, 0, 8);
  expect(read().at(-2)).toMatchObject({ time: 7, number: 7 });
  noteEvent(1e6 + 1, EVENT_CREATE, 0, 0, 9);
  expect(read()).toMatchObject([{ time: 1e6 + 1, number: 9 }]);
});

it('who reads a ring from the middle begins with the next clock', () => {
  noteEvent(100, EVENT_CREATE, 0, 0, 1);
  read();
  const late = new Cursor(MONITOR_MACHINE, () => pieces.shift());
  noteEvent(101, EVENT_CREATE, 0, 0, 2);
  expect(read(late)).toEqual([]);
  closeEvents();
  openEvents(ring);
  noteEvent(102, EVENT_CREATE, 0, 0, 3);
  expect(read(late)).toMatchObject([{ time: 102, number: 3 }]);
});
