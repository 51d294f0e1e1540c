// A synchronous call holds up its thread, M. The monitor sees it, takes the processor away from M, and another thread serves what
// is queued. When the call returns, M finds itself without a processor, and takes one when there is one.

import { go, gosched } from 'goroutines';
import { narrate, print, recorded } from './narrate.ts';

const events = await recorded(1, function* main() {
  yield* go.with({ name: 'caller' }, function* () {
    const done = new Int32Array(new SharedArrayBuffer(4));
    go.with({ name: 'queued' }, function* () {
      Atomics.store(done, 0, 1);
      Atomics.notify(done, 0);
    });
    Atomics.wait(done, 0, 0); // As readFileSync of something slow would; it returns when the other has run.
    yield* gosched();
  });
});

print('A synchronous call, and the hand-off of its processor:', narrate(events));
