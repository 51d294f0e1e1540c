/**
 * Starting goroutines: `spawn` writes a record that any thread may take, `spawnLocal` starts one on this thread.
 *
 * Everything that can fail (finding the function's code, copying arguments) comes before the record is queued: a `go`
 * that throws has started nothing and holds nothing.
 */

import { types } from 'node:util';
import { drop, move } from '../codec/cell.ts';
import { encode } from '../codec/encode.ts';
import { withPlaces } from '../codec/path.ts';
import { typeName } from '../errors.ts';
import { isPrepared } from '../functions/reference.ts';
import { arena } from '../memory/arena.ts';
import { release } from '../memory/heap.ts';
import { PROCESSOR_COUNT } from '../memory/layout.ts';
import { pushBlocking } from './blocking-queue.ts';
import type { LocalOutcome } from './complete.ts';
import { currentLocalSite, noteCreation } from './creation-sites.ts';
import { CREATED, publishCreated } from './diagnostics.ts';
import type { EventLog } from './events.ts';
import { definitionOf } from './function-block.ts';
import { locatedCaptures, numberOf, wasStartedLast } from './function-table.ts';
import { pushGlobal } from './global-queue.ts';
import { BLOCKING, createRecord, MACHINE, NAME, numberOfRecord, putArguments, putCaptures } from './goroutine.ts';
import { Goroutine, LocalGoroutine } from './handle.ts';
import { COUNT_CREATED, machine } from './machine.ts';
import { wakeMachine } from './parker.ts';
import { isGenerator } from './returned.ts';
import { schedule } from './schedule.ts';
import { sendScratch } from './scratch.ts';
import { wakeForBlocking } from './spare.ts';
import { storesHere } from './stores.ts';
import { Task } from './task.ts';
import { waitOperation } from './wait.ts';
import { wakeForWork } from './wake.ts';

const NOTHING: readonly unknown[] = [];

let provide: () => void = () => undefined;

/** Says how the threads are started when the first goroutine is. */
export function whenThreadsNeeded(callback: () => void): void {
  provide = callback;
}

/** Called before a goroutine is started. */
export function requireThreads(): void {
  provide();
}

/** What all that start goroutines ask of what they are given. */
export function mustBeFunction(fn: unknown, api: string): void {
  if (!wasStartedLast(fn)) mayBeFunction(fn, api); // To ask Node of which kind one is takes 20 ns.
}

function mayBeFunction(fn: unknown, api: string): void {
  if (typeof fn === 'function') {
    refuseAsyncGenerator(fn, api);
    return;
  }
  if (isPrepared(fn)) return;
  const remedy =
    typeof fn === 'object' && fn !== null && Symbol.iterator in fn
      ? ': pass the generator function itself, without calling it'
      : '';
  throw new TypeError(`${api} takes a function, got ${typeName(fn)}${remedy}`);
}

/** Nobody would iterate what it returns, so it would do nothing. */
export function refuseAsyncGenerator(fn: Function, api: string): void {
  if (!types.isAsyncFunction(fn) || !types.isGeneratorFunction(fn)) return;
  const remedy = 'make it a generator function, which waits with yield*, or an async function';
  throw new TypeError(`${api} takes a generator, plain or async function, got an async generator function: ${remedy}`);
}

/** Says what a new goroutine belongs to, before it is queued; false to queue it later, by `submit`. May throw, and then has changed nothing. */
export type Preparation = (record: number) => boolean;

/** Starts `fn` as a goroutine on the worker threads. `api` is the call that the user wrote, for messages. */
export function spawn<R>(
  fn: Function,
  parameters: readonly unknown[],
  name: string | undefined,
  api: string,
  prepare?: Preparation,
): Goroutine<R> {
  const record = recordFor(numberOf(fn, api), parameters, name, api);
  let now = true;
  try {
    if (prepare !== undefined) now = prepare(record);
  } catch (error) {
    release(record);
    release(record);
    throw error;
  }
  const handle = new Goroutine<R>(record, true);
  if (machine.current !== null) machine.current.noteStart();
  created(record, name, 'go');
  if (now) submit(record);
  return handle;
}

/** Starts `fn` as `spawn` does, for a caller that does not want the handle: its record is free again as soon as it ends. */
export function spawnUnjoined(fn: Function, parameters: readonly unknown[]): void {
  const record = recordFor(numberOf(fn, 'go'), parameters, undefined, 'go', 1);
  created(record, undefined, 'go');
  submit(record);
}

/** Starts `fn` as a blocking call: on a thread without a processor, see `blocking-queue.ts`. */
export function spawnBlocking<R>(fn: Function, parameters: readonly unknown[]): Goroutine<R> {
  const record = recordFor(numberOf(fn, 'blocking', 'block') | BLOCKING, parameters, undefined, 'blocking');
  const handle = new Goroutine<R>(record, true);
  created(record, undefined, 'blocking');
  machine.meter?.queued(record);
  pushBlocking(record);
  wakeForBlocking();
  return handle;
}

