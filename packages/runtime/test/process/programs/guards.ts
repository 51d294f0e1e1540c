/** `using` with the guard of a mutex, in TypeScript. */
import { chan, go, Mutex, run } from 'goroutines';

export const programs = {
  async using(): Promise<void> {
    const mutex = new Mutex();
    const seen = chan<boolean>(2);
    await run(function* () {
      yield* go(function* () {
        {
          using _ = yield* mutex.lock();
          seen.trySend(mutex.isLocked());
        }
        seen.trySend(mutex.isLocked());
      });
      try {
        yield* go(function* () {
          using _ = yield* mutex.lock();
          throw new Error('inside');
        });
      } catch (error) {
        console.log((error as Error).message);
      }
    });
    console.log(seen.tryRecv()[0], seen.tryRecv()[0], mutex.isLocked());
  },
};
