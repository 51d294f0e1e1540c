// What the scheduler counts and measures, by OpenTelemetry: observable instruments, asked by whichever reader the program has.

import type { Meter } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { gosched, run, runtime, WaitGroup } from 'goroutines';

/** Makes the instruments. `runtime.configure({ metrics: true })` must have been called. */
export function observeGoroutines(meter: Meter): void {
  const goroutines = meter.createObservableUpDownCounter('goroutines', { description: 'Goroutines that have not ended' });
  const memory = meter.createObservableUpDownCounter('goroutines.memory', { unit: 'By' });
  const created = meter.createObservableCounter('goroutines.created');
  const switches = meter.createObservableCounter('goroutines.switches');
  const latency = meter.createObservableGauge('goroutines.latency', {
    unit: 's',
    description: 'How long goroutines that could run waited for their turn',
  });
  const turn = meter.createObservableGauge('goroutines.turn', { unit: 's', description: 'How long their turns were' });
  // One callback for all, so that they are of one moment.
  meter.addBatchObservableCallback(
    (result) => {
      const stats = runtime.stats();
      result.observe(goroutines, stats.goroutines);
      for (const [kind, bytes] of Object.entries(stats.memory)) result.observe(memory, bytes, { kind });
      result.observe(created, stats.created);
      result.observe(switches, stats.switches);
      const metrics = runtime.metrics();
      for (const quantile of [0.5, 0.9, 0.99]) {
        result.observe(latency, metrics.latency.percentile(100 * quantile) / 1e9, { quantile });
        result.observe(turn, metrics.turn.percentile(100 * quantile) / 1e9, { quantile });
      }
    },
    [goroutines, memory, created, switches, latency, turn],
  );
}

runtime.configure({ metrics: true });
// In a server: an exporter that sends, such as OTLPMetricExporter, and the provider made the global one.
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })] });
observeGoroutines(provider.getMeter('goroutines'));

function* work(turns: number) {
  for (let turn = 0; turn < turns; turn++) yield* gosched();
}

await run(function* () {
  const all = new WaitGroup();
  for (let index = 0; index < 300; index++) all.go(work, 100);
  yield* all.wait();
});

await provider.forceFlush();
for (const { scopeMetrics } of exporter.getMetrics()) {
  for (const { descriptor, dataPoints } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    for (const { value, attributes } of dataPoints) console.log(descriptor.name, JSON.stringify(attributes), value);
  }
}
await provider.shutdown();
