/** Waits for a turn, out of records as they stand in rings. */
import { expect, it } from 'vitest';
import { LATENCY_BOUNDS } from '../../dist/dashboard/frame.js';
import { schedulingLatency } from '../../dist/dashboard/scheduling-latency.js';
import * as events from '../../dist/memory/event-records.js';

const { EVENT_CREATE, EVENT_FINISH, EVENT_PARK, EVENT_READY, EVENT_SLEEP, EVENT_START, EVENT_YIELD, EVENT_RECORD_WORDS } = events;

type Step = [time: number, kind: number, goroutine: number];

/** The records of one thread: the clock first, and each step after it. */
function chunk(...steps: Step[]): Int32Array[] {
  return [chunkOf(steps)];
}

function chunkOf(steps: readonly Step[]): Int32Array {
  const records = new Int32Array((steps.length + 1) * EVENT_RECORD_WORDS);
  records[events.EVENT_RECORD_WHAT] = events.EVENT_CLOCK;
  steps.forEach(([time, kind, goroutine], index) => {
    const position = (index + 1) * EVENT_RECORD_WORDS;
    records[position + events.EVENT_RECORD_TIME] = time * events.TICKS_A_MILLISECOND;
    records[position + events.EVENT_RECORD_WHAT] =
      kind | ((kind === EVENT_START ? 0 : 7) << events.DETAIL_SHIFT) | (1 << events.PROCESSOR_SHIFT);
    records[position + events.EVENT_RECORD_NUMBER] = goroutine;
  });
  return records;
}

const inBucket = (value: number): number => LATENCY_BOUNDS.findIndex((bound) => value <= bound);

it('from ready to start, over the records of two threads', () => {
  const one = chunk(
    [100, EVENT_CREATE, 1],
    [101, EVENT_CREATE, 2],
    [110, EVENT_READY, 3],
    [130, EVENT_START, 3],
    [131, EVENT_FINISH, 3],
  );
  const other = chunk(
    [103, EVENT_START, 1],
    [104, EVENT_PARK, 1],
    [105, EVENT_START, 2],
    [106, EVENT_YIELD, 2],
    [107, EVENT_START, 2],
  );
  const latency = schedulingLatency([one, other])!;
  expect([...latency.counts.entries()].filter(([, count]) => count > 0)).toEqual([
    [inBucket(1), 1],
    [inBucket(4), 2],
    [inBucket(20), 1],
  ]);
  expect(latency).toMatchObject({ p50: 4, max: 20 });
});

it('who has had no turn counts with what it has waited; who was ready before is not known', () => {
  const latency = schedulingLatency([
    chunk([1, EVENT_START, 8], [2, EVENT_READY, 9], [3, EVENT_PARK, 8], [52, EVENT_SLEEP, 0], [52, EVENT_START, 7]),
  ])!;
  expect(latency).toMatchObject({ p50: 50, max: 50 });
});

it('nothing at all', () => {
  expect(schedulingLatency([])).toBe(null);
  expect(schedulingLatency([chunk([1, EVENT_SLEEP, 0])])).toBe(null);
});

it('a whole ring is looked at in bounded time', () => {
  const steps: Step[] = [];
  for (let index = 0; index < 130_000; index++) steps.push([index / 10, index % 2 === 0 ? EVENT_READY : EVENT_START, 1]);
  const { counts } = schedulingLatency([[chunkOf(steps)]])!;
  expect(counts.reduce((sum, count) => sum + count)).toBe(20_000);
});
