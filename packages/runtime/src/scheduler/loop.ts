/**
 * The loop of one machine, in slices: run goroutines until there are none or the time is up, then give libuv its turn.
 *
 * A slice ends early for what only libuv can bring: timers and promises of this thread. With nothing to run, a worker
 * spins for 80 to 300 µs, because waking a thread that sleeps takes 60 to 75 µs and most answers come sooner; then it
 * announces itself asleep, looks once more (see `parker.ts`, `wake.ts`), and sleeps.
 */
import { performance } from 'node:perf_hooks';
import { beginRemembering, endRemembering } from '../codec/handles.ts';
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { SEEN_NOTHING, SEEN_SERVED, SEEN_WORK } from '../memory/blocks.ts';
import { EVENT_SPIN, EVENT_SPUN } from '../memory/event-records.ts';
import { MACHINE_READY, STOPPING } from '../memory/layout.ts';
import { completeWithError, completeWithValue } from './complete.ts';
import type { EventLog } from './events.ts';
import { countTurns, findRunnable, lookElsewhereFirst, takeReady } from './find.ts';
import { followEvents, pauseOrResume, resumeEvents } from './follow-events.ts';
import { noteForeignWork, noteOwnResources } from './foreign.ts';
import { RUNNABLE, RUNNING, STATUS } from './goroutine.ts';
import { goesToSleep, mayRunGoroutines, mustStayUp, staysAwake, tick, withoutProcessor } from './hand-off.ts';
import { inboxIsEmpty, inboxLooksEmpty, lookOutFor, SHORT_LOOKS } from './inbox.ts';
import { COUNT_SLICES, machine } from './machine.ts';
import { Operation } from './operation.ts';
import { announceSleep, rest, rise, sleep } from './parker.ts';
import { relievePressure, underPressure } from './pressure.ts';
import { someoneWaits } from './processor.ts';
import { setImmediate } from './real-timers.ts';
import { hasQueued } from './run-queue.ts';
import { onSchedule } from './schedule.ts';
import { noteSurplus } from './spare.ts';
import { acceptsMore } from './start.ts';
import { outsideOfStores } from './stores.ts';
import type { Task } from './task.ts';
import { armTimer, fireTimers, hasTimers } from './timers.ts';
import { undrivenReturn, undrivenYield } from './undriven.ts';
import { YIELD } from './wait.ts';
import { anyQueued, stopSearchingWithWork } from './wake.ts';

/** Milliseconds of one slice: on workers, on workers with something pending in libuv, and on the main thread. */
const WORKER_SLICE = 5;
const PENDING_SLICE = 1;
const MAIN_SLICE = 2;
/**
 * Turns of goroutines between two looks at the clock and at everything else. A look costs as much as some turns, and a turn
 * may take 30 ns or a second: so the number follows how long the turns take, up to a bound for when that changes.
 */
const MOST_TURNS = 64;
const SHORT_MILLISECONDS = 0.02;
/** How long a worker spins before it sleeps. A sleep and wake-up take 60 to 75 µs, so less makes no sense. */
const LEAST_SPIN_MILLISECONDS = 0.08;
const MOST_SPIN_MILLISECONDS = 0.3;
let spinMilliseconds = LEAST_SPIN_MILLISECONDS;
let fellAsleepAt = 0;

/** The number for now; kept from slice to slice. */
let turnsBetweenLooks = 1;

let installed = false;
let due = false;
let afterSlice: () => void = () => undefined;

/** Makes this thread run slices whenever there is reason to. */
export function installLoop(hooks: { afterSlice?: () => void } = {}): void {
  installed = true;
  due = false;
  afterSlice = hooks.afterSlice ?? (() => undefined);
  onSchedule(requestSlice);
  noteOwnResources();
  announceSleep(false);
  requestSlice();
}

/** After this, nothing runs here any more, though a slice may be due. */
export function uninstallLoop(): void {
  installed = false;
  onSchedule(() => undefined);
}

function requestSlice(): void {
  if (due || machine.running) return;
  due = true;
  setImmediate(outsideOfStores, slice);
}

