/**
 * What is published on channels of `node:diagnostics_channel`. Nothing is computed while a channel has no subscriber; to look
 * whether it has costs a call of a getter that V8 inlines.
 *
 * A message is published on the thread where it happens, and subscribers are of one thread. So who wants to know of goroutines on
 * all threads subscribes in a module that all threads load: `node --import ./observe.mjs app.js`.
 */
import { type Channel, channel } from 'node:diagnostics_channel';
import { decode } from '../codec/decode.ts';
import { NAME, numberOfRecord } from './goroutine.ts';
import { machine } from './machine.ts';

interface AboutGoroutine {
  id: number;
  /** As given to `go.with`. */
  name: string | undefined;
  /** Where the message is published; 0 is the main thread. */
  thread: number;
}

/** `goroutines:create`: on the thread that calls `go`, before the goroutine is queued. */
export interface CreateMessage extends AboutGoroutine {
  /** By which call: `go` (and what is built on it), `go.local`, or `blocking`. */
  kind: 'go' | 'local' | 'blocking';
}

/** `goroutines:end`: on the thread where it ran. */
export interface EndMessage extends AboutGoroutine {
  status: 'done' | 'failed';
  /** What it threw, if it has failed. */
  error: unknown;
}

/** `goroutines:uncaught`: on the main thread, before the listeners of `runtime.on('uncaught')` or the end of the process. */
export interface UncaughtMessage {
  id: number;
  name: string | undefined;
  error: unknown;
}

/** `goroutines:handoff`: on a thread whose processor went to another, since it did not come back from a goroutine. */
export interface HandoffMessage {
  thread: number;
}

/** `goroutines:thread`: on the main thread. */
export interface ThreadMessage {
  thread: number;
  event: 'start' | 'end' | 'lost';
  /** Why it was lost. */
  why: string | undefined;
}

export const CREATED = channel('goroutines:create') as Channel<unknown, CreateMessage>;
export const ENDED = channel('goroutines:end') as Channel<unknown, EndMessage>;
export const UNCAUGHT = channel('goroutines:uncaught') as Channel<unknown, UncaughtMessage>;
export const DEADLOCK = channel('goroutines:deadlock');
export const HANDOFF = channel('goroutines:handoff') as Channel<unknown, HandoffMessage>;
export const THREAD = channel('goroutines:thread') as Channel<unknown, ThreadMessage>;

function about(record: number): AboutGoroutine {
  return {
    id: numberOfRecord(record),
    name: decode((record + NAME) >> 1) as string | undefined,
    thread: machine.number,
  };
}

export function publishCreated(record: number, kind: CreateMessage['kind']): void {
  CREATED.publish({ ...about(record), kind });
}

export function publishEnded(record: number, status: EndMessage['status'], error: unknown): void {
  ENDED.publish({ ...about(record), status, error });
}
