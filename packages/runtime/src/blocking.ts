/** `blocking`: a call that holds up its thread, on a spare thread. What happens there is in `scheduler/blocking-queue.ts`. */

import { types } from 'node:util';
import { typeName } from './errors.ts';
import { isPrepared } from './functions/reference.ts';
import { ensureThreads } from './runtime.ts';
import type { Goroutine } from './scheduler/handle.ts';
import type { Waiting } from './scheduler/machine.ts';
import { type Flag, FRESH, KEPT, NO, type Op, Operation } from './scheduler/operation.ts';
import { spawnBlocking } from './scheduler/spawn.ts';

/**
 * Runs a synchronous function that takes long (`readFileSync`, `execSync`, a long computation in native code) on a spare
 * thread; the goroutine waits, and its thread goes on with the others. Gives what the function returns, or throws its error.
 * Arguments and captured variables are copied when the operation is driven. When as many calls run as there are spare threads
 * (`runtime.configure({ spareThreads })`), it waits for its turn. Cancelled before its start, the function never runs.
 *
 * Throws TypeError for what is no plain function: a generator or async function waits without holding up its thread, so
 * it belongs to `go`.
 *
 * @example
 * const listing = yield* blocking(() => execSync('ls -R /usr/share', { encoding: 'utf8' }));
 */
export function blocking<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Op<R> {
  if (typeof fn !== 'function' && !isPrepared(fn)) throw new TypeError(`blocking takes a function, got ${typeName(fn)}`);
  if (types.isGeneratorFunction(fn)) {
    throw new TypeError('blocking takes a plain function, got a generator function: start it with go()');
  }
  if (types.isAsyncFunction(fn)) {
    throw new TypeError('blocking takes a plain function, got an async function: start it with go(), or wait(fn())');
  }
  ensureThreads();
  return new BlockingOperation<R>(fn, args);
}

/** A goroutine that is started when the operation is driven, and joined. */
class BlockingOperation<R> extends Operation<R> {
  done: Flag = NO;
  value = undefined as R;
  stage = FRESH;
  readonly reason = 'blocking call';
  private readonly fn: Function;
  private readonly parameters: readonly unknown[];
  private call: Goroutine<R> | null = null;
  private join: Operation<R> | null = null;

  constructor(fn: Function, parameters: readonly unknown[]) {
    super();
    this.fn = fn;
    this.parameters = parameters;
  }

  begin(waiting: Waiting): boolean {
    this.call = spawnBlocking<R>(this.fn, this.parameters);
    this.join = this.call.joining();
    let done: boolean;
    try {
      done = this.join.begin(waiting);
    } catch (error) {
      this.call.cancel(); // Nobody would hear of it.
      throw error;
    }
    if (done) this.value = this.join.value;
    else if (this.join.stage === KEPT) this.stage = KEPT;
    return done;
  }

  end(): boolean {
    const done = this.join!.end();
    if (done) this.value = this.join!.value;
    return done;
  }

  withdraw(): boolean {
    if (!this.join!.withdraw()) return false;
    this.call!.cancel();
    return true;
  }

  override dropKept(): void {
    this.join!.dropKept();
  }
}
