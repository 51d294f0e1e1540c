/**
 * From a record taken out of a run queue to a goroutine that runs on this thread: load its function if this thread has
 * not, copy its arguments and captured values out, call it.
 */
import { PendingValue } from '../codec/pending.ts';
import { arena } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { startRecord } from '../memory/core.ts';
import { EVENT_UNBLOCK } from '../memory/event-records.ts';
import { pushBlocking } from './blocking-queue.ts';
import { canceledError, saysCanceled } from './cancel.ts';
import { completeWithError, completeWithValue } from './complete.ts';
import { functionOf, loadNumber } from './function-table.ts';
import {
  argumentsOf,
  capturesOf,
  dropValues,
  functionNumberOf,
  isBlocking,
  MACHINE,
  RUNNING,
  STATUS,
  WAITING,
} from './goroutine.ts';
import { COUNT_BLOCKING_CALLS, COUNT_STARTED, machine } from './machine.ts';
import { isGenerator, isThenable } from './returned.ts';
import { schedule } from './schedule.ts';
import { Task } from './task.ts';
import { wakeForWork } from './wake.ts';

/**
 * The record whose function this thread is loading, or 0. It is out of reach of other threads, and this one may meanwhile
 * start another goroutine that does not give it away again; so it takes nothing from the run queues while it holds one.
 */
let held = 0;
/**
 * Records whose arguments this thread cannot make yet. While there is one, likewise: another goroutine might hold up this thread,
 * and nobody else can start the record then.
 */
let incomplete = 0;
/** Records whose arguments can be made now, since what they need has come. */
const startable: number[] = [];
/** Goroutines of this thread that are async functions, and those whose arguments are not there yet: nothing else knows them. */
const unsettled = new Set<number>();

/** A goroutine ready to run, or null when it has ended already or must wait for its function. */
export function start(record: number): Task | null {
  const blocking = isBlocking(record);
  const functionNumber = functionNumberOf(record);
  const loaded = functionOf(functionNumber);
  if (loaded === undefined) {
    loadThen(functionNumber, record);
    return null;
  }
  if (saysCanceled(startRecord(record))) {
    noteStarted(record, blocking);
    completeWithError(record, canceledError(record), null);
    return null;
  }
  let value: unknown;
  let noted = false;
  try {
    const captures = capturesOf(record);
    const parameters = argumentsOf(record);
    dropValues(record);
    noteStarted(record, blocking);
    noted = true;
    if (loaded.givesGenerator(captures) === false) turnBegins(record, blocking);
    const { meter } = machine;
    // A function that is no generator's has its one turn here.
    value =
      meter === null || loaded.isGenerator === true
        ? loaded.call(captures, parameters)
        : meter.time(() => loaded.call(captures, parameters));
  } catch (error) {
    if (error instanceof PendingValue) {
      afterwards(error.ready, record); // It is begun once more then.
    } else {
      if (!noted) noteStarted(record, blocking);
      completeWithError(record, error, null);
    }
    turnEnds(blocking);
    return null;
  }
  if (blocking && isGenerator(value)) {
    completeWithError(record, new TypeError('blocking: the function returned a generator, which go() would run'), null);
    turnEnds(true);
    return null;
  }
  if (loaded.isGenerator === true) return new Task(record, value as Generator, null);
  const task = begin(record, value);
  if (task !== null) machine.events?.yield(record, false);
  turnEnds(blocking);
  return task;
}

function noteStarted(record: number, blocking: boolean): void {
  machine.count(COUNT_STARTED);
  if (machine.meter !== null) machine.meter.started(record);
  if (blocking) machine.count(COUNT_BLOCKING_CALLS);
}

/** A plain function is all its goroutine's turn, an async one the first of it. */
function turnBegins(record: number, blocking: boolean): void {
  const { events } = machine;
  arena.words[record + STATUS] = RUNNING;
  arena.words[machine.runningWord] = record;
  if (events === null) return;
  if (blocking) events.block(record);
  else events.start(record);
}

function turnEnds(blocking: boolean): void {
  if (arena.words[machine.runningWord] === 0) return; // It has not begun.
  arena.words[machine.runningWord] = 0;
  if (blocking) machine.events?.write(EVENT_UNBLOCK, 0, 0, 0);
  else machine.events?.turnsEnd();
}

/**
 * What a goroutine's function has returned decides what it is: a promise is waited for, a generator runs on, else it is the
 * result. An operation is driven like a promise, though it has a generator's methods.
 */
function begin(record: number, value: unknown): Task | null {
  if (isThenable(value)) waitFor(record, value);
  else if (isGenerator(value)) return new Task(record, value, null);
  else completeWithValue(record, value, null);
  return null;
}

function waitFor(record: number, promise: PromiseLike<unknown>): void {
  arena.words[record + STATUS] = WAITING;
  machine.events?.park(record, 'promise');
  machine.asyncGoroutines++;
  machine.pin(1);
  const over = (): void => {
    machine.asyncGoroutines--;
    machine.pin(-1);
  };
  whenSettled(record, Promise.resolve(promise), over, (value) => completeWithValue(record, value, null));
}

/** Arguments or captured values that this thread cannot make yet: the goroutine starts when it can. */
function afterwards(promise: Promise<unknown>, record: number): void {
  machine.pending++;
  incomplete++;
  const over = (): void => {
    machine.pending--;
    incomplete--;
  };
  whenSettled(record, promise, over, () => {
    if (isBlocking(record)) queueAgain(record);
    else startable.push(record);
  });
}

/** Goes on with a goroutine when its promise has its value, or fails it; not if it was ended meanwhile. */
function whenSettled(record: number, promise: Promise<unknown>, over: () => void, goOn: (value: unknown) => void): void {
  unsettled.add(record);
  const settle = (then: () => void): void => {
    if (!unsettled.delete(record)) return;
    over();
    then();
    schedule();
  };
  promise.then(
    (value) => settle(() => goOn(value)),
    (error: unknown) => settle(() => completeWithError(record, error, null)),
  );
}

/** The next record whose arguments can be made now, or 0. */
export function takeStartable(): number {
  return startable.length === 0 ? 0 : startable.shift()!;
}

/** Whether this thread should take unstarted goroutines: not while it loads the function of one, or waits for its arguments. */
export function acceptsMore(): boolean {
  return held === 0 && incomplete === 0;
}

/** Records that this thread has taken and not started; taken away when it stops. */
export function takeUnloaded(): number[] {
  const records = [...unsettled, ...startable.splice(0)];
  if (held !== 0) records.push(held);
  unsettled.clear();
  held = 0;
  incomplete = 0;
  return records;
}

function loadThen(functionNumber: number, record: number): void {
  held = record;
  store(record + MACHINE, machine.number); // If this thread is lost, so is the record.
  machine.pending++;
  const settle = (then: () => void): void => {
    machine.pending--;
    if (held !== record) return; // It was ended meanwhile.
    held = 0;
    then();
    schedule();
  };
  loadNumber(functionNumber).then(
    () => settle(() => queueAgain(record)),
    (error: unknown) => settle(() => completeWithError(record, error, null)),
  );
}

/** Back into the run queue: while it was held here, another thread may have come free for it. */
function queueAgain(record: number): void {
  store(record + MACHINE, -1);
  if (isBlocking(record)) {
    pushBlocking(record);
    return;
  }
  machine.queue!.push(record);
  wakeForWork();
}

/** Whether there are records whose arguments can be made now. */
export function hasStartable(): boolean {
  return startable.length > 0;
}
