/**
 * The errors of async-mutex: the very objects, so that a program which compares with them (`error === E_CANCELED`) may use
 * that package and this one side by side. Each thread has its own; where one crosses, it arrives as the other thread's own.
 */
export { E_ALREADY_LOCKED, E_CANCELED, E_TIMEOUT } from 'async-mutex';

import { E_ALREADY_LOCKED, E_CANCELED, E_TIMEOUT } from 'async-mutex';
import { clear } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { PendingValue } from '../codec/pending.ts';
import { SAME_LOCK_CANCELED, SAME_LOCK_TAKEN, SAME_LOCK_TIMEOUT, sameEverywhere } from '../codec/same-everywhere.ts';

sameEverywhere(SAME_LOCK_CANCELED, E_CANCELED);
sameEverywhere(SAME_LOCK_TIMEOUT, E_TIMEOUT);
sameEverywhere(SAME_LOCK_TAKEN, E_ALREADY_LOCKED);

/** Writes down what those get who are sent away from a lock: an error of the user's, or undefined for E_CANCELED. */
export function writeCancelError(error: unknown, cell: number, what: string): void {
  if (error === undefined || error === E_CANCELED) clear(cell);
  else encode(error, cell, what);
}

/** On a thread that was not given the error itself. */
export function readCancelError(cell: number): unknown {
  try {
    return decode(cell) ?? E_CANCELED;
  } catch (error) {
    // One that can never be made on this thread: who is sent away finds that thrown, each time.
    if (error instanceof PendingValue) throw error;
    return error;
  }
}
