/**
 * The errors of async-mutex: the very objects, so that a program which compares with them (`error === E_CANCELED`) may use
 * that package and this one side by side. They are told apart by identity on their own thread, and by message elsewhere.
 */
export { E_ALREADY_LOCKED, E_CANCELED, E_TIMEOUT } from 'async-mutex';

import { E_CANCELED } from 'async-mutex';
import { clear } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';

/** Writes down what those get who are sent away from a lock: an error of the user's, or undefined for E_CANCELED. */
export function writeCancelError(error: unknown, cell: number, what: string): void {
  if (error === undefined || error === E_CANCELED) clear(cell);
  else encode(error, cell, what);
}

/** On a thread that was not given the error itself. */
export function readCancelError(cell: number): unknown {
  return decode(cell) ?? E_CANCELED;
}
