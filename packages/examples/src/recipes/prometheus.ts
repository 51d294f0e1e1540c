// What the scheduler counts and measures, for Prometheus: prom-client asks at every scrape, nothing is done in between.

import { gosched, run, runtime, WaitGroup } from 'goroutines';
import { Counter, Gauge, Registry } from 'prom-client';

/** Registers the metrics of goroutines. `runtime.configure({ metrics: true })` must have been called. */
export function exportGoroutines(registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'goroutines',
    help: 'Goroutines that have not ended',
    registers,
    collect() {
      this.set(runtime.stats().goroutines);
    },
  });
  new Gauge({
    name: 'goroutines_memory_bytes',
    help: 'Shared memory in use, by what it holds',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, bytes] of Object.entries(runtime.stats().memory)) this.set({ kind }, bytes);
    },
  });
  for (const event of ['created', 'switches', 'steals', 'handoffs', 'preemptions'] as const) {
    new Counter({
      name: `goroutines_${event}_total`,
      help: `runtime.stats().${event}`,
      registers,
      collect() {
        this.reset(); // It counts by itself, from 0 again after 2^32 on a thread, which Prometheus knows how to read.
        this.inc(runtime.stats()[event]);
      },
    });
  }
  for (const [name, help] of [
    ['latency', 'How long goroutines that could run waited for their turn'],
    ['turn', 'How long their turns were'],
  ] as const) {
    new Gauge({
      name: `goroutines_${name}_seconds`,
      help,
      labelNames: ['quantile'],
      registers,
      collect() {
        const histogram = runtime.metrics()[name];
        for (const percent of [50, 90, 99]) this.set({ quantile: percent / 100 }, histogram.percentile(percent) / 1e9);
      },
    });
  }
}

runtime.configure({ metrics: true });
const registry = new Registry();
exportGoroutines(registry);

function* work(turns: number) {
  for (let turn = 0; turn < turns; turn++) yield* gosched();
}

await run(function* () {
  const all = new WaitGroup();
  for (let index = 0; index < 300; index++) all.go(work, 100);
  yield* all.wait();
});

// A server would answer `GET /metrics` with this, and with the content type `registry.contentType`.
console.log(await registry.metrics());
