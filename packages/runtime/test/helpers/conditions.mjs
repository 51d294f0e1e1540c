/** Waiting for a condition instead of for a time. */
import assert from 'node:assert/strict';
import { gosched } from 'goroutines';

/** Lets others run until the condition holds. */
export function* until(drive, condition) {
  while (!condition()) yield* drive(gosched());
}

/** Until a goroutine stands in its first wait. */
export function* untilParked(drive, handle) {
  yield* until(drive, () => handle.status === 'waiting');
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
