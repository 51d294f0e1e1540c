/**
 * Every error a user can meet, by class. Texts say what happened, to what, where, and what to do;
 * they are written where the fact is known, the classes live here so that no layer has to import another for them.
 */

/** What a thrown or given value says, in a few words; never throws itself. */
export function textOf(value: unknown): string {
  try {
    return value instanceof Error ? value.message : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Sending on, or closing, a channel that is closed already. Go panics with the same words. */
export class ClosedChannelError extends Error {
  override readonly name = 'ClosedChannelError';
}

/** A goroutine function cannot be carried to another thread: it assigns to a captured variable, or uses an outer `this`. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}

/** A value cannot be copied to another thread. The message names the path to the offending part. Nothing was sent. */
export class DataCloneError extends Error {
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

/** The thread on which a goroutine ran has ended, and the goroutine with it. */
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
export class SyncError extends Error {
  override readonly name = 'SyncError';
}

/** The runtime is used against its rules: `run` inside a run, `configure` after the start. */
export class RuntimeStateError extends Error {
  override readonly name = 'RuntimeStateError';
}
