/**
 * Cancelling a goroutine, from any thread.
 *
 * CANCELED goes from NOT to CLAIMED by compare-exchange, so that one canceller writes the reason; then to PUBLISHED, and
 * only then is MACHINE read. The start stores MACHINE first, then reads CANCELED. So at least one sees the other: a
 * goroutine without a machine finds itself cancelled at its start, one that has a machine gets a notice there. Both may
 * happen, and the second does nothing. The notice finds the goroutine at its wait: the operation is taken back and the
 * error thrown into the generator, whose `finally` blocks run. Or not at its wait: then it finds the error at its next
 * one. A cancelled goroutine never ends a thread, and no other goroutine notices.
 */
import { decode } from '../codec/decode.ts';
import { encode, encodeAtOnce } from '../codec/encode.ts';
import { bareError } from '../codec/error-classes.ts';
import { SharedObject } from '../codec/handles.ts';
import { CanceledError, DataCloneError, textOf } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { compareExchange, load, store } from '../memory/atomics.ts';
import { kindOf } from '../memory/heap.ts';
import { KIND_DONE } from '../memory/layout.ts';
import { CANCEL_REASON, CANCELED, DONE, MACHINE, STATUS, TASK_SLOT } from './goroutine.ts';
import { machine } from './machine.ts';
import { NOTICE_CANCEL, notice, whenNoticed } from './notice.ts';
import { Task } from './task.ts';
import { reserveWaiter } from './waiter.ts';

const NOT = 0;
const CLAIMED = 1;
const PUBLISHED = 2;

/**
 * Writes down why something is cancelled, so that every thread has it without waiting: of an error that cannot be copied so
 * what every error has. Throws DataCloneError when it is another value.
 */
export function encodeReason(reason: unknown, cell: number, what: string): void {
  try {
    encodeAtOnce(reason, cell, what);
  } catch (problem) {
    if (!(problem instanceof DataCloneError && reason instanceof Error)) throw problem;
    encode(bareError(reason), cell, what);
  }
}

/**
 * Cancels a goroutine; nothing happens when it has ended or was cancelled before. Throws DataCloneError when the reason
 * cannot be copied, and nothing has happened then. The caller holds a reference of the record.
 */
export function cancel(record: number, reason: unknown): void {
  reserveWaiter(); // For the notice: once PUBLISHED, it must not fail.
  if (load(record + STATUS) >= DONE || compareExchange(record + CANCELED, NOT, CLAIMED) !== NOT) return;
  try {
    encodeReason(reason, (record + CANCEL_REASON) >> 1, 'cancel a goroutine');
  } catch (error) {
    store(record + CANCELED, NOT);
    throw error;
  }
  store(record + CANCELED, PUBLISHED);
  const machineNumber = load(record + MACHINE);
  if (machineNumber >= 0) notice(machineNumber, NOTICE_CANCEL, record);
}

export function isCanceled(record: number): boolean {
  return saysCanceled(load(record + CANCELED));
}

/** The same, of the word that was found in CANCELED. */
export function saysCanceled(word: number): boolean {
  return word === PUBLISHED;
}

let errorOfContext: (done: number) => Error = () => new CanceledError('context canceled');

/** A context cancels its goroutines with itself for a reason: nothing is copied. The callback gives its error. */
export function whenCanceledByContext(callback: (done: number) => Error): void {
  errorOfContext = callback;
}

/** What a cancelled goroutine finds thrown: the reason itself if it is an error. */
export function canceledError(record: number): Error {
  const reason = decode((record + CANCEL_REASON) >> 1);
  if (reason instanceof SharedObject && kindOf(reason.address) === KIND_DONE) return errorOfContext(reason.address);
  if (reason instanceof CanceledError) return reason;
  const text = reason === undefined ? 'the goroutine was cancelled' : `the goroutine was cancelled: ${textOf(reason)}`;
  return new CanceledError(text, { cause: reason });
}

/** On the machine of the goroutine. */
whenNoticed(NOTICE_CANCEL, (record) => {
  if (load(record + STATUS) >= DONE) return;
  const task = machine.entries[arena.words[record + TASK_SLOT]!];
  // Without an entry of its own it has ended, or its function is still being loaded and its start will see to it.
  if (task instanceof Task && task.record === record && task.interrupt === null) task.cancel(canceledError(record));
});
