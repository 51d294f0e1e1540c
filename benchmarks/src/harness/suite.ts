// What a suite is: work described once, for every contender. It says what one operation is, how many make a sample,
// what the right result is, and who takes part; how a contender does it stands in contenders/<contender>/<suite>.ts.
import type { ContenderName } from './contenders.ts';
import type { Report } from './protocol.ts';

export interface Suite {
  /** Names the suite's file in each contender's folder. */
  name: string;
  title: string;
  /** What is done, and what of it is timed. */
  work: string;
  rows: readonly Row[];
}

export interface Row {
  name: string;
  title: string;
  /** What one operation is. */
  operation: string;
  threads: number | 'all';
  /** Operations in one sample. */
  size: number;
  /** The same for --quick: a tenth where it is not given. */
  quickSize?: number;
  /** The same for --smoke, which only asks whether the row still runs: at most a hundred where it is not given. */
  smokeSize?: number;
  /** Samples a child takes, and how many times the round of children goes. */
  samples?: number;
  rounds?: number;
  /** The right result for a size. */
  expected(size: number): number;
  /** What is measured; the time of an operation where it is not given. The first one is the one ratios are made of. */
  measures?: readonly Measure[];
  /** The same work on another number of processors stands in the rows of the same curve. */
  curve?: string;
  /** Why this machine can't run the row at all, where it can't: a program that is not installed. */
  lacks?(): string | undefined;
  contenders: Partial<Record<ContenderName, Entry>>;
}

/** How one contender takes part in a row. */
export interface Entry {
  /** Its own number of operations, where the row's would take too long or does not work. */
  size?: number;
  quickSize?: number;
  /** What a reader must know to judge its figure. */
  note?: string;
}

export interface Measure {
  title: string;
  unit: 'ns' | 'ms' | '×' | 'MB' | 'B' | '/s';
  /** Less is better where it is not given. */
  better?: 'more';
  /** The values in one child's report. */
  values(report: Report, size: number): number[];
  /** What goroutines must reach, or that variant of them which it is asked `of`. */
  goal?: ({ atLeast: number } | { below: number }) & { of?: ContenderName };
}

export const timePerOperation: Measure = {
  title: 'time',
  unit: 'ns',
  values: (report, size) => report.samples.map((sample) => sample.nanoseconds / size),
};

export const peakMemory: Measure = {
  title: 'peak RSS',
  unit: 'MB',
  values: (report) => (report.peak > 0 ? [report.peak / 1e6] : []),
};

/** Resident memory after the last sample less that after the first: what repeating the work costs. */
export const memoryGrowth: Measure = {
  title: 'growth',
  unit: 'MB',
  values: ({ resident }) => {
    const [first = 0] = resident;
    const last = resident.at(-1) ?? 0;
    return first > 0 ? [(last - first) / 1e6] : [];
  },
};

/** One of the metrics that the samples carry. */
export function metric(name: string, rest: Omit<Measure, 'values'>): Measure {
  return { ...rest, values: ({ samples }) => samples.flatMap(({ metrics }) => metrics?.[name] ?? []) };
}
