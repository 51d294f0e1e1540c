/** The last minutes, as columns for charts: a value a frame, rates made of the counters of two. */
import type { Frame } from '../src/dashboard/frame.ts';

const KEPT = 240;

export const COLUMNS = ['running', 'runnable', 'waiting', 'switches', 'started', 'steals', 'loopMedian', 'loopMost'] as const;
export type Column = (typeof COLUMNS)[number];

export class History {
  /** Seconds since the epoch. */
  readonly times: number[] = [];
  readonly columns = Object.fromEntries(COLUMNS.map((name) => [name, [] as Array<number | null>])) as Record<
    Column,
    Array<number | null>
  >;
  private before: Frame | null = null;

  add(frame: Frame): void {
    const { before } = this;
    this.before = frame;
    const seconds = before === null ? 0 : (frame.at - before.at) / 1000;
    const rate = (name: 'switches' | 'started' | 'steals') =>
      before === null || seconds <= 0 ? null : Math.max(0, frame.totals[name] - before.totals[name]) / seconds;
    const { running, runnable, waiting } = frame.census;
    const values: Record<Column, number | null> = {
      running,
      runnable,
      waiting,
      switches: rate('switches'),
      started: rate('started'),
      steals: rate('steals'),
      loopMedian: frame.loop?.latency.p50 ?? null,
      loopMost: frame.loop?.latency.max ?? null,
    };
    this.times.push(frame.at / 1000);
    for (const name of COLUMNS) this.columns[name].push(values[name]);
    if (this.times.length <= KEPT) return;
    this.times.shift();
    for (const name of COLUMNS) this.columns[name].shift();
  }

  last(name: Column): number | null {
    return this.columns[name].at(-1) ?? null;
  }
}
