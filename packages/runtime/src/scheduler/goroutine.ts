/**
 * The record of a goroutine in the arena: what is needed to start it on any thread, and to join it from any thread.
 *
 * Life: RUNNABLE (in a run queue; whoever takes it out owns it) → RUNNING ⇄ WAITING on one machine, which never
 * changes, since a started generator cannot leave its thread → DONE or FAILED, with the result in RESULT. STATUS up to
 * WAITING is written by the owner for others to look at; the last step is taken under LOCK, together with the joiners.
 *
 * References: one of the runtime until the last step, one of each thread that holds a handle, one of each message that
 * carries one.
 */

import { clear, drop } from '../codec/cell.ts';
import { arena } from '../memory/arena.ts';
import { add } from '../memory/atomics.ts';
import {
  GOROUTINE_FUNCTION,
  GOROUTINE_NUMBER,
  RECORD_JOINERS,
  RECORD_LOCK,
  RECORD_STATUS,
  STATUS_DONE,
} from '../memory/blocks.ts';
import { allocate, setDestroyer } from '../memory/heap.ts';
import { BLOCK_REFERENCES, GOROUTINE_NUMBERS, KIND_GOROUTINE } from '../memory/layout.ts';
import { decodeTuple, dropTuple, encodeTuple } from './tuple.ts';

/** Link in the global queue, in that of blocking calls, or in a group's line; written by whoever owns the record. */
export const LINK = 0;
/** The number of its function; with BLOCKING added it runs without a processor. Written once. */
export const FUNCTION = GOROUTINE_FUNCTION;
export const BLOCKING = 1 << 30;
/** Cells (even offsets): the captured values until the start, the name for dumps, the value or error at the end. */
export const CAPTURES = 2;
export const NAME = 4;
export const RESULT = 6;
export const STATUS = RECORD_STATUS;
/** Guards JOINERS and the last step of STATUS. */
const LOCK = RECORD_LOCK;
/** Waiting queue of joiners: head and tail. */
const JOINERS = RECORD_JOINERS;
/** The goroutine's number, a 64-bit float; written once. */
export const NUMBER = GOROUTINE_NUMBER;
/** The machine on which it runs, once started. */
export const MACHINE = 14;
/**
 * The forms of arguments and captured values, as `encodeTuple` returned them; 0 once they are taken. Up to the start, either has the
 * other's cell to spare where that is empty, and the one of the result.
 */
const ARGUMENTS_FORM = 15;
export const CAPTURES_FORM = 17;
/** Not 0 once somebody has asked for the result, so that an error is not reported as lost; any thread stores 1. */
export const JOINED = 16;
/** Its member block, if somebody wants to know of its end: see `member.ts`. Written before it is queued, and at its end. */
export const MEMBER = 18;
/** The machine that started it; written once. With ERROR_LOST added when it failed and there was no room left for its error. */
const STARTER = 19;
const ERROR_LOST = 1 << 30;
/** Its entry in its machine's table while it waits; written by that machine. */
export const TASK_SLOT = 20;
/** Not 0 once it was cancelled; see `cancel.ts`. */
export const CANCELED = 21;
/** A cell: why it was cancelled. Written by the one canceller. */
export const CANCEL_REASON = 22;
/** A cell: the arguments until the start. */
const ARGUMENTS = 24;
/**
 * With the block's header 112, which is a size class. A record of 128 bytes made a burst of goroutines from the main thread (400 ns
 * each) 300 ns slower: they lie badly in the cache.
 */
export const RECORD_BYTES = 26 * 4;

export const RUNNABLE = 0;
export const RUNNING = 1;
export const WAITING = 2;
export const DONE = STATUS_DONE;
export const FAILED = 4;
export const STATUS_NAMES = ['runnable', 'running', 'waiting', 'done', 'failed'] as const;

/** Numbers are taken from the shared counter so many at once, so that threads do not meet there. */
const NUMBERS_AT_ONCE = 1024;
let nextNumber = 0;
let lastNumber = 0;

/** A new record with so many references: the runtime's, and a handle's if there is one. */
export function createRecord(functionNumber: number, starter: number, references: number): number {
  const record = allocate(KIND_GOROUTINE, RECORD_BYTES);
  const { words } = arena;
  words[record + BLOCK_REFERENCES] = references;
  words[record + LINK] = 0;
  words[record + TASK_SLOT] = -1;
  words[record + STARTER] = starter;
  words[record + FUNCTION] = functionNumber;
  words[record + MACHINE] = -1; // Before STATUS: a walk that finds a block half made must not take it for a lost machine's.
  words[record + STATUS] = RUNNABLE;
  words[record + LOCK] = 0;
  words[record + JOINERS] = 0;
  words[record + JOINERS + 1] = 0;
  words[record + ARGUMENTS_FORM] = 0;
  words[record + CAPTURES_FORM] = 0;
  words[record + JOINED] = 0;
  words[record + CANCELED] = 0;
  words[record + MEMBER] = 0;
  clear((record + RESULT) >> 1);
  clear((record + NAME) >> 1);
  clear((record + CANCEL_REASON) >> 1);
  arena.cells[(record + NUMBER) >> 1] = takeNumber();
  return record;
}

