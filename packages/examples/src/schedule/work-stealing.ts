// Work stealing: a thread with nothing to run takes half of what is queued on another one.

import { go, runtime } from 'goroutines';
import { print, recorded } from './narrate.ts';

const children = 100;

const events = await recorded(2, function* main() {
  yield* go(function* () {
    const ran = new Int32Array(new SharedArrayBuffer(4));
    for (let child = 0; child < children; child++) {
      go(function* () {
        Atomics.add(ran, 0, 1);
        Atomics.notify(ran, 0);
      });
    }
    // This thread is held up until others have run half of them.
    for (let seen = 0; seen < children / 2; seen = Atomics.load(ran, 0)) Atomics.wait(ran, 0, seen);
  });
});

const lines: string[] = [];
/** How many stand in each machine's queue, by what has come to it and gone from it. */
const queued = new Map<number, number>();
const started = new Set<number>();
const change = (machine: number, by: number) => void queued.set(machine, (queued.get(machine) ?? 0) + by);
for (const event of events) {
  const { machine } = event;
  if (event.kind === 'create') change(machine, 1);
  else if (event.kind === 'start' && machine !== 0 && !started.has(event.goroutine)) {
    started.add(event.goroutine);
    change(machine, -1);
  } else if (event.kind === 'steal') {
    const before = queued.get(event.from) ?? 0;
    change(event.from, -event.count);
    change(machine, event.count);
    if (event.from !== 0)
      lines.push(`M${machine} has nothing to run: it steals ${event.count} of ${before} goroutines from M${event.from}`);
  }
}
const { steals, stolen } = runtime.stats();
print('Work stealing:', lines);
console.log(`${stolen} goroutines were stolen in ${steals} thefts, those from the main thread among them`);
