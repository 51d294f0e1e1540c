/** Which time events get: whose end is looked for, and what shares another's. */
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { arena } from '../../src/memory/arena.ts';
import { RECORD_NUMBER } from '../../src/memory/blocks.ts';
import { createArena } from '../../src/memory/create.ts';
import {
  EVENT_CREATE,
  EVENT_FINISH,
  EVENT_ON,
  EVENT_PARK,
  EVENT_PAUSE,
  EVENT_READY,
  EVENT_RECORD_WORDS,
  EVENT_RESUME,
  EVENT_RING_CAPACITY,
  EVENT_RING_RECORDS,
  EVENT_START,
} from '../../src/memory/event-records.ts';
import { allocate } from '../../src/memory/heap.ts';
import { KIND_EVENTS, MACHINE_EVENTS, MONITOR_MACHINE, machineBase } from '../../src/memory/layout.ts';
import { Cursor, mergeUntil } from '../../src/observe/event-merge.ts';
import { attachRings, closeRings, drainRings, leaveRings, openRings, type RingReader } from '../../src/observe/event-rings.ts';
import { EventLog } from '../../src/scheduler/events.ts';

const CAPACITY = 64;
const BEGIN = 5000;
const NAMES = new Map([
  [EVENT_CREATE, 'create'],
  [EVENT_START, 'start'],
  [EVENT_PARK, 'park'],
  [EVENT_READY, 'ready'],
  [EVENT_FINISH, 'finish'],
  [EVENT_PAUSE, 'pause'],
  [EVENT_RESUME, 'resume'],
]);

let record = 0;
let pieces: Int32Array[] = [];
let log: EventLog;
/** In µs. */
let clock = 0;
let cursor: Cursor;
let first = 0;

const reader: RingReader = ({ records }) => void pieces.push(records.slice());

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  const ring = allocate(KIND_EVENTS, (EVENT_RING_RECORDS + CAPACITY * EVENT_RECORD_WORDS) * 4);
  arena.words.fill(0, ring, ring + EVENT_RING_RECORDS);
  arena.words[ring + EVENT_RING_CAPACITY] = CAPACITY;
  arena.words[machineBase(MONITOR_MACHINE) + MACHINE_EVENTS] = ring;
  record = allocate(KIND_EVENTS, 128);
  arena.cells[(record + RECORD_NUMBER) >> 1] = 1;
  attachRings();
  openRings(reader, true);
  pieces = [];
  cursor = new Cursor(MONITOR_MACHINE, () => pieces.shift());
  clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => BEGIN + clock / 1000);
  log = new EventLog(ring, false);
});

afterEach(() => {
  log.close();
  vi.restoreAllMocks();
  closeRings(reader);
  leaveRings();
});

/** What was told since the last time: kinds and µs since the log began. */
function told(): Array<[string | undefined, number]> {
  drainRings();
  const seen: Array<[string | undefined, number]> = [];
  mergeUntil([cursor], Number.MAX_VALUE, ({ kind }) => {
    if (kind === EVENT_ON) first = cursor.time();
    else seen.push([NAMES.get(kind), Math.round((cursor.time() - first) * 1000)]);
  });
  return seen;
}

/** A turn of so many µs, in which a goroutine is created after one. */
function turn(length: number): void {
  log.start(record);
  clock += 1;
  log.create(record);
  clock += length - 1;
  log.park(record, 'chan receive');
}

/** Turns of 5 µs, until the next is expected to be one. What they tell is taken out. */
function shortTurns(): void {
  for (let turns = 0; turns < 8; turns++) turn(5); // More than it takes.
  told();
}

it('everything is looked for, at first', () => {
  turn(5);
  turn(4);
  log.sliceEnds();
  expect(told()).toEqual([
    ['start', 0],
    ['create', 1],
    ['park', 5],
    ['start', 5],
    ['create', 6],
    ['park', 9],
  ]);
});

