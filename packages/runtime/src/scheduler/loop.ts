/**
 * The loop of one machine, in slices: run goroutines until there are none or the time is up, then give libuv its turn.
 *
 * A slice ends early for what only libuv can bring: timers and promises of this thread. With nothing to run, a worker
 * spins for some tens of µs, because waking a thread that sleeps takes 60 µs and most answers come sooner; then it
 * announces itself asleep, looks once more (see `parker.ts`, `wake.ts`), and sleeps.
 */
import { performance } from 'node:perf_hooks';
import { words } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { STOPPING } from '../memory/layout.ts';
import { completeWithError, completeWithValue } from './complete.ts';
import { findRunnable } from './find.ts';
import { noteForeignWork, noteOwnResources } from './foreign.ts';
import { globalSize } from './global-queue.ts';
import { RUNNING, STATUS } from './goroutine.ts';
import { inboxIsEmpty } from './inbox.ts';
import { COUNT_SLICES, machine } from './machine.ts';
import { Operation } from './operation.ts';
import { announceSleep, rise, sleep } from './parker.ts';
import { relievePressure, underPressure } from './pressure.ts';
import { onSchedule } from './schedule.ts';
import { acceptsMore } from './start.ts';
import type { Task } from './task.ts';
import { armTimer, fireTimers, hasTimers } from './timers.ts';
import { anyQueued, stopSearchingWithWork } from './wake.ts';

/** Milliseconds of one slice: on workers, on workers with something pending in libuv, and on the main thread. */
const WORKER_SLICE = 5;
const PENDING_SLICE = 1;
const MAIN_SLICE = 2;
/** Goroutines run between two looks at the clock. */
const TICKS_BETWEEN_CLOCKS = 16;
/** How long a worker spins before it sleeps: somewhat longer than a sleep and wake-up take (60 to 75 µs), else two threads
 * that answer each other both fall asleep each time, and a round trip takes 130 µs in place of 1. */
const SPIN_MILLISECONDS = 0.1;

let due = false;
let afterSlice: () => void = () => undefined;

/** Makes this thread run slices whenever there is reason to. */
export function installLoop(hooks: { afterSlice?: () => void } = {}): void {
  due = false;
  afterSlice = hooks.afterSlice ?? (() => undefined);
  onSchedule(requestSlice);
  noteOwnResources();
  announceSleep(false);
  requestSlice();
}

/** After this, nothing runs here any more. */
export function uninstallLoop(): void {
  onSchedule(() => undefined);
}

function requestSlice(): void {
  if (due || machine.running) return;
  due = true;
  setImmediate(slice);
}

function slice(): void {
  due = false;
  if (load(STOPPING) !== 0) return;
  if (machine.asleep) rise();
  machine.count(COUNT_SLICES);
  machine.running = true;
  let more = true;
  try {
    more = runGoroutines();
  } finally {
    machine.running = false;
  }
  // Libuv's turn may take long: nobody shall count on this machine's looking for work meanwhile.
  stopSearchingWithWork();
  machine.publishCounts();
  relievePressure();
  if (more) {
    requestSlice();
  } else {
    fallAsleep();
  }
  afterSlice();
}

/** Returns true when the time was up before the work was. */
function runGoroutines(): boolean {
  const length = machine.number === 0 ? MAIN_SLICE : machine.hasPending() ? PENDING_SLICE : WORKER_SLICE;
  let now = performance.now();
  const end = now + length;
  if (hasTimers()) fireTimers(now);
  for (let ticks = 1; ; ticks++) {
    const task = findRunnable();
    if (task !== null) execute(task);
    else if (!spin()) return false;
    if (underPressure()) return true;
    if (ticks % TICKS_BETWEEN_CLOCKS === 0 || task === null) {
      now = performance.now();
      if (hasTimers()) fireTimers(now);
      if (now > end) return true;
      if (load(STOPPING) !== 0) return false;
    }
  }
}

/** Runs a goroutine up to its next wait or its end. One that was interrupted finds the error thrown at its last `yield`. */
function execute(task: Task): void {
  if (task.ended) return;
  const thrown = task.interrupted ? task.takeInterrupt() : null;
  words[task.record + STATUS] = RUNNING;
  task.parked = false;
  task.operation = null;
  machine.current = task;
  machine.switches++;
  let result: IteratorResult<unknown, unknown>;
  try {
    result = thrown === null ? task.generator.next() : task.generator.throw!(thrown);
  } catch (error) {
    machine.current = null;
    end(task);
    completeWithError(task.record, error, task.local);
    return;
  }
  machine.current = null;
  if (result.done) {
    end(task);
    completeWithValue(task.record, result.value, task.local);
    return;
  }
  machine.slotOf(task); // So that a cancellation finds it.
  if (task.parked) {
    if (machine.yielded) {
      machine.yielded = false;
      task.wake();
    }
  } else if (result.value instanceof Operation) {
    const { reason } = result.value;
    task.throwInto(new TypeError(`yield of an operation (${reason}) does not drive it: write yield* instead of yield`));
  } else {
    task.wake(); // A bare `yield` lets the others run.
  }
}

/** Over. Where an operation was driven by hand, it may have ended inside of a wait. */
function end(task: Task): void {
  if (task.parked && !task.woken) task.giveUpWait();
  task.leave();
}

/** Looks for work for a while; true when there may be some. */
function spin(): boolean {
  if (machine.number === 0 || !acceptsMore()) return false;
  const end = performance.now() + SPIN_MILLISECONDS;
  do {
    for (let round = 0; round < 50; round++) {
      if (!inboxIsEmpty() || globalSize() !== 0) return true;
    }
    if (machine.searching && anyQueued()) return true;
  } while (performance.now() < end);
  return false;
}

function fallAsleep(): void {
  const takesWork = machine.queue !== null && acceptsMore();
  announceSleep(takesWork);
  armTimer();
  noteForeignWork();
  if (!inboxIsEmpty() || (takesWork && anyQueued()) || load(STOPPING) !== 0 || !sleep()) requestSlice();
}
