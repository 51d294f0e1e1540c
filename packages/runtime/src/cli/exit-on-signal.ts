/**
 * Imported by `goroutines trace` before the program: a signal that the program does not handle ends it by `process.exit`, so
 * that the trace is written out. The exit code is what a shell gives for that signal.
 */
import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
    });
  }
}