/** Before it is queued. */
function created(record: number, name: string | undefined, how: Parameters<typeof publishCreated>[1]): void {
  machine.count(COUNT_CREATED);
  if (CREATED.hasSubscribers) publishCreated(record, how);
  if (machine.events !== null) tellCreated(machine.events, record, name);
}

function tellCreated(events: EventLog, record: number, name: string | undefined): void {
  events.create(record);
  if (name !== undefined) events.name(numberOfRecord(record), name);
}

/** A record that can be queued, with arguments and captured values. Where that throws, nothing is left behind. */
function recordFor(
  functionNumber: number,
  parameters: readonly unknown[],
  name: string | undefined,
  api: string,
  references = 2,
): number {
  const captures = locatedCaptures ?? NOTHING;
  noteCreation(functionNumber & ~BLOCKING);
  const record = createRecord(functionNumber, machine.number, references);
  try {
    // The meter keeps the time in the result's cell meanwhile.
    const keepResult = machine.meter !== null;
    if (captures.length > 0) copyCaptures(captures, record, functionNumber & ~BLOCKING, parameters.length > 0, keepResult);
    if (parameters.length > 0) putArguments(record, parameters, captures.length > 0, keepResult, api);
    if (name !== undefined) encode(name, (record + NAME) >> 1, 'name a goroutine');
    return record;
  } catch (error) {
    for (let left = references; left > 0; left--) release(record);
    throw error;
  }
}

function copyCaptures(
  captures: readonly unknown[],
  record: number,
  functionNumber: number,
  withArguments: boolean,
  keepResult: boolean,
): void {
  try {
    putCaptures(record, captures, withArguments, keepResult);
  } catch (error) {
    // The user knows them by their names.
    const names = definitionOf(functionNumber).captures;
    throw withPlaces(error, (path) =>
      names.length === 1 ? path.replace('value', names[0]!) : path.replace(/^value\[(\d+)\]/, (_, index) => names[index]!),
    );
  }
}

/** Queues a goroutine that can be started. */
export function submit(record: number): void {
  if (machine.meter !== null) machine.meter.queued(record);
  if (machine.number === 0 || arena.words[PROCESSOR_COUNT] === 0) {
    submitElsewhere(record);
    return;
  }
  if (machine.queue!.submit(record)) wakeForWork();
}

function submitElsewhere(record: number): void {
  if (machine.number > 0) {
    // A blocking call, while all goroutines run on the main thread.
    pushGlobal(record);
    wakeMachine(0);
    return;
  }
  // The main thread runs none of what it starts: others take these in order, half of them at a time.
  if (machine.takesWork) machine.queue!.pushNext(record);
  else machine.queue!.push(record);
  wakeForWork();
  if (machine.takesWork && !machine.running) schedule();
}

/** Starts `fn` as a goroutine of this thread. Nothing is copied. */
export function spawnLocal<R>(
  fn: Function,
  parameters: readonly unknown[],
  name: string | undefined,
  site = currentLocalSite(),
): Goroutine<R> {
  const generator = types.isGeneratorFunction(fn) ? (fn(...parameters) as Generator) : callLater(fn, parameters);
  if (name !== undefined) encode(name, sendScratch, 'name a goroutine'); // First: nothing may fail once there is a record.
  const record = createNamed(name);
  arena.words[record + MACHINE] = machine.number;
  const local: LocalOutcome = { settled: false, failed: false, value: undefined, site };
  const handle = new LocalGoroutine<R>(record, local);
  created(record, name ?? fn.name, 'local');
  const task = new Task(record, generator, local, storesHere());
  machine.slotOf(task); // It has a machine from the start, so a cancellation looks for it there.
  task.wake();
  return handle;
}

/** The record of a goroutine of this thread, with the name that stands in the scratch cell. */
function createNamed(name: string | undefined): number {
  try {
    const record = createRecord(-1, machine.number, 2);
    if (name !== undefined) move(sendScratch, (record + NAME) >> 1);
    return record;
  } catch (error) {
    if (name !== undefined) drop(sendScratch);
    throw error;
  }
}

/** A plain or async function is called from the loop as well: starting a goroutine never runs its code. */
function* callLater(fn: Function, parameters: readonly unknown[]): Generator<unknown, unknown, unknown> {
  const value: unknown = fn(...parameters);
  if (typeof value !== 'object' || value === null) return value;
  if ('then' in value) return yield* waitOperation(value as PromiseLike<unknown>);
  if (isGenerator(value)) return yield* value;
  return value;
}
