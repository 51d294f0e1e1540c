/**
 * Errors that nobody joined. They are reported to the main thread by a notice in its inbox; it looks again after a turn
 * of its loop, as Node does with rejections, and then lets the error end the process like any uncaught one. An error of which a
 * function must be loaded first is waited for, and so are, behind it, those that come later: reports keep their order.
 */
import { inspect } from 'node:util';
import { decode } from '../codec/decode.ts';
import { PendingValue } from '../codec/pending.ts';
import { throwUncaught } from '../fatal.ts';
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { release, retain } from '../memory/heap.ts';
import { createdByLines, withLineBeforeOrigin } from '../own-frames.ts';
import { localCreatorOf } from '../scheduler/complete.ts';
import { creationOf } from '../scheduler/creation-sites.ts';
import { UNCAUGHT } from '../scheduler/diagnostics.ts';
import { functionOrLocal, JOINED, NAME, NUMBER } from '../scheduler/goroutine.ts';
import { errorOf } from '../scheduler/handle.ts';
import { machine } from '../scheduler/machine.ts';
import { NOTICE_UNJOINED, whenNoticed } from '../scheduler/notice.ts';
import { whenNonePauses } from '../scheduler/preempt.ts';
import { placeOfFunction } from './goroutines.ts';

export type UncaughtListener = (error: unknown, goroutine: { id: number; name: string | undefined }) => void;

const listeners: UncaughtListener[] = [];

/** Records whose reports wait for the error of the first one, or for their turn after that; null when none does. */
let heldUp: number[] | null = null;

export function addUncaughtListener(listener: UncaughtListener): void {
  listeners.push(listener);
}

export function removeUncaughtListener(listener: UncaughtListener): void {
  const index = listeners.indexOf(listener);
  if (index >= 0) listeners.splice(index, 1);
}

/** On the main thread. */
export function watchUncaught(): void {
  heldUp = null;
  whenNoticed(NOTICE_UNJOINED, (record) => {
    retain(record);
    setImmediate(() => setImmediate(() => whenNonePauses(() => reportInTurn(record))));
  });
}

function reportInTurn(record: number): void {
  if (heldUp !== null) heldUp.push(record);
  else reportAll([record]);
}

/** Oldest first, until one's error has to be waited for. A listener may throw: then the others have another turn. */
function reportAll(records: number[]): void {
  heldUp = records;
  while (records.length > 0) {
    const record = records[0]!;
    const joined = load(record + JOINED) !== 0;
    let error: unknown;
    try {
      if (!joined) error = errorOf(record);
    } catch (problem) {
      if (problem instanceof PendingValue) {
        holdUp(problem, records);
        return;
      }
      error = problem;
    }
    records.shift();
    let threw = true;
    try {
      if (joined) release(record);
      else report(record, error);
      threw = false;
    } finally {
      if (threw) reportLater(records);
    }
  }
  heldUp = null;
}

function holdUp(pending: PendingValue, records: number[]): void {
  const before = arena.buffer;
  machine.pending++;
  const goOn = (): void => {
    if (before !== arena.buffer) return;
    machine.pending--;
    reportLater(records);
  };
  pending.ready.then(goOn, goOn);
}

/** What comes meanwhile is held up behind them. */
function reportLater(records: number[]): void {
  const before = arena.buffer;
  setImmediate(() => {
    if (before === arena.buffer) reportAll(records);
  });
}

function report(record: number, error: unknown): void {
  const id = arena.cells[(record + NUMBER) >> 1]!;
  const name = decode((record + NAME) >> 1) as string | undefined;
  const number = functionOrLocal(record);
  const origin = createdByLines(creationOf(number, localCreatorOf(record)));
  release(record);
  if (UNCAUGHT.hasSubscribers) UNCAUGHT.publish({ id, name, error });
  if (listeners.length > 0) {
    for (const listener of [...listeners]) listener(error, { id, name });
    return;
  }
  const place = `    in goroutine ${id}${name === undefined ? '' : ` (${name})`}, which nobody joined`;
  if (error instanceof Error) {
    const stack = error.stack ?? String(error);
    error.stack = withLineBeforeOrigin(stack, place) ?? [stack, place, ...origin].join('\n');
    void Promise.reject(error); // Which nobody handles.
    return;
  }
  if (process.listenerCount('unhandledRejection') > 0) {
    void Promise.reject(error);
  } else if (process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()) {
    throwUncaught(error);
  } else {
    // Node would not show what it is.
    const shown = new Error();
    const fn = number < 0 ? [] : [`    at ${placeOfFunction(number).replace(/^<anonymous> \((.*)\)$/, '$1')}`];
    shown.stack = [`Uncaught ${inspect(error)}`, ...fn, place, ...origin].join('\n');
    void Promise.reject(shown);
  }
}