it('after short turns only the end of the next is looked for', () => {
  shortTurns();
  turn(4);
  turn(3);
  log.sliceEnds();
  expect(told()).toEqual([
    ['park', 40],
    ['start', 40],
    ['create', 40],
    ['park', 44],
    ['start', 44],
    ['create', 44],
    ['park', 47],
  ]);
});

it('a long turn among short ones has its length, and within the next ones everything is looked for again', () => {
  shortTurns();
  turn(1000);
  turn(5);
  log.sliceEnds();
  expect(told()).toEqual([
    ['park', 40],
    ['start', 40],
    ['create', 40],
    ['park', 1040],
    ['start', 1040],
    ['create', 1041],
    ['park', 1045],
  ]);
});

it('of a turn that tells much, the clock is looked at now and then', () => {
  shortTurns();
  log.start(record);
  for (let event = 0; event < 20; event++) {
    clock += 10;
    log.ready(record);
  }
  log.sliceEnds();
  const times = told()
    .filter(([kind]) => kind === 'ready')
    .map(([, time]) => time);
  expect(times).toHaveLength(20);
  expect([...new Set(times)]).toEqual([40, 120, 200]);
});

it('where the next turn does not come straight after a long one, its begin is looked for', () => {
  turn(100);
  log.turnsEnd();
  clock += 30;
  turn(100);
  log.sliceEnds();
  clock += 7;
  turn(1);
  log.sliceEnds();
  expect(told().filter(([kind]) => kind !== 'create')).toEqual([
    ['start', 0],
    ['park', 100],
    ['start', 130],
    ['park', 230],
    ['start', 237],
    ['park', 238],
  ]);
});

it('a goroutine that ends without a turn leaves the turns alone', () => {
  const other = allocate(KIND_EVENTS, 128);
  shortTurns();
  log.sliceEnds();
  told();
  for (let ends = 0; ends < 10; ends++) log.finish(other, false, true);
  clock += 50_000;
  log.create(other);
  turn(5);
  log.sliceEnds();
  expect(told().slice(10)).toEqual([
    ['create', 50_040],
    ['start', 50_040],
    ['create', 50_041],
    ['park', 50_045],
  ]);
});

describe('of very many turns', () => {
  const now = () => performance.now();

  /** Turns of so many µs; how many there were when enough was told, or undefined. */
  function turnsUntilEnough(length: number): number | undefined {
    for (let turns = 1; turns <= 3000; turns++) {
      turn(length);
      told();
      if (log.hasToldEnough(now())) return turns;
    }
    return undefined;
  }

  it('some thousand are told in a moment, in which each also creates a goroutine', () => {
    expect(log.hasToldEnough(now())).toBe(false);
    expect(turnsUntilEnough(2)).toBe(1001);
  });

  it('all are told where they come more slowly', () => {
    expect(turnsUntilEnough(11)).toBeUndefined();
  });

  it('all are told to who wants all', () => {
    log.close();
    log = new EventLog(arena.words[machineBase(MONITOR_MACHINE) + MACHINE_EVENTS]!, true);
    expect(turnsUntilEnough(2)).toBeUndefined();
  });

  it('nothing is told in a pause, and then what was passed over', () => {
    turnsUntilEnough(2);
    log.pause();
    expect(log.isPauseOver(now())).toBe(false);
    clock = 12_000;
    expect(log.isPauseOver(now())).toBe(true);
    log.resume(3, 5_000_000_000, -7);
    turn(5);
    log.sliceEnds();
    drainRings();
    const seen: unknown[] = [];
    mergeUntil([cursor], Number.MAX_VALUE, ({ kind, argument, number, processor }) => {
      seen.push(kind === EVENT_RESUME ? ['resume', argument, number, processor] : NAMES.get(kind));
    });
    expect(seen).toEqual(['park', 'pause', ['resume', -7, 5_000_000_000, 3], 'start', 'create', 'park']);
    expect(log.hasToldEnough(now())).toBe(false);
  });
});
