/// <reference lib="esnext.disposable" preserve="true" />
/** `goroutines/test`: a test that leaves goroutines behind fails, with any test runner. Go's goleak is the model. */
import { type GoroutineInfo, type LeakOptions, runtime } from 'goroutines';
import { formatGoroutines } from './observe/format.ts';

/** After how many milliseconds a goroutine that has not ended is leaked. */
const PATIENCE_MILLISECONDS = 1000;

/** Goroutines were left behind: which, what they wait for and where, and where they were created, is in its message. */
export class LeakError extends Error {
  override readonly name = 'LeakError';
  readonly goroutines: readonly GoroutineInfo[];

  constructor(goroutines: readonly GoroutineInfo[]) {
    super(describeLeaks(goroutines));
    this.goroutines = goroutines;
  }
}

/** What remains to be done at the end of a test. */
export interface LeakCheck extends AsyncDisposable {
  /** Waits for goroutines to end that were started since; throws `LeakError` when some have not in time. */
  check(): Promise<void>;
}

/**
 * Notes which goroutines there are, and gives what checks, at the end, that there are no others: by `check()`, or at the end
 * of the block with `await using`. It waits for them to end, for a second unless `within` says otherwise (in milliseconds).
 *
 * With a function it runs that in between, and gives what it gives.
 *
 * @example
 * test('asks every server', async () => {
 *   await using _ = expectNoLeaks();
 *   assert.equal(await firstAnswer(servers), 'yes');
 * });
 *
 * @example
 * test('asks every server', () => expectNoLeaks(async () => assert.equal(await firstAnswer(servers), 'yes')));
 */
export function expectNoLeaks(options?: LeakOptions): LeakCheck;
export function expectNoLeaks<T>(work: () => T | PromiseLike<T>, options?: LeakOptions): Promise<T>;
export function expectNoLeaks<T>(
  first: LeakOptions | (() => T | PromiseLike<T>) = {},
  second: LeakOptions = {},
): LeakCheck | Promise<T> {
  const options = typeof first === 'function' ? second : first;
  const except = [...(options.except ?? []), ...runtime.goroutineIds()];
  const check = async (): Promise<void> => {
    const leaks = await runtime.leaks({ within: PATIENCE_MILLISECONDS, ...options, except });
    if (leaks.length > 0) throw new LeakError(leaks);
  };
  if (typeof first !== 'function') return { check, [Symbol.asyncDispose]: check };
  return (async () => {
    const value = await first();
    await check();
    return value;
  })();
}

/** @internal */
export function describeLeaks(goroutines: readonly GoroutineInfo[]): string {
  const count = goroutines.length === 1 ? '1 goroutine has' : `${goroutines.length} goroutines have`;
  return `${count} not ended:\n\n${formatGoroutines({ goroutines })}`;
}

/** @internal */
export { PATIENCE_MILLISECONDS };
