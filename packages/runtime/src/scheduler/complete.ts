/**
 * The end of a goroutine: its result goes into the record, its joiners are woken, its reference is given back.
 *
 * The last step of STATUS and the line of joiners change together (`core/record.ts`): a joiner either finds the goroutine
 * ended, or stands in the line that is taken here. Where the runtime's reference is the only one there are none. An error whose goroutine nobody has asked for is
 * reported by way of its starter's thread to the main thread, which looks again a turn later (`observe/uncaught.ts`).
 */
import { clear } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { bareError } from '../codec/error-classes.ts';
import { ArenaExhaustedError, CanceledError, ThreadLostError, textOf } from '../errors.ts';
import { nameOrigins } from '../functions/load.ts';
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { FINISHED_HOLDING, FINISHED_NOT, TUPLE_CREATOR } from '../memory/blocks.ts';
import { completeRecord, finishUnknown } from '../memory/core.ts';
import { destroy, release, retain, withReserve } from '../memory/heap.ts';
import { BLOCK_REFERENCES, MACHINE_STATE, MACHINE_STATE_LOST, MACHINE_STATE_NONE, machineBase } from '../memory/layout.ts';
import { cleanStack, createdByLines } from '../own-frames.ts';
import { creationOf } from './creation-sites.ts';
import { ENDED, publishEnded } from './diagnostics.ts';
import type { EventLog } from './events.ts';
import {
  CAPTURES,
  CAPTURES_FORM,
  DONE,
  dropValues,
  FAILED,
  functionOrLocal,
  isBlocking,
  JOINED,
  MEMBER,
  noteErrorLost,
  RESULT,
  starterOf,
} from './goroutine.ts';
import { readyAll } from './inbox.ts';
import { COUNT_FINISHED, machine } from './machine.ts';
import { memberEnded } from './member.ts';
import { NOTICE_UNJOINED, notice, whenNoticed } from './notice.ts';
import { whenNonePauses } from './preempt.ts';

/** Where a goroutine that was started on the calling thread leaves its result uncopied. */
export interface LocalOutcome {
  settled: boolean;
  failed: boolean;
  value: unknown;
  /** Where the goroutine was created, if that was noted. */
  readonly site: string | undefined;
}

export function completeWithValue(record: number, value: unknown, local: LocalOutcome | null): void {
  if (local !== null) {
    local.settled = true;
    local.value = value;
  }
  if (value === undefined) {
    clear((record + RESULT) >> 1);
  } else {
    try {
      encode(value, (record + RESULT) >> 1, 'return from a goroutine');
    } catch (error) {
      cannotReturn(record, error, local);
      return;
    }
  }
  if (machine.events !== null) tellFinished(machine.events, record, false);
  if (value === undefined && !ENDED.hasSubscribers && endsUnknown(record)) return;
  end(record, DONE);
  if (ENDED.hasSubscribers) publishEnded(record, 'done', undefined);
  if (arena.words[record + MEMBER] !== 0) memberEnded(record, false, undefined);
  release(record);
}

/** A goroutine of this very thread hands its result over uncopied; others learn why they cannot have it. */
function cannotReturn(record: number, error: unknown, local: LocalOutcome | null): void {
  explain(record, error, local);
  fail(record, error, local !== null, local);
}

export function completeWithError(record: number, error: unknown, local: LocalOutcome | null): void {
  explain(record, error, local);
  if (local !== null) {
    local.settled = true;
    local.failed = true;
    local.value = error;
  }
  fail(record, error, isKnown(error), local);
}

/** Its stack trace becomes what the user wants to know. */
function explain(record: number, error: unknown, local: LocalOutcome | null): void {
  nameOrigins(error);
  cleanStack(error, () =>
    createdByLines(creationOf(functionOrLocal(record), local?.site), isBlocking(record) ? 'called by blocking()' : undefined),
  );
}

