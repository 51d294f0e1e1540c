// What a run has found, as it is kept: everything that a report says stands in it, so that a report can be made again
// later, from the file alone.
import { readFileSync } from 'node:fs';
import { type ContenderName, contenderNames, contenders } from './contenders.ts';
import { describeMachine, type Machine } from './machine.ts';
import type { RowResult, Speed } from './run-row.ts';
import type { Suite } from './suite.ts';

const format = 'goroutines benchmark results, 1';

export interface Results {
  format: typeof format;
  machine: Machine;
  speed: Speed;
  /** How long the run took. */
  seconds: number;
  /** What was typed. */
  command: string;
  suites: Pick<Suite, 'name' | 'title' | 'work'>[];
  contenders: Record<ContenderName, { title: string; settings: string }>;
  rows: RowResult[];
}

/** Begins before the first row; rows are added, and `seconds` is set at the end. */
export function newResults(speed: Speed, suites: readonly Suite[], options: readonly string[]): Results {
  const described = contenderNames.map((name) => {
    const { title, settings } = contenders[name];
    return [name, { title, settings }] as const;
  });
  return {
    format,
    machine: describeMachine(),
    speed,
    seconds: 0,
    command: commandOf(options),
    suites: suites.map(({ name, title, work }) => ({ name, title, work })),
    contenders: Object.fromEntries(described) as Results['contenders'],
    rows: [],
  };
}

export function commandOf(options: readonly string[]): string {
  return ['npm run bench', ...(options.length > 0 ? ['--', ...options] : [])].join(' ');
}

export function serialize(results: Results): string {
  // JSON has no word for what is not a number.
  return `${JSON.stringify(results, (_, value) => (Number.isNaN(value) ? null : value), 1)}\n`;
}

export function readResults(file: string): Results {
  let found: Partial<Results> | undefined;
  try {
    found = JSON.parse(readFileSync(file, 'utf8')) as Partial<Results>;
  } catch (cause) {
    throw new Error(`cannot read the results in ${file}: ${(cause as Error).message}`, { cause });
  }
  if (found?.format !== format) {
    throw new Error(
      `${file} does not hold results that this report can show: its format is ${JSON.stringify(found?.format)} and not ` +
        `"${format}". A run writes them to results/latest.json, and where --json says.`,
    );
  }
  for (const row of (found as Results).rows) {
    for (const outcome of row.outcomes) {
      for (const summary of outcome.summaries as unknown as Record<string, number | null>[]) {
        for (const key of Object.keys(summary)) summary[key] ??= Number.NaN;
      }
    }
  }
  return found as Results;
}
