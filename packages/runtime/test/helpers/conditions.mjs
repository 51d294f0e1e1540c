/** Waiting for a condition instead of for a time. */
import assert from 'node:assert/strict';
import { gosched } from 'goroutines';

/** Lets others run until the condition holds. */
export function* until(drive, condition) {
  while (!condition()) yield* drive(gosched());
}

const AFTER_FIRST_WAIT = new Set(['waiting', 'done', 'failed']);

/** Until a goroutine stands in its first wait; one that a timer lets go on may have ended before it is looked at. */
export function* untilParked(drive, handle) {
  yield* until(drive, () => AFTER_FIRST_WAIT.has(handle.status));
}

/** Starts one goroutine after the other, each when the one before stands in its first wait. */
export function* parkedInOrder(drive, count, start) {
  const handles = [];
  for (let index = 0; index < count; index++) {
    const handle = start(index);
    yield* untilParked(drive, handle);
    handles.push(handle);
  }
  return handles;
}

/** The error of joining. */
export function* failureOf(drive, handle) {
  try {
    yield* drive(handle.join());
  } catch (error) {
    return error;
  }
  assert.fail('the goroutine should have ended with an error');
}

/** The operation as it is, for goroutines that run a program's parts. */
export function plain(operation) {
  return operation;
}
