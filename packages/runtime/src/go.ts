/** `go` and `run`: starting goroutines, and the program whose main goroutine ends it. */
import { Context } from './context/context.ts';
import { bind } from './context/member.ts';
import { ArenaExhaustedError, DataCloneError, RuntimeStateError, textOf } from './errors.ts';
import { provideStart } from './functions/origin.ts';
import { withReserve } from './memory/heap.ts';
import { ensureThreads, stop } from './runtime.ts';
import { cancel } from './scheduler/cancel.ts';
import { endOperation, type Goroutine, mainEnds } from './scheduler/handle.ts';
import { machine } from './scheduler/machine.ts';
import { mustBeFunction, spawn, spawnLocal, spawnUnjoined } from './scheduler/spawn.ts';

/** A goroutine's function: a generator function, or a plain or async one. */
export type GoroutineFunction<A extends unknown[], R> = (...args: A) => Generator<unknown, R, any> | PromiseLike<R> | R;

/** What a goroutine's function gives in the end. */
export type ResultOf<F> = F extends (...args: any[]) => infer V
  ? V extends Generator<any, infer R, any>
    ? R
    : Awaited<V>
  : never;

export type AnyFunction = (...args: any[]) => unknown;

/** Options of `go.with`. */
export interface GoOptions {
  /** For dumps, traces and error reports. */
  name?: string;
  /** Cancels the goroutine when it is aborted, with the signal's reason, as `Goroutine.cancel` does. */
  signal?: AbortSignal;
  /** Cancels the goroutine when it is cancelled, with its error, as `Goroutine.cancel` does. */
  context?: Context;
}