function slice(): void {
  due = false;
  if (!installed || load(STOPPING) !== 0) return;
  followEvents();
  if (machine.asleep) {
    machine.events?.awake();
    rise();
    adaptSpinning(performance.now() - fellAsleepAt);
  }
  machine.count(COUNT_SLICES);
  machine.running = true;
  beginRemembering();
  let more = true;
  try {
    if (mayRunGoroutines()) more = runGoroutines();
    else withoutProcessor();
  } finally {
    machine.running = false;
    endRemembering();
    machine.events?.sliceEnds();
  }
  // Libuv's turn may take long: nobody shall count on this machine's looking for work meanwhile.
  stopSearchingWithWork();
  more = staysAwake(more);
  machine.publishCounts();
  relievePressure();
  if (more) {
    requestSlice();
  } else {
    resumeEvents();
    fallAsleep();
  }
  afterSlice();
}

/** Returns true when the time was up before the work was. */
function runGoroutines(): boolean {
  const length = machine.number === 0 ? MAIN_SLICE : machine.hasPending() ? PENDING_SLICE : WORKER_SLICE;
  let now = performance.now();
  machine.lookedAt = now;
  machine.clock = now | 0;
  const end = now + length;
  if (hasTimers()) fireTimers(now);
  for (let turns = 0; ; ) {
    tellAndFollow();
    // An answer from another thread mostly comes within a µs: only then is it looked for work elsewhere.
    let task = findRunnable(false);
    if (task === null && machine.number !== 0) {
      const seen = lookOutFor(SHORT_LOOKS);
      // The answer: nothing else was there to run, so nothing is passed over.
      if (seen === SEEN_SERVED) task = takeReady();
      else if (seen === SEEN_WORK) task = findRunnable(false);
      if (task === null) task = findRunnable(true);
    }
    if (task !== null) {
      turns += runTurns(task, turnsBetweenLooks - turns);
      if (arena.words[machine.holder] !== machine.number) return true; // The monitor has taken its processor.
      if (turns < turnsBetweenLooks && !underPressure()) continue;
    } else if (!lookOutForWork()) return false;
    if (underPressure()) return true;
    const before = now;
    now = performance.now();
    machine.lookedAt = now;
    machine.clock = now | 0;
    pauseOrResume(now);
    if (now - before > SHORT_MILLISECONDS) turnsBetweenLooks = (turnsBetweenLooks + 1) >> 1;
    else if (turnsBetweenLooks < MOST_TURNS) turnsBetweenLooks++;
    turns = 0;
    if (hasTimers()) fireTimers(now);
    if (now > end) {
      lookElsewhereFirst();
      return true;
    }
    if (load(STOPPING) !== 0) return false;
  }
}

/**
 * Runs a goroutine, and then, while no wake-up comes from outside, the other started ones of this thread and those that are queued
 * here. What is done between two calls of this costs as much as a turn, and where nothing is queued so does `findRunnable`.
 */
function runTurns(first: Task, limit: number): number {
  const { ready, queue, meter } = machine;
  let turns = 0;
  let found = 1;
  let task: Task | null = first;
  do {
    if (meter === null) execute(task);
    else meter.run(task, execute);
    turns++;
    // Plain: the monitor writes it when this machine does not come back for long, and then it is seen.
    if (arena.words[machine.holder] !== machine.number) break;
    if (turns >= limit || machine.preempted || !inboxLooksEmpty() || underPressure()) break;
    if (queue === null || !queue.mayHaveMore()) {
      task = ready.shift() ?? null;
    } else {
      turnsEnd();
      tellAndFollow();
      task = findRunnable(false);
      found++;
    }
  } while (task !== null);
  turnsEnd();
  machine.switches += turns;
  countTurns(turns - found);
  if (!machine.preempted) return turns;
  machine.preempted = false;
  return limit; // The clock and everything else are looked at.
}

/** Before each look at the queues. */
function tellAndFollow(): void {
  tick();
  followEvents();
  arena.words[machine.base + MACHINE_READY] = machine.ready.length;
}

function turnsEnd(): void {
  machine.current = null;
  arena.words[machine.runningWord] = 0;
  machine.events?.turnsEnd();
}

/** Runs a goroutine up to its next wait or its end. One that was interrupted finds the error thrown at its last `yield`. */
function execute(task: Task): void {
  if (task.ended) return;
  arena.words[task.record + STATUS] = RUNNING;
  if (task.parked) task.unpark();
  machine.current = task;
  arena.words[machine.runningWord] = task.record;
  machine.events?.start(task.record);
  let result: IteratorResult<unknown, unknown>;
  try {
    result = task.stores === null ? resume(task) : task.stores.runInAsyncScope(resume, undefined, task);
  } catch (error) {
    machine.current = null;
    end(task);
    completeWithError(task.record, error, task.local);
    return;
  }
  // What it has yielded is of many classes: it is looked at only where that is needed.
  if (task.parked) {
    if (machine.events !== null) notePark(machine.events, task);
    return;
  }
  if (!task.yielded && result.value !== YIELD && leftOff(task, result)) return;
  if (task.slot < 0) machine.slotOf(task); // So that a cancellation finds it.
  arena.words[task.record + STATUS] = RUNNABLE;
  if (machine.meter !== null) machine.meter.ready(task);
  machine.ready.push(task);
  machine.events?.yield(task.record, machine.preempted);
}

