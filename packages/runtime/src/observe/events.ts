/**
 * Events for whoever wants to have them while the program runs, on the main thread: every 20 ms, in order of time.
 *
 * A thread that the kernel keeps waiting between its look at the clock and its write may write late. So events are held back
 * until the next look, and one that comes later still is delivered when it comes, with its true time.
 */
import { performance } from 'node:perf_hooks';
import { distanceToClock } from '../scheduler/events.ts';
import { clearInterval, setInterval } from '../scheduler/real-timers.ts';
import { EventDecoder, type SchedulerEvent } from './event-decode.ts';
import { Cursor, mergeUntil } from './event-merge.ts';
import { type Chunk, closeRings, drainLast, drainRings, openRings } from './event-rings.ts';

export type { EventDetail, ReadyCause, SchedulerEvent } from './event-decode.ts';

/** Is given what has happened since it was called last; never an empty list. */
export type EventsListener = (events: readonly SchedulerEvent[]) => void;

const PERIOD_MILLISECONDS = 20;

/** One for all listeners; each begins with what comes after it. */
const listeners = new Set<EventsListener>();
let timer: NodeJS.Timeout | undefined;
let decoder: EventDecoder;
let distance = 0;
let lastLook = 0;
let batch: SchedulerEvent[] = [];
const cursors = new Map<number, Cursor>();
const waiting = new Map<number, Int32Array[]>();

/** Begins to record, with the first listener. It does not keep the process alive. */
export function subscribe(listener: EventsListener): void {
  if (listeners.has(listener)) return;
  if (listeners.size === 0) {
    distance = distanceToClock();
    openRings(keep, true);
    decoder = new EventDecoder(distance, (event) => batch.push(event));
    lastLook = performance.now() + distance;
    timer = setInterval(deliver, PERIOD_MILLISECONDS).unref();
  } else {
    deliver();
  }
  listeners.add(listener);
}

/** The listener is given what has come up to now, before this returns, and nothing more. */
export function unsubscribe(listener: EventsListener): void {
  if (!listeners.has(listener)) return;
  drainLast();
  take(Number.POSITIVE_INFINITY);
  listeners.delete(listener);
  if (listeners.size > 0) return;
  clearInterval(timer);
  closeRings(keep);
  cursors.clear();
  waiting.clear();
}

function deliver(): void {
  const now = performance.now() + distance;
  take(lastLook);
  lastLook = now;
}

function keep({ machine, records }: Chunk): void {
  if (!waiting.has(machine)) {
    const chunks: Int32Array[] = [];
    waiting.set(machine, chunks);
    cursors.set(machine, new Cursor(machine, () => chunks.shift()));
  }
  waiting.get(machine)!.push(records.slice());
}

function take(end: number): void {
  drainRings();
  mergeUntil([...cursors.values()], end, (cursor) => decoder.decode(cursor));
  const events = batch;
  batch = [];
  if (events.length > 0) for (const listener of [...listeners]) listener(events);
}