export interface Go {
  /**
   * Starts a function as a goroutine on the worker threads and returns its handle at once. Arguments and captured
   * variables are copied; channels and locks go by reference.
   *
   * Throws TypeError for what is no function, CaptureError when the function cannot run elsewhere, DataCloneError when an
   * argument or captured value cannot be copied, ArenaExhaustedError when memory is full, and as the first call RangeError when
   * GOMAXPROCS or GODASHBOARD is of no use; nothing is started then.
   *
   * Source: the Go specification, Go statements.
   *
   * @example
   * const sum = go(function* (a: number, b: number) { return a + b; }, 1, 2);
   * console.log(await sum); // 3
   */
  <F extends AnyFunction>(fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>>;
  /**
   * The same on the calling thread: nothing is copied, the function may touch this thread's own objects. Its loops are not
   * preempted. Throws TypeError for what is no function.
   *
   * @example
   * const seen = new Map<string, number>();
   * go.local(function* () { yield* words.forEach((word) => void seen.set(word, (seen.get(word) ?? 0) + 1)); });
   */
  local<F extends AnyFunction>(fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>>;
  /**
   * `go` with options: a name, and an AbortSignal or a context that cancels the goroutine. One whose signal is aborted already,
   * or whose context is over, never runs. An async function is not stopped once it has begun: see `Goroutine.cancel`.
   *
   * Throws as `go` does, TypeError for an option that is unknown or of another type, and DataCloneError when the signal is
   * aborted already and its reason cannot be copied.
   *
   * @example
   * const [ctx, cancel] = withTimeout(background(), 1000);
   * go.with({ name: 'poll', context: ctx }, function* () { for (;;) yield* sleep(100); });
   */
  with<F extends AnyFunction>(options: GoOptions, fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>>;
}

export const go: Go = Object.assign(
  <F extends AnyFunction>(fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>> => {
    mustBeFunction(fn, 'go');
    ensureThreads();
    return spawn(fn, args, undefined, 'go');
  },
  {
    local<F extends AnyFunction>(fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>> {
      mustBeFunction(fn, 'go.local');
      ensureThreads();
      return spawnLocal(fn, args, undefined);
    },
    with<F extends AnyFunction>(options: GoOptions, fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>> {
      mustBeFunction(fn, 'go.with');
      const { name, signal, context } = checkedOptions(options);
      ensureThreads();
      const handle = spawn<ResultOf<F>>(fn, args, name, 'go.with', (record) => {
        // Before it is queued: where it is cancelled already, it never runs.
        if (signal?.aborted) cancelFor(record, signal);
        if (context !== undefined) bind(record, context);
        return true;
      });
      if (signal !== undefined && !signal.aborted) cancelOnAbort(handle, signal);
      return handle;
    },
  },
);

provideStart((fn, ...args) => {
  mustBeFunction(fn, 'go');
  ensureThreads();
  spawnUnjoined(fn, args);
});

let mainRuns = false;

/**
 * Starts the runtime, runs `main` as the main goroutine on the calling thread, and when it returns ends every other
 * goroutine and every thread. Resolves with its value, rejects with its error.
 *
 * Rejects with TypeError for what is no function, with RuntimeStateError inside another `run`, with DeadlockError when every
 * goroutine waits for another, and with RangeError when GOMAXPROCS or GODASHBOARD is of no use.
 *
 * Source: the Go specification, Program execution.
 *
 * @example
 * await run(function* () {
 *   const answer = yield* go(function* () { return 42; });
 *   console.log(answer);
 * });
 */
export async function run<F extends AnyFunction>(main: F, ...args: Parameters<F>): Promise<ResultOf<F>> {
  mustBeFunction(main, 'run');
  if (machine.number > 0) {
    throw new RuntimeStateError(
      "run inside a goroutine: a program has one main goroutine; use go() here. Where this is the program's main file, something that a " +
        'goroutine imports imports it: move what both need into a module of its own.',
    );
  }
  if (mainRuns) {
    throw new RuntimeStateError('run inside a run: a program has one main goroutine; use go() here');
  }
  mainRuns = true;
  try {
    ensureThreads();
    return await mainEnds(spawnLocal<ResultOf<F>>(main, args, undefined, ''));
  } finally {
    try {
      await stop('the main goroutine has ended, and all others with it');
    } finally {
      mainRuns = false;
    }
  }
}

function checkedOptions(options: GoOptions): GoOptions {
  if (typeof options !== 'object' || options === null) throw new TypeError(`go.with takes options first, got ${String(options)}`);
  for (const key of Object.keys(options)) {
    if (key !== 'name' && key !== 'signal' && key !== 'context') {
      throw new TypeError(`go.with: unknown option '${key}'; known are name, signal, context`);
    }
  }
  const { name, signal, context } = options;
  if (name !== undefined && typeof name !== 'string') throw new TypeError(`go.with: name must be a string, got ${typeof name}`);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('go.with: signal must be an AbortSignal, as of an AbortController');
  }
  if (context !== undefined && !(context instanceof Context)) {
    throw new TypeError('go.with: context must be a context, as of withCancel');
  }
  return options;
}

const LONGEST_REASON = 1000;

/**
 * Nobody could be told that the reason cannot be copied, or that there is no memory for it: then the goroutine learns what it says,
 * or at least that it is cancelled.
 */
function cancelFor(record: number, { reason }: AbortSignal): void {
  withReserve(() => {
    try {
      cancel(record, reason);
    } catch (error) {
      if (error instanceof DataCloneError) cancel(record, textOf(reason).slice(0, LONGEST_REASON));
      else if (error instanceof ArenaExhaustedError) cancel(record, undefined);
      else throw error;
    }
  });
}

/** The listener is taken off again when the goroutine ends, so that a signal can outlive many goroutines. */
function cancelOnAbort(handle: Goroutine<unknown>, signal: AbortSignal): void {
  const abort = (): void => {
    if (handle.isCurrent()) cancelFor(handle.address, signal);
  };
  signal.addEventListener('abort', abort, { once: true });
  const done = (): void => signal.removeEventListener('abort', abort);
  endOperation(handle).then(done, done);
}
