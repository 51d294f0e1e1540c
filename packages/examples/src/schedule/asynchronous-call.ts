// An asynchronous call: the goroutine moves to the poller, and its thread runs another one meanwhile. All of this is printed
// from what the scheduler says it did.

import { go, sleep } from 'goroutines';
import { narrate, print, recorded } from './narrate.ts';

const events = await recorded(1, function* main() {
  yield* go(function* () {
    const other = go.with({ name: 'other' }, function* () {});
    // Started last, it runs next: the one before goes to the end of the queue.
    const caller = go.with({ name: 'caller' }, function* () {
      yield* sleep(20); // As a read from a socket would be.
    });
    yield* caller;
    yield* other;
  });
});

print('An asynchronous call:', narrate(events));