function fail(record: number, error: unknown, quiet: boolean, local: LocalOutcome | null): void {
  dropValues(record); // It may not have been started.
  const cell = (record + RESULT) >> 1;
  withReserve(() => {
    try {
      encode(error, cell, 'throw from a goroutine');
    } catch (problem) {
      if (problem instanceof ArenaExhaustedError) noteErrorLost(record);
      else encodeUncopied(record, error);
    }
  });
  if (machine.events !== null) tellFinished(machine.events, record, true);
  end(record, FAILED);
  if (ENDED.hasSubscribers) publishEnded(record, 'failed', error);
  // Who joins has set JOINED, before it took its place among the joiners.
  if (!quiet && load(record + JOINED) === 0) withReserve(() => reportUnjoined(record, local?.site));
  if (arena.words[record + MEMBER] !== 0) memberEnded(record, true, error);
  release(record);
}

function encodeUncopied(record: number, error: unknown): void {
  try {
    encode(uncopied(error), (record + RESULT) >> 1, 'throw from a goroutine');
  } catch {
    noteErrorLost(record); // Its text is too long for what memory is left.
  }
}

/** What joiners get of an error that cannot be copied whole: its class, message, code and stack, as far as they can be read. */
function uncopied(error: unknown): Error {
  if (isA(error, Error)) return bareError(error);
  const copy = new Error(textOf(error));
  copy.stack = String(copy); // Not where it was copied.
  return copy;
}

/** Who cancels a goroutine knows that it ends so, and a lost thread is reported as such: nobody needs to be told again. */
function isKnown(error: unknown): boolean {
  return isA(error, CanceledError) || isA(error, ThreadLostError);
}

/** What is thrown may be a Proxy that was revoked, for which `instanceof` throws. */
function isA<T>(value: unknown, type: new (...parameters: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/**
 * Who knows of it has a reference, or a member block, or is told here. Plain: where this one is the only reference, there is nobody to
 * make another.
 */
function tellFinished(events: EventLog, record: number, failed: boolean): void {
  const known = arena.words[record + BLOCK_REFERENCES] !== 1 || arena.words[record + MEMBER] !== 0;
  events.finish(record, failed, known || failed || ENDED.hasSubscribers);
}

/** The end of a goroutine that nobody knows of and whose result nobody could want. False where somebody does: nothing has changed. */
function endsUnknown(record: number): boolean {
  const finished = finishUnknown(record);
  if (finished === FINISHED_NOT) return false;
  machine.count(COUNT_FINISHED);
  if (finished === FINISHED_HOLDING) destroy(record);
  return true;
}

function end(record: number, status: number): void {
  machine.count(COUNT_FINISHED);
  readyAll(completeRecord(record, status));
}

/**
 * By way of the thread that started it: that one takes the notice when the code which called `go` has come to its next
 * wait. Until then it may be about to join, however long the kernel keeps its thread waiting.
 */
function reportUnjoined(record: number, site: string | undefined): void {
  const starter = starterOf(record);
  const state = load(machineBase(starter) + MACHINE_STATE);
  const gone = state === MACHINE_STATE_LOST || state === MACHINE_STATE_NONE;
  if (starter === machine.number) passOn(record, site);
  else notice(gone ? 0 : starter, NOTICE_UNJOINED, record);
}

/** On a worker; on the main thread `observe/uncaught.ts` takes its place. */
whenNoticed(NOTICE_UNJOINED, (record) => passOn(record, undefined));

/** To the main thread, once nobody here may be about to join: a goroutine that was preempted has not come to a wait. */
function passOn(record: number, site: string | undefined): void {
  retain(record);
  if (site) noteCreator(record, site);
  whenNonePauses(() => {
    if (load(record + JOINED) === 0) withReserve(() => notice(0, NOTICE_UNJOINED, record));
    release(record);
  });
}

/** What only the thread of a local goroutine knows it leaves in a cell that an ended goroutine does not use any more. */
function noteCreator(record: number, site: string): void {
  encode(site, (record + CAPTURES) >> 1, 'report an error');
  arena.words[record + CAPTURES_FORM] = TUPLE_CREATOR;
}

/** Where a local goroutine was created whose error nobody joined, if that was noted. */
export function localCreatorOf(record: number): string | undefined {
  return arena.words[record + CAPTURES_FORM] === TUPLE_CREATOR ? (decode((record + CAPTURES) >> 1) as string) : undefined;
}