function notePark(events: EventLog, task: Task): void {
  events.park(task.record, task.operation?.reason ?? 'yield');
}

function resume(task: Task): IteratorResult<unknown, unknown> {
  return task.interrupted ? task.generator.throw!(task.takeInterrupt()) : task.generator.next();
}

/** It has given control back without a wait. False when it only lets the others run, by a bare `yield`. */
function leftOff(task: Task, result: IteratorResult<unknown, unknown>): boolean {
  machine.current = null;
  // V8 knows `true` by its address; what is only taken for true is looked at in seven steps.
  if (result.done === true || result.done) {
    end(task);
    // Of a local goroutine somebody may await it.
    if (result.value instanceof Operation && task.local === null)
      completeWithError(task.record, undrivenReturn(result.value), null);
    else completeWithValue(task.record, result.value, task.local);
    return true;
  }
  if (result.value === undefined) return false;
  const mistake = undrivenYield(result.value);
  if (mistake === null) return false;
  machine.slotOf(task);
  task.throwInto(mistake);
  return true;
}

/** Over. Where an operation was driven by hand, it may have ended inside of a wait. */
function end(task: Task): void {
  if (task.parked && !task.woken) task.giveUpWait();
  task.leave();
}

/** Looks out for work for a while; true when there may be some. */
function lookOutForWork(): boolean {
  if (machine.number === 0 || !acceptsMore()) return false;
  machine.events?.write(EVENT_SPIN, 0, 0, 0);
  const found = spin(performance.now() + spinMilliseconds);
  machine.events?.write(EVENT_SPUN, found ? 1 : 0, 0, 0);
  return found;
}

function spin(end: number): boolean {
  do {
    if (someoneWaits()) return false;
    if (lookOutFor(SHORT_LOOKS) !== SEEN_NOTHING || (machine.searching && anyQueued())) return true;
  } while (performance.now() < end);
  return false;
}

/**
 * How long to spin follows what comes of it. Who was woken soon after falling asleep should have spun for longer; who
 * slept for long has spun in vain. So two threads that answer each other stay awake over each other's pauses (garbage
 * collection, a turn of libuv), and one that is left alone sleeps soon.
 */
function adaptSpinning(slept: number): void {
  if (slept < MOST_SPIN_MILLISECONDS) spinMilliseconds = Math.min(2 * spinMilliseconds, MOST_SPIN_MILLISECONDS);
  else spinMilliseconds = Math.max(spinMilliseconds / 2, LEAST_SPIN_MILLISECONDS);
}

function fallAsleep(): void {
  fellAsleepAt = performance.now();
  const takesWork = goesToSleep();
  armTimer();
  if (machine.number !== 0 && !machine.waits) noteSurplus(() => fellAsleepAt);
  if (!inboxIsEmpty() || mustStayUp(takesWork) || load(STOPPING) !== 0 || !sleep()) requestSlice();
  else asleep();
}

function asleep(): void {
  machine.events?.sleep();
  if (machine.number !== 0) setImmediate(afterPromises);
}

/** What the last slice has left to promises has happened. */
function afterPromises(): void {
  if (!installed || !machine.asleep) return;
  noteForeignWork();
  rest();
}

/**
 * Ends the loop of a spare machine that sleeps, unless something here is still wanted: a goroutine, a wait, a timer, or what
 * it queued. Nobody can choose it for work after that; who has chosen it in this moment is told by another look.
 */
export function retireMachine(): boolean {
  const unused =
    !machine.running &&
    machine.holder === 0 &&
    !machine.waits &&
    machine.pinned === 0 &&
    machine.asyncWaits === 0 &&
    !machine.hasPending() &&
    acceptsMore() &&
    machine.ready.length === 0 &&
    inboxIsEmpty() &&
    !hasQueued(machine.number);
  if (!machine.asleep || !unused) return false;
  rise();
  stopSearchingWithWork();
  uninstallLoop();
  return true;
}
