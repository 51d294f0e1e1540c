/**
 * Errors that nobody joined. They are reported to the main thread by a notice in its inbox; it looks again after a turn
 * of its loop, as Node does with rejections, and then lets the error end the process like any uncaught one.
 */
import { inspect } from 'node:util';
import { decode } from '../codec/decode.ts';
import { throwUncaught } from '../fatal.ts';
import { cells } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { release, retain } from '../memory/heap.ts';
import { createdByLines, withLineBeforeOrigin } from '../own-frames.ts';
import { localCreatorOf } from '../scheduler/complete.ts';
import { creationOf } from '../scheduler/creation-sites.ts';
import { UNCAUGHT } from '../scheduler/diagnostics.ts';
import { functionOrLocal, JOINED, NAME, NUMBER } from '../scheduler/goroutine.ts';
import { errorOf } from '../scheduler/handle.ts';
import { NOTICE_UNJOINED, whenNoticed } from '../scheduler/notice.ts';
import { whenNonePauses } from '../scheduler/preempt.ts';
import { placeOfFunction } from './goroutines.ts';

export type UncaughtListener = (error: unknown, goroutine: { id: number; name: string | undefined }) => void;

const listeners: UncaughtListener[] = [];

export function addUncaughtListener(listener: UncaughtListener): void {
  listeners.push(listener);
}

export function removeUncaughtListener(listener: UncaughtListener): void {
  const index = listeners.indexOf(listener);
  if (index >= 0) listeners.splice(index, 1);
}

/** On the main thread. */
export function watchUncaught(): void {
  whenNoticed(NOTICE_UNJOINED, (record) => {
    retain(record);
    setImmediate(() => setImmediate(() => whenNonePauses(() => report(record))));
  });
}

function report(record: number): void {
  if (load(record + JOINED) !== 0) {
    release(record);
    return;
  }
  const id = cells[(record + NUMBER) >> 1]!;
  const name = decode((record + NAME) >> 1) as string | undefined;
  const error = errorOf(record);
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
