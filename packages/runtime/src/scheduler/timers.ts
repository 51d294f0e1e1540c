/**
 * The timers of one thread: a binary heap by due time in its own memory, and one libuv timer for the earliest.
 * Adding, removing and firing cost O(log n) and nothing in libuv, however many goroutines sleep.
 */
import { performance } from 'node:perf_hooks';
import { CAUSE_HERE, CAUSE_POLLER } from '../memory/event-records.ts';
import { machine } from './machine.ts';
import { clearTimeout, LONGEST_TIMEOUT, setTimeout } from './real-timers.ts';
import { schedule } from './schedule.ts';

export interface Timer {
  /** When it is due, in milliseconds of `performance.now()`. */
  due: number;
  /** Where it stands in the heap, -1 outside. */
  position: number;
  fire(): void;
}

/** Milliseconds of a clock that all threads share and that never goes back. */
export function sharedNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

const heap: Timer[] = [];
let armed: NodeJS.Timeout | null = null;
/** When the timer for which libuv's is set is due; null: none is set. */
let armedFor: number | null = null;

export function addTimer(timer: Timer): void {
  machine.pending++;
  heap.push(timer);
  up(timer, heap.length - 1);
  if (!machine.running) schedule();
}

/** Takes a timer out before it is due; nothing happens when it has fired. */
export function removeTimer(timer: Timer): void {
  const position = timer.position;
  if (position < 0) return;
  machine.pending--;
  timer.position = -1;
  const last = heap.pop()!;
  if (last === timer) return;
  down(last, position);
  up(last, last.position);
}

export function hasTimers(): boolean {
  return heap.length > 0;
}

/** Fires all that are due. */
export function fireTimers(now: number): void {
  machine.events?.by(CAUSE_POLLER, 0);
  while (heap.length > 0 && heap[0]!.due <= now) {
    const timer = heap[0]!;
    removeTimer(timer);
    timer.fire();
  }
  machine.events?.by(CAUSE_HERE, 0);
}

/** Before this thread sleeps: libuv shall wake it for the earliest timer. */
export function armTimer(): void {
  const due = heap.length > 0 ? heap[0]!.due : null;
  if (due === armedFor) return;
  if (armed !== null) clearTimeout(armed);
  armed = null;
  armedFor = due;
  if (due === null) return;
  // A later timer is looked at again then; so is one that is never due, and keeps this thread alive like any other.
  const delay = Math.min(Math.max(0, Math.ceil(due - performance.now())), LONGEST_TIMEOUT);
  armed = setTimeout(() => {
    armed = null;
    armedFor = null;
    schedule();
  }, delay);
}

/** At the end of everything on this thread: none of them fires. */
export function clearTimers(): void {
  for (const timer of heap) timer.position = -1;
  machine.pending -= heap.length;
  heap.length = 0;
  armTimer();
}

function up(timer: Timer, from: number): void {
  let position = from;
  while (position > 0) {
    const parent = (position - 1) >> 1;
    const other = heap[parent]!;
    if (other.due <= timer.due) break;
    heap[position] = other;
    other.position = position;
    position = parent;
  }
  heap[position] = timer;
  timer.position = position;
}

function down(timer: Timer, from: number): void {
  let position = from;
  for (;;) {
    let child = 2 * position + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.due < heap[child]!.due) child++;
    const other = heap[child]!;
    if (timer.due <= other.due) break;
    heap[position] = other;
    other.position = position;
    position = child;
  }
  heap[position] = timer;
  timer.position = position;
}
