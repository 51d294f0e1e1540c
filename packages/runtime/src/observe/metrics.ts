/**
 * The histograms of all threads, added up. A worker hands over its two once, when it begins; a copy of a histogram of Node's is the
 * same one, on whichever thread, so they are read here without asking anybody. Those of threads that have ended still count.
 */
import type { RecordableHistogram } from 'node:perf_hooks';
import { machine } from '../scheduler/machine.ts';
import { emptyHistogram, Meter } from '../scheduler/meter.ts';

/** Histograms of `node:perf_hooks`, in nanoseconds: `mean`, `percentile(99)`, `percentiles`, `count`, … */
export interface Metrics {
  /** How long goroutines that could run waited for their turn, from being woken or started to running. */
  latency: RecordableHistogram;
  /** How long their turns were, from running to the next wait, pause or end. */
  turn: RecordableHistogram;
}

const all: Metrics[] = [];

/** From now on these are among them. */
export function addMetrics({ latency, turn }: Metrics | Meter): void {
  all.push({ latency, turn });
}

let mainMeter: Meter | null = null;

/** On the main thread, which has one meter for all its starts. */
export function measureMain(on: boolean): void {
  if (on && mainMeter === null) addMetrics((mainMeter = new Meter()));
  machine.meter = on ? mainMeter : null;
}

/** A new pair with everything so far. */
export function readMetrics(): Metrics {
  const sum = { latency: emptyHistogram(), turn: emptyHistogram() };
  for (const { latency, turn } of all) {
    sum.latency.add(latency);
    sum.turn.add(turn);
  }
  return sum;
}
