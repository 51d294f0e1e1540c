/**
 * `goroutines/vitest`: `expect(runtime).toHaveNoLeaks()` in Vitest. To be named in `setupFiles`, or imported by a test file.
 *
 * Goroutines that existed when a test began are none of its own. So tests of one file that run at the same time (`test.concurrent`)
 * see each other's; they belong into files of their own.
 */
import { type LeakOptions, runtime } from 'goroutines';
import { beforeEach, expect } from 'vitest';
import { describeLeaks, PATIENCE_MILLISECONDS } from './test.ts';

interface LeakMatchers<R> {
  /**
   * Waits until every goroutine has ended that was started since the test began, at most for a second (`within`, in
   * milliseconds), and fails with those that have not: what each waits for and where, and where it was created.
   *
   * @example
   * await expect(runtime).toHaveNoLeaks();
   */
  toHaveNoLeaks(options?: LeakOptions): R;
}

declare module 'vitest' {
  interface Matchers<T = any> extends LeakMatchers<Promise<void>> {}
}

let before: number[] = [];

beforeEach(() => {
  before = runtime.goroutineIds();
});

expect.extend({
  async toHaveNoLeaks(received: unknown, options: LeakOptions = {}) {
    if (received !== runtime) throw new TypeError('toHaveNoLeaks is for the runtime: expect(runtime).toHaveNoLeaks()');
    const except = [...(options.except ?? []), ...before];
    const leaks = await runtime.leaks({ within: PATIENCE_MILLISECONDS, ...options, except });
    return {
      pass: leaks.length === 0,
      message: () => (leaks.length === 0 ? 'expected goroutines that have not ended, and there are none' : describeLeaks(leaks)),
    };
  },
});