function takeNumber(): number {
  if (nextNumber === lastNumber) {
    nextNumber = (add(GOROUTINE_NUMBERS, 1) >>> 0) * NUMBERS_AT_ONCE + 1;
    lastNumber = nextNumber + NUMBERS_AT_ONCE;
  }
  return nextNumber++;
}

export function functionNumberOf(record: number): number {
  return arena.words[record + FUNCTION]! & ~BLOCKING;
}

/** As `functionNumberOf`; -1 for a local goroutine. */
export function functionOrLocal(record: number): number {
  return functionOfWord(arena.words[record + FUNCTION]!);
}

/** The same of the FUNCTION word alone. */
export function functionOfWord(word: number): number {
  return word < 0 ? -1 : word & ~BLOCKING;
}

/** The goroutine's number. */
export function numberOfRecord(record: number): number {
  return arena.cells[(record + NUMBER) >> 1]!;
}

/** Whether it is a blocking call: see `blocking-queue.ts`. */
export function isBlocking(record: number): boolean {
  const number = arena.words[record + FUNCTION]!;
  return number >= 0 && (number & BLOCKING) !== 0;
}

/** The machine that started it. */
export function starterOf(record: number): number {
  return arena.words[record + STARTER]! & ~ERROR_LOST;
}

/** There is no room for its error. On its machine, before the last step of STATUS. */
export function noteErrorLost(record: number): void {
  arena.words[record + STARTER] = arena.words[record + STARTER]! | ERROR_LOST;
}

export function isErrorLost(record: number): boolean {
  return (arena.words[record + STARTER]! & ERROR_LOST) !== 0;
}

/** Forgets numbers taken from an arena used before. */
export function initializeGoroutineNumbers(): void {
  nextNumber = 0;
  lastNumber = 0;
}

/**
 * Copies captured values into a new record. Throws as `encode` does; then the record holds none. `keepResult` leaves the
 * result's cell as it is.
 */
export function putCaptures(record: number, captures: readonly unknown[], withArguments: boolean, keepResult: boolean): void {
  const spare = withArguments ? 0 : (record + ARGUMENTS) >> 1;
  const result = keepResult ? 0 : (record + RESULT) >> 1;
  const form = encodeTuple(captures, (record + CAPTURES) >> 1, 'capture for a goroutine', spare, result);
  arena.words[record + CAPTURES_FORM] = form;
}

/** The same for arguments. */
export function putArguments(
  record: number,
  parameters: readonly unknown[],
  withCaptures: boolean,
  keepResult: boolean,
  api: string,
): void {
  const spare = withCaptures ? 0 : (record + CAPTURES) >> 1;
  const result = keepResult ? 0 : (record + RESULT) >> 1;
  const what = api === 'go' ? 'pass to go' : `pass to ${api}`; // To put it together takes as long as to copy two numbers.
  const form = encodeTuple(parameters, (record + ARGUMENTS) >> 1, what, spare, result);
  arena.words[record + ARGUMENTS_FORM] = form;
}

/** The captured values, copied out; null without any. The record keeps them until `dropValues`. */
export function capturesOf(record: number): unknown[] | null {
  const form = arena.words[record + CAPTURES_FORM]!;
  return form === 0 ? null : decodeTuple((record + CAPTURES) >> 1, form, (record + ARGUMENTS) >> 1, (record + RESULT) >> 1);
}

/** The arguments, likewise. */
export function argumentsOf(record: number): unknown[] {
  const form = arena.words[record + ARGUMENTS_FORM]!;
  return decodeTuple((record + ARGUMENTS) >> 1, form, (record + CAPTURES) >> 1, (record + RESULT) >> 1);
}

/** Gives back captured values and arguments, if they are there. Before the result is written. */
export function dropValues(record: number): void {
  const captures = arena.words[record + CAPTURES_FORM]!;
  if (captures !== 0) dropCaptures(record, captures);
  const parameters = arena.words[record + ARGUMENTS_FORM]!;
  if (parameters !== 0) dropArguments(record, parameters);
}

function dropCaptures(record: number, form: number): void {
  arena.words[record + CAPTURES_FORM] = 0;
  dropTuple((record + CAPTURES) >> 1, form, (record + ARGUMENTS) >> 1, (record + RESULT) >> 1);
}

function dropArguments(record: number, form: number): void {
  arena.words[record + ARGUMENTS_FORM] = 0;
  dropTuple((record + ARGUMENTS) >> 1, form, (record + CAPTURES) >> 1, (record + RESULT) >> 1);
}

setDestroyer(KIND_GOROUTINE, (record) => {
  dropValues(record);
  drop((record + RESULT) >> 1);
  drop((record + NAME) >> 1);
  drop((record + CANCEL_REASON) >> 1);
});
