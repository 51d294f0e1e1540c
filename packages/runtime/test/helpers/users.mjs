/** The users of a shared object, of all kinds at once: goroutines of the workers, of this thread, and async code. */
import { go } from 'goroutines';

/** For programs that run as goroutines: the operation as it is. */
function inGoroutine(operation) {
  return operation;
}

function* inAsyncCode(operation) {
  return yield operation;
}

/** Runs a program as async code: each operation that it drives is awaited. */
export async function runAsAsyncCode(program, ...args) {
  const steps = program(inAsyncCode, ...args);
  let step = steps.next();
  while (!step.done) {
    const outcome = await Promise.resolve(step.value).then(
      (value) => () => steps.next(value),
      (error) => () => steps.throw(error),
    );
    step = outcome();
  }
  return step.value;
}

/**
 * Starts as many users of each kind, `user(drive, number, ...args)`. Gives a promise of all results, and the handles of those
 * that are goroutines.
 */
export function startUsers({ workers, local, async }, user, ...args) {
  const handles = [];
  const promises = [];
  for (let number = 0; number < workers + local + async; number++) {
    if (number < workers) handles.push(go(user, inGoroutine, number, ...args));
    else if (number < workers + local) handles.push(go.local(user, inGoroutine, number, ...args));
    else promises.push(runAsAsyncCode(user, number, ...args));
  }
  const all = Promise.all([...handles.map((handle) => handle.join()), ...promises]);
  return { all, handles };
}
