/**
 * How long goroutines wait for their turn, from being able to run to running, out of the records of a glimpse. Only those that
 * became able to run within it are known; who has not had a turn at its end is counted with what it has waited by then.
 */
import { EVENT_CREATE, EVENT_FINISH, EVENT_PARK, EVENT_READY, EVENT_START, EVENT_YIELD } from '../memory/event-records.ts';
import { Cursor } from '../observe/event-merge.ts';
import { LATENCY_BOUNDS, type Latency } from './frame.ts';

/** Of each thread's records so many are looked at: some ms of processor time. */
const MOST_RECORDS = 40_000;
const KINDS = new Set([EVENT_CREATE, EVENT_READY, EVENT_YIELD, EVENT_START, EVENT_PARK, EVENT_FINISH]);

interface Step {
  time: number;
  kind: number;
  goroutine: number;
}

/** Of each machine its records, in pieces. Null when nobody had a turn. */
export function schedulingLatency(machines: readonly (readonly Int32Array[])[]): Latency | null {
  const steps = machines.flatMap(stepsOf).sort((a, b) => a.time - b.time);
  const readyAt = new Map<number, number>();
  const waited: number[] = [];
  for (const { time, kind, goroutine } of steps) {
    if (kind === EVENT_START) {
      const since = readyAt.get(goroutine);
      if (since !== undefined) waited.push(time - since);
      readyAt.delete(goroutine);
    } else if (kind === EVENT_PARK || kind === EVENT_FINISH) readyAt.delete(goroutine);
    else if (!readyAt.has(goroutine)) readyAt.set(goroutine, time);
  }
  const end = steps.at(-1)?.time ?? 0;
  for (const since of readyAt.values()) waited.push(end - since);
  return waited.length === 0 ? null : latencyOf(waited);
}

function stepsOf(pieces: readonly Int32Array[]): Step[] {
  let next = 0;
  const cursor = new Cursor(0, () => pieces[next++]);
  const steps: Step[] = [];
  for (let looked = 0; looked < MOST_RECORDS; looked++) {
    const time = cursor.time();
    if (time === Number.POSITIVE_INFINITY) break;
    if (KINDS.has(cursor.kind)) steps.push({ time, kind: cursor.kind, goroutine: cursor.number });
    cursor.advance();
  }
  return steps;
}

/** Of milliseconds. */
function latencyOf(values: number[]): Latency {
  values.sort((a, b) => a - b);
  const counts = new Array<number>(LATENCY_BOUNDS.length + 1).fill(0);
  let bound = 0;
  for (const value of values) {
    while (bound < LATENCY_BOUNDS.length && value > LATENCY_BOUNDS[bound]!) bound++;
    counts[bound]!++;
  }
  const at = (part: number) => values[Math.min(values.length - 1, Math.floor(values.length * part))]!;
  return { counts, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: values.at(-1)! };
}
