/**
 * A broken invariant of ours is not a user's error: it must not be caught, joined or swallowed.
 * `fatal` prints the operands and ends the process, as Go's `throw` does.
 */
import { writeSync } from 'node:fs';

/** Throws an error that is nobody's in particular: it ends the process, or reaches its 'uncaughtException' listeners. */
export function throwUncaught(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

export function fatal(what: string, operands: Record<string, number | string> = {}): never {
  const listed = Object.entries(operands)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
  const message = `fatal: ${what}${listed === '' ? '' : ` (${listed})`}`;
  writeSync(2, `${message}\n${new Error(message).stack ?? ''}\n`);
  // `process.abort` is not to be had on a worker thread, and what it throws there could be caught.
  process.kill(process.pid, 'SIGABRT');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
