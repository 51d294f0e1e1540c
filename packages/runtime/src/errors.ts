/**
 * Every error a user can meet, by class. Texts say what happened, to what, where, and what to do;
 * they are written where the fact is known, the classes live here so that no layer has to import another for them.
 */
import { types } from 'node:util';
import { usersLines } from './own-frames.ts';

/** How deep in this package an error may be found. */
const OWN_FRAMES = 30;

/** An error whose stack trace begins where the user has called: he cannot do anything about what is inside. */
abstract class MistakeError extends Error {
  constructor(message?: string, options?: ErrorOptions) {
    const limit = Error.stackTraceLimit;
    const deeper = typeof limit === 'number' && limit > 0 && limit < 1000;
    if (deeper) Error.stackTraceLimit = limit + OWN_FRAMES;
    super(message, options);
    if (!deeper) return;
    Error.stackTraceLimit = limit;
    showPlace(this, new.target.name, limit);
  }
}

function showPlace(error: Error, name: string, limit: number): void {
  try {
    const lines = error.stack!.split('\n');
    const start = lines.findIndex((line) => line.startsWith('    at '));
    if (start < 0) return;
    // It has no name of its own yet.
    const head = lines
      .slice(0, start)
      .join('\n')
      .replace(/^Error\b/, name);
    error.stack = [head, ...usersLines(lines.slice(start)).slice(0, limit)].join('\n');
  } catch {
    // A program's own `Error.prepareStackTrace`: it stays as it is.
  }
}

/** What a thrown or given value says, in a few words; never throws itself. */
export function textOf(value: unknown): string {
  try {
    return value instanceof Error ? value.message : String(value);
  } catch {
    // Of a Proxy that was revoked not even that can be told.
    return types.isProxy(value) ? '[object Proxy]' : Object.prototype.toString.call(value);
  }
}

/** A value in a message, so that '1' is not taken for 1. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'bigint' ? `${value}n` : textOf(value);
}

/** What a value is, for messages about one of the wrong kind. */
export function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** Sending on, or closing, a channel that is closed already. Go panics with the same words. */
export class ClosedChannelError extends MistakeError {
  override readonly name = 'ClosedChannelError';
}

/** A goroutine function cannot be carried to another thread: it assigns to a captured variable, or uses an outer `this`. */
export class CaptureError extends MistakeError {
  override readonly name = 'CaptureError';
}

/** A value cannot be copied to another thread. The message names the path to the offending part. Nothing was sent. */
export class DataCloneError extends MistakeError {
  override readonly name = 'DataCloneError';
}

/** The shared memory that holds goroutines, channels and values in flight is full. */
export class ArenaExhaustedError extends Error {
  override readonly name = 'ArenaExhaustedError';
}

/** Every goroutine waits for another one, and nothing outside can wake any of them. */
export class DeadlockError extends Error {
  override readonly name = 'DeadlockError';
}

/** The thread on which a goroutine ran, or read the source of a channel, has ended, and with it what it did. */
export class ThreadLostError extends Error {
  override readonly name = 'ThreadLostError';
}

/** A wait was given up because its goroutine, lock or context was cancelled. */
export class CanceledError extends Error {
  override readonly name: string = 'CanceledError';
}

/** The deadline of a context has passed. It is a CanceledError too, so that one `instanceof` tells every cancellation. */
export class DeadlineExceededError extends CanceledError {
  override readonly name: string = 'DeadlineExceededError';
}

/** Locks are used against their rules: unlocking an unlocked one, a WaitGroup below zero. */
export class SyncError extends MistakeError {
  override readonly name = 'SyncError';
}

/** The runtime is used against its rules: `run` inside a run, `configure` after the start. */
export class RuntimeStateError extends MistakeError {
  override readonly name = 'RuntimeStateError';
}
