import { type Dashboard, runtime } from 'goroutines';
import { expectTypeOf, test } from 'vitest';

test('runtime.dashboard', () => {
  expectTypeOf(runtime.dashboard()).toEqualTypeOf<Promise<Dashboard>>();
  expectTypeOf(runtime.dashboard({ port: 0 })).toEqualTypeOf<Promise<Dashboard>>();
  expectTypeOf<Dashboard['url']>().toEqualTypeOf<string>();
  expectTypeOf<Dashboard['close']>().toEqualTypeOf<() => Promise<void>>();
  // @ts-expect-error the server listens on this computer only
  void runtime.dashboard({ host: '0.0.0.0' });
  // @ts-expect-error a port is a number
  void runtime.dashboard({ port: '80' });
});
