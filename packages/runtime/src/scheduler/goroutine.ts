/**
 * The record of a goroutine in the arena: what is needed to start it on any thread, and to join it from any thread.
 *
 * Life: RUNNABLE (in a run queue; whoever takes it out owns it) → RUNNING ⇄ WAITING on one machine, which never
 * changes, since a started generator cannot leave its thread → DONE or FAILED, with the result in RESULT. STATUS up to
 * WAITING is written by the owner for others to look at; the last step is taken under LOCK, together with the joiners, unless nobody
 * has a reference beside the runtime (`core/record.ts`).
 *
 * References: one of the runtime until the last step, one of each thread that holds a handle, one of each message that
 * carries one.
 */

import { drop } from '../codec/cell.ts';
import { arena } from '../memory/arena.ts';
import { add } from '../memory/atomics.ts';
import {
  RECORD_ARGUMENTS,
  RECORD_ARGUMENTS_FORM,
  RECORD_CANCEL_REASON,
  RECORD_CAPTURES,
  RECORD_CAPTURES_FORM,
  RECORD_FUNCTION,
  RECORD_NAME,
  RECORD_NUMBER,
  RECORD_RESULT,
  RECORD_STARTER,
  RECORD_WORDS,
  STATUS_DONE,
  STATUS_RUNNABLE,
} from '../memory/blocks.ts';
import { dropRecord, dropRecordValues, fillRecord, createRecord as takeRecord } from '../memory/core.ts';
import { allocateForLater, becomes, setDestroyer } from '../memory/heap.ts';
import { BLOCK_REFERENCES, GOROUTINE_NUMBERS, KIND_GOROUTINE } from '../memory/layout.ts';
import { decodeTuple, dropTuple, encodeTuple } from './tuple.ts';

/** The name of those that serve a proxy (`sync/proxy.ts`): no program has started them, and none can end them. */
export const PROXY_NAME = 'proxy';

export {
  RECORD_CANCEL_REASON as CANCEL_REASON,
  RECORD_CANCELED as CANCELED,
  RECORD_CAPTURES as CAPTURES,
  RECORD_CAPTURES_FORM as CAPTURES_FORM,
  RECORD_FUNCTION as FUNCTION,
  RECORD_JOINED as JOINED,
  RECORD_LINK as LINK,
  RECORD_MACHINE as MACHINE,
  RECORD_MEMBER as MEMBER,
  RECORD_NAME as NAME,
  RECORD_NUMBER as NUMBER,
  RECORD_RESULT as RESULT,
  RECORD_STATUS as STATUS,
  RECORD_TASK_SLOT as TASK_SLOT,
} from '../memory/blocks.ts';

/** Added to the number of its function: it runs without a processor. */
export const BLOCKING = 1 << 30;
/** Added to its starter when it failed and there was no room left for its error. */
const ERROR_LOST = 1 << 30;

export const RUNNABLE = STATUS_RUNNABLE;
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
  const number = takeNumber();
  return takeRecord(functionNumber, starter, references, number) || allocateRecord(functionNumber, starter, references, number);
}

/** The same where this thread has no free block of that size at hand. */
function allocateRecord(functionNumber: number, starter: number, references: number, number: number): number {
  const record = allocateForLater(RECORD_WORDS);
  fillRecord(record, functionNumber, starter, number);
  // Added: somebody who found the block as it was before may hold it for a moment.
  add(record + BLOCK_REFERENCES, references - 1);
  becomes(record, KIND_GOROUTINE);
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
  return arena.words[record + RECORD_FUNCTION]! & ~BLOCKING;
}

/** As `functionNumberOf`; -1 for a local goroutine. */
export function functionOrLocal(record: number): number {
  return functionOfWord(arena.words[record + RECORD_FUNCTION]!);
}

/** The same of the FUNCTION word alone. */
export function functionOfWord(word: number): number {
  return word < 0 ? -1 : word & ~BLOCKING;
}

