/** How late this thread's event loop runs, measured by Node while somebody looks. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { LATENCY_BOUNDS, type Latency } from './frame.ts';

/** Node's histogram has the times between its ticks: what is more than this is delay. */
const RESOLUTION = 5;
const NANOSECONDS = 1e6;

export class LoopDelayMeter {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });

  start(): void {
    this.histogram.enable();
  }

  stop(): void {
    this.histogram.disable();
    this.histogram.reset();
  }

  /** The delays since the last reading. */
  read(): Latency {
    const latency = latencyOf(this.histogram);
    this.histogram.reset();
    return latency;
  }
}

function latencyOf(histogram: IntervalHistogram): Latency {
  const delay = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION);
  const counts = new Array<number>(LATENCY_BOUNDS.length + 1).fill(0);
  const { count } = histogram;
  if (count === 0) return { counts, p50: 0, p90: 0, p99: 0, max: 0 };
  // Percentiles come in steps, each with the value up to which that part lies.
  let counted = 0;
  for (const [percentile, nanoseconds] of histogram.percentiles) {
    const upTo = Math.round((percentile / 100) * count);
    const bound = LATENCY_BOUNDS.findIndex((upper) => delay(nanoseconds) <= upper);
    counts[bound < 0 ? LATENCY_BOUNDS.length : bound]! += Math.max(0, upTo - counted);
    counted = Math.max(counted, upTo);
  }
  const at = (percentile: number) => delay(histogram.percentile(percentile));
  return { counts, p50: at(50), p90: at(90), p99: at(99), max: delay(histogram.max) };
}
