/**
 * Promises of what is known already, for async code that awaits an operation which was carried out at once.
 *
 * To go on after such a promise takes no turn of the event loop. Code that only ever awaits what is ready (it joins goroutines
 * that have ended, or receives from a channel that is always filled) would keep out timers and sockets, and the finalizers that
 * give back shared memory: a program that starts goroutines and joins them, again and again, would fill the arena. So every
 * few milliseconds one of these promises comes after two turns of the event loop, as tokio's budget makes a task yield.
 *
 * Not one for which others have to wait meanwhile: a lock that was taken. Nor one of a promise, which may be rejected meanwhile.
 */
import { performance } from 'node:perf_hooks';
import { underPressure } from './pressure.ts';
import { setImmediate } from './real-timers.ts';
import { isThenable } from './returned.ts';

/** Between two looks at the clock. A look takes as long as half of one of these promises. */
const PROMISES_BETWEEN_LOOKS = 128;
/** As long as a slice of the main thread: what keeps the event loop waiting keeps it no longer than goroutines do. */
const MILLISECONDS_WITHOUT_TURN = 2;

let left = PROMISES_BETWEEN_LOOKS;
let lastTurn = 0;

/**
 * A promise that is fulfilled, or will be after two turns of the event loop. `content`: what the operation has brought, where that
 * stands inside of the value.
 */
export function promiseOf<T>(value: T, content: unknown = value): Promise<T> {
  if (--left > 0) return Promise.resolve(value);
  left = PROMISES_BETWEEN_LOOKS;
  return isTurnDue() && !isThenable(content) && !isHeld(content) ? afterTurns(value) : Promise.resolve(value);
}

/** Whether it is to be given back by who has it. */
function isHeld(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.dispose in value;
}

function isTurnDue(): boolean {
  return performance.now() - lastTurn > MILLISECONDS_WITHOUT_TURN || underPressure();
}

/** In the first turn this thread collects garbage if it must; what that makes finalizers do is done before the second one's end. */
function afterTurns<T>(value: T): Promise<T> {
  return new Promise((resolve) => {
    setImmediate(() => {
      setImmediate(() => {
        lastTurn = performance.now();
        resolve(value);
      });
    });
  });
}