/** The goroutine's number. */
export function numberOfRecord(record: number): number {
  return arena.cells[(record + RECORD_NUMBER) >> 1]!;
}

/** Whether it is a blocking call: see `blocking-queue.ts`. */
export function isBlocking(record: number): boolean {
  const number = arena.words[record + RECORD_FUNCTION]!;
  return number >= 0 && (number & BLOCKING) !== 0;
}

/** The machine that started it. */
export function starterOf(record: number): number {
  return arena.words[record + RECORD_STARTER]! & ~ERROR_LOST;
}

/** There is no room for its error. On its machine, before the last step of STATUS. */
export function noteErrorLost(record: number): void {
  arena.words[record + RECORD_STARTER] = arena.words[record + RECORD_STARTER]! | ERROR_LOST;
}

export function isErrorLost(record: number): boolean {
  return (arena.words[record + RECORD_STARTER]! & ERROR_LOST) !== 0;
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
  const spare = withArguments ? 0 : (record + RECORD_ARGUMENTS) >> 1;
  const result = keepResult ? 0 : (record + RECORD_RESULT) >> 1;
  const form = encodeTuple(captures, (record + RECORD_CAPTURES) >> 1, 'capture for a goroutine', spare, result);
  arena.words[record + RECORD_CAPTURES_FORM] = form;
}

/** The same for arguments. */
export function putArguments(
  record: number,
  parameters: readonly unknown[],
  withCaptures: boolean,
  keepResult: boolean,
  api: string,
): void {
  const spare = withCaptures ? 0 : (record + RECORD_CAPTURES) >> 1;
  const result = keepResult ? 0 : (record + RECORD_RESULT) >> 1;
  const what = api === 'go' ? 'pass to go' : `pass to ${api}`; // To put it together takes as long as to copy two numbers.
  const form = encodeTuple(parameters, (record + RECORD_ARGUMENTS) >> 1, what, spare, result);
  arena.words[record + RECORD_ARGUMENTS_FORM] = form;
}

/** The captured values, copied out; null without any. The record keeps them until `dropValues`. */
export function capturesOf(record: number): unknown[] | null {
  const form = arena.words[record + RECORD_CAPTURES_FORM]!;
  return form === 0
    ? null
    : decodeTuple((record + RECORD_CAPTURES) >> 1, form, (record + RECORD_ARGUMENTS) >> 1, (record + RECORD_RESULT) >> 1);
}

/** The arguments, likewise. */
export function argumentsOf(record: number): unknown[] {
  const form = arena.words[record + RECORD_ARGUMENTS_FORM]!;
  return decodeTuple((record + RECORD_ARGUMENTS) >> 1, form, (record + RECORD_CAPTURES) >> 1, (record + RECORD_RESULT) >> 1);
}

/** Gives back captured values and arguments, if they are there. Before the result is written. */
export function dropValues(record: number): void {
  if (!dropRecordValues(record)) dropOthers(record);
}

/** What the core leaves. */
function dropOthers(record: number): void {
  const captures = arena.words[record + RECORD_CAPTURES_FORM]!;
  arena.words[record + RECORD_CAPTURES_FORM] = 0;
  dropTuple((record + RECORD_CAPTURES) >> 1, captures, (record + RECORD_ARGUMENTS) >> 1, (record + RECORD_RESULT) >> 1);
  const parameters = arena.words[record + RECORD_ARGUMENTS_FORM]!;
  arena.words[record + RECORD_ARGUMENTS_FORM] = 0;
  dropTuple((record + RECORD_ARGUMENTS) >> 1, parameters, (record + RECORD_CAPTURES) >> 1, (record + RECORD_RESULT) >> 1);
}

setDestroyer(KIND_GOROUTINE, (record) => {
  if (dropRecord(record)) return;
  dropOthers(record);
  drop((record + RECORD_RESULT) >> 1);
  drop((record + RECORD_NAME) >> 1);
  drop((record + RECORD_CANCEL_REASON) >> 1);
});
