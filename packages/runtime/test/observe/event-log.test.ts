/** Which time events get: whose end is looked for, and what shares another's. */
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cells, words } from '../../src/memory/arena.ts';
import { GOROUTINE_NUMBER } from '../../src/memory/blocks.ts';
import { createArena } from '../../src/memory/create.ts';
import {
  EVENT_CREATE,
  EVENT_ON,
  EVENT_PARK,
  EVENT_READY,
  EVENT_RECORD_WORDS,
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
]);

let record = 0;
let pieces: Int32Array[] = [];
let log: EventLog;
/** In µs. */
let clock = 0;

const reader: RingReader = ({ records }) => void pieces.push(records.slice());

beforeEach(() => {
  createArena(8 * 1024 * 1024);
  const ring = allocate(KIND_EVENTS, (EVENT_RING_RECORDS + CAPACITY * EVENT_RECORD_WORDS) * 4);
  words.fill(0, ring, ring + EVENT_RING_RECORDS);
  words[ring + EVENT_RING_CAPACITY] = CAPACITY;
  words[machineBase(MONITOR_MACHINE) + MACHINE_EVENTS] = ring;
  record = allocate(KIND_EVENTS, 128);
  cells[(record + GOROUTINE_NUMBER) >> 1] = 1;
  attachRings();
  openRings(reader);
  pieces = [];
  clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => BEGIN + clock / 1000);
  log = new EventLog(ring);
});

afterEach(() => {
  log.close();
  vi.restoreAllMocks();
  closeRings(reader);
  leaveRings();
});

/** What was told: kinds and µs since the log began. */
function told(): Array<[string | undefined, number]> {
  drainRings();
  const cursor = new Cursor(MONITOR_MACHINE, () => pieces.shift());
  const seen: Array<[string | undefined, number]> = [];
  let first = 0;
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

it('each look for the first turn; then, while turns are short, only their ends are looked for', () => {
  turn(5);
  turn(4);
  turn(3);
  log.sliceEnds();
  expect(told()).toEqual([
    ['start', 0],
    ['create', 1],
    ['park', 5],
    ['start', 5],
    ['create', 5],
    ['park', 9],
    ['start', 9],
    ['create', 9],
    ['park', 12],
  ]);
});

it('a long turn among short ones has its length, and within the next one everything is looked for again', () => {
  turn(5);
  turn(1000);
  turn(50);
  log.sliceEnds();
  expect(told()).toEqual([
    ['start', 0],
    ['create', 1],
    ['park', 5],
    ['start', 5],
    ['create', 5],
    ['park', 1005],
    ['start', 1005],
    ['create', 1006],
    ['park', 1055],
  ]);
});

it('one that tells much has the clock looked at now and then', () => {
  turn(5);
  log.start(record);
  for (let event = 0; event < 20; event++) {
    clock += 10;
    log.ready(record);
  }
  const times = told()
    .slice(4)
    .map(([, time]) => time);
  expect(times).toHaveLength(20);
  expect(new Set(times)).toEqual(new Set([5, 85, 165]));
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
