/** `using` with a guard. For goroutines see the program in `test/process`: Vitest compiles `using` to a module of its own making. */
import { Mutex } from 'goroutines';
import { expect, it } from 'vitest';

it('works in async code', async () => {
  const mutex = new Mutex();
  {
    using _ = await mutex.lock();
    expect(mutex.tryLock()).toBe(false);
  }
  expect(mutex.isLocked()).toBe(false);
});
