/** What the compiler says of test helpers. */
import 'goroutines/vitest';
import { runtime } from 'goroutines';
import { expectNoLeaks, type LeakCheck } from 'goroutines/test';
import { expect, expectTypeOf, test } from 'vitest';

test('expectNoLeaks gives a check, or what its function gives', () => {
  expectTypeOf(expectNoLeaks({ within: 5 })).toEqualTypeOf<LeakCheck>();
  expectTypeOf(expectNoLeaks(async () => 1)).resolves.toEqualTypeOf<number>();
  expectTypeOf(expectNoLeaks(() => 'text', { within: 5 })).resolves.toEqualTypeOf<string>();
});

test('the matcher is awaited', () => {
  expectTypeOf(expect(runtime).toHaveNoLeaks()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(expect(runtime).not.toHaveNoLeaks({ within: 5 })).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error: no such option.
  void expect(runtime).toHaveNoLeaks({ timeout: 5 });
});
