/**
 * From a record taken out of a run queue to a goroutine that runs on this thread: load its function if this thread has
 * not, copy its arguments and captured values out, call it.
 */
import { PendingValue } from '../codec/pending.ts';
import { words } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { canceledError, isCanceled } from './cancel.ts';
import { completeWithError, completeWithValue } from './complete.ts';
import { functionOf, loadNumber } from './function-table.ts';
import { ARGUMENTS, ARGUMENTS_FORM, CAPTURES, CAPTURES_FORM, FUNCTION, MACHINE, STATUS, WAITING } from './goroutine.ts';
import { COUNT_STARTED, machine } from './machine.ts';
import { schedule } from './schedule.ts';
import { Task } from './task.ts';
import { decodeTuple, dropTuple } from './tuple.ts';
import { wakeForWork } from './wake.ts';

/** Records whose function this thread is loading, by function number. */
const loading = new Map<number, number[]>();
/** Records whose arguments can be made now, since what they need has come; taken from `nextStartable` on. */
let startable: number[] = [];
let nextStartable = 0;
/**
 * How many stand in `loading`. They are out of reach of other threads, and this one may meanwhile start another goroutine
 * that does not give it away again; so it takes nothing from the run queues while it holds one.
 */
let held = 0;
const MOST_HELD = 1;
/** Goroutines of this thread that are async functions, and those whose arguments are not there yet: nothing else knows them. */
const unsettled = new Set<number>();

/** A goroutine ready to run, or null when it has ended already or must wait for its function. */
export function start(record: number): Task | null {
  const functionNumber = words[record + FUNCTION]!;
  const loaded = functionOf(functionNumber);
  if (loaded === undefined) {
    loadThen(functionNumber, record);
    return null;
  }
  machine.count(COUNT_STARTED);
  store(record + MACHINE, machine.number);
  if (isCanceled(record)) {
    completeWithError(record, canceledError(record), null);
    return null;
  }
  let value: unknown;
  try {
    const captures =
      words[record + CAPTURES_FORM] === 0 ? null : decodeTuple((record + CAPTURES) >> 1, words[record + CAPTURES_FORM]!);
    const parameters = decodeTuple((record + ARGUMENTS) >> 1, words[record + ARGUMENTS_FORM]!);
    giveBack(record, CAPTURES, CAPTURES_FORM);
    giveBack(record, ARGUMENTS, ARGUMENTS_FORM);
    value = loaded.with(captures)(...parameters);
  } catch (error) {
    if (error instanceof PendingValue) afterwards(error.ready, record);
    else completeWithError(record, error, null);
    return null;
  }
  if (loaded.isGenerator) return new Task(record, value as Generator, null);
  return begin(record, value);
}

function giveBack(record: number, cell: number, form: number): void {
  if (words[record + form] === 0) return;
  dropTuple((record + cell) >> 1, words[record + form]!);
  words[record + form] = 0;
}

/** What a goroutine's function has returned decides what it is: a generator runs on, a promise is waited for, else it is the result. */
function begin(record: number, value: unknown): Task | null {
  if (isGenerator(value)) return new Task(record, value, null);
  if (isThenable(value)) waitFor(record, value);
  else completeWithValue(record, value, null);
  return null;
}

function waitFor(record: number, promise: PromiseLike<unknown>): void {
  words[record + STATUS] = WAITING;
  machine.asyncGoroutines++;
  machine.pin(1);
  unsettled.add(record);
  Promise.resolve(promise).then(
    (value) => {
      if (!unsettled.delete(record)) return;
      machine.asyncGoroutines--;
      machine.pin(-1);
      completeWithValue(record, value, null);
      schedule();
    },
    (error: unknown) => {
      if (!unsettled.delete(record)) return;
      machine.asyncGoroutines--;
      machine.pin(-1);
      completeWithError(record, error, null);
      schedule();
    },
  );
}

function isGenerator(value: unknown): value is Iterator<unknown, unknown, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Generator>;
  return (
    typeof candidate.next === 'function' &&
    typeof candidate.throw === 'function' &&
    typeof candidate[Symbol.iterator] === 'function'
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}

/** The next record whose arguments can be made now, or 0. */
export function takeStartable(): number {
  if (nextStartable === startable.length) return 0;
  const record = startable[nextStartable++]!;
  if (nextStartable === startable.length) {
    startable = [];
    nextStartable = 0;
  }
  return record;
}

/** Whether this thread should take unstarted goroutines: not while many wait for their function here already. */
export function acceptsMore(): boolean {
  return held < MOST_HELD;
}

/** Records that are still waiting for their function; taken away when this thread stops. */
export function takeUnloaded(): number[] {
  const records = [...loading.values()].flat();
  loading.clear();
  held = 0;
  records.push(...unsettled);
  unsettled.clear();
  records.push(...startable.slice(nextStartable));
  startable = [];
  nextStartable = 0;
  return records;
}

function loadThen(functionNumber: number, record: number): void {
  held++;
  store(record + MACHINE, machine.number); // If this thread is lost, so is the record.
  const waiting = loading.get(functionNumber);
  if (waiting !== undefined) {
    waiting.push(record);
    return;
  }
  loading.set(functionNumber, [record]);
  machine.pending++;
  loadNumber(functionNumber).then(
    () => settle(functionNumber, queueAgain),
    (error: unknown) => settle(functionNumber, (waiting) => completeWithError(waiting, error, null)),
  );
}

function settle(functionNumber: number, then: (record: number) => void): void {
  machine.pending--;
  const records = loading.get(functionNumber) ?? [];
  loading.delete(functionNumber);
  held -= records.length;
  for (const record of records) then(record);
  schedule();
}

/** Back into the run queue: while it was held here, another thread may have come free for it. */
function queueAgain(record: number): void {
  store(record + MACHINE, -1);
  machine.queue!.push(record);
  wakeForWork();
}

function afterwards(promise: Promise<unknown>, record: number): void {
  machine.pending++;
  unsettled.add(record);
  const settle = (then: () => void): void => {
    if (!unsettled.delete(record)) return;
    machine.pending--;
    then();
    schedule();
  };
  promise.then(
    () => settle(() => startable.push(record)),
    (error: unknown) => settle(() => completeWithError(record, error, null)),
  );
}
