// The four points at which the scheduler decides what runs next: the go statement, a collection of garbage, a call into the
// system, and synchronization.

import { blocking, chan, go, runtime, type SchedulerEvent, sleep } from 'goroutines';
import { print, recorded } from './narrate.ts';

let collected = false;
const lookForCollections = (events: readonly SchedulerEvent[]) => {
  collected ||= events.some(({ kind, machine }) => kind === 'collect' && machine !== 0);
};
runtime.on('events', lookForCollections);

const events = await recorded(1, function* main() {
  yield* go(function* () {
    const values = chan<number>();
    go.with({ name: 'new one' }, function* () {
      yield* values.send(1);
    });
    yield* values.recv();
    yield* blocking(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5));
  });
  while (!collected) {
    yield* go(function* () {
      const garbage: object[] = [];
      for (let n = 0; n < 200_000; n++) garbage.push({ n });
    });
    yield* sleep(1);
  }
});
runtime.off('events', lookForCollections);

const created = events.find((event) => event.kind === 'create' && event.by !== undefined && event.machine !== 0);
const started = events.find(
  (event) => event.kind === 'start' && created?.kind === 'create' && event.goroutine === created.goroutine,
);
const collection = events.find((event) => event.kind === 'collect' && event.machine !== 0);
const call = events.find(({ kind }) => kind === 'block');
const park = events.find((event) => event.kind === 'park' && event.waitsFor === 'chan receive');
const after = (event: SchedulerEvent | undefined) =>
  events
    .slice(event === undefined ? events.length : events.indexOf(event) + 1)
    .find(({ kind, machine }) => kind === 'start' && machine === event?.machine);

const lines: string[] = [];
if (created?.kind === 'create' && started !== undefined) {
  lines.push(`go: G${created.by} queues G${created.goroutine} on M${created.machine}, which runs on M${started.machine}`);
}
if (collection?.kind === 'collect')
  lines.push(`garbage collection: M${collection.machine} stood still, its queue is offered to others after a long one`);
if (call?.kind === 'block')
  lines.push(`a call into the system: M${call.machine} runs it without a processor for G${call.goroutine}`);
if (park?.kind === 'park') {
  const next = after(park);
  lines.push(
    `synchronization: G${park.goroutine} waits (${park.waitsFor}), M${park.machine} runs G${next?.kind === 'start' ? next.goroutine : '?'}`,
  );
}
print('Four scheduling points:', lines);
