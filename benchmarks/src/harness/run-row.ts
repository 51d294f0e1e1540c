// Measures one row: several rounds, in each of which every contender runs once in a child of its own. The order is
// turned by one place each round, so that none always runs on the machine that another has just warmed or tired.
import { execFile } from 'node:child_process';
import { type ContenderName, commandLine, contenderNames, contenders, threadsOf } from './contenders.ts';
import type { Report, Request } from './protocol.ts';
import { type Summary, summarize } from './statistics.ts';
import { type Entry, type Measure, type Row, type Suite, timePerOperation } from './suite.ts';

export interface Pace {
  /** `quick` is a tenth of the work and one round, `smoke` next to none and one sample: does the row still run? */
  speed: Speed;
  only: ReadonlySet<string> | undefined;
  progress(text: string): void;
}

export type Speed = 'full' | 'quick' | 'smoke';

export interface RowResult {
  suite: string;
  row: string;
  title: string;
  operation: string;
  threads: number;
  curve?: string;
  measures: Omit<Measure, 'values'>[];
  outcomes: Outcome[];
}

export interface Outcome {
  contender: ContenderName;
  size: number;
  note?: string;
  /** One for each measure of the row; none where the contender is missing. */
  summaries: Summary[];
  reports: Report[];
  /** Why there are no figures. */
  missing?: string;
  /** It was there, but it failed or computed something wrong. */
  failed?: boolean;
}

const childTimeLimit = 90_000;
/** Until threads that have much to compile, such as those of a million goroutines, come to their pace. */
export const warmUpMilliseconds = 2_000;

export async function runRow(suite: Suite, row: Row, pace: Pace): Promise<RowResult> {
  const measures = row.measures ?? [timePerOperation];
  const rounds = pace.speed === 'full' ? (row.rounds ?? 3) : 1;
  const outcomes = enter(row, pace);
  const starters = outcomes.filter((outcome) => outcome.missing === undefined);
  const right = new Map(starters.map(({ size }) => [size, row.expected(size)]));

  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < starters.length; place++) {
      const outcome = starters[(place + round) % starters.length]!;
      if (outcome.failed) continue;
      pace.progress(`${suite.name}/${row.name}: round ${round + 1} of ${rounds}, ${outcome.contender}`);
      await measure(suite, row, outcome, right.get(outcome.size)!, pace.speed);
    }
  }
  for (const outcome of starters) {
    if (outcome.failed) continue;
    outcome.summaries = measures.map(({ values }) =>
      summarize(outcome.reports.flatMap((report) => values(report, outcome.size))),
    );
  }
  return {
    suite: suite.name,
    row: row.name,
    title: row.title,
    operation: row.operation,
    threads: threadsOf(row),
    ...(row.curve !== undefined && { curve: row.curve }),
    measures: measures.map(({ values, ...described }) => described),
    outcomes,
  };
}

/** The contenders of a row, with the reason for each that is missing. */
function enter(row: Row, { speed, only }: Pace): Outcome[] {
  const outcomes: Outcome[] = [];
  const lacking = row.lacks?.();
  for (const contender of contenderNames) {
    const entry = row.contenders[contender];
    if (entry === undefined || (only && !only.has(contender))) continue;
    const place = lacking === undefined ? contenders[contender].locate() : { missing: lacking };
    outcomes.push({
      contender,
      size: sizeOf(row, entry, speed),
      ...(entry.note !== undefined && { note: entry.note }),
      summaries: [],
      reports: [],
      ...('missing' in place && { missing: place.missing }),
    });
  }
  return outcomes;
}

export function sizeOf(row: Row, entry: Entry, speed: Speed): number {
  const { size = row.size, quickSize = entry.size === undefined ? row.quickSize : undefined } = entry;
  if (speed === 'full') return size;
  if (speed === 'smoke') return row.smokeSize ?? Math.min(quickSize ?? size, 100);
  return quickSize ?? Math.ceil(size / 10);
}

const samples: Record<Speed, number> = { full: 5, quick: 3, smoke: 1 };

export function requestOf(suite: Suite, row: Row, size: number, speed: Speed): Request {
  return {
    suite: suite.name,
    row: row.name,
    size,
    samples: speed === 'smoke' ? 1 : (row.samples ?? samples[speed]),
    threads: threadsOf(row),
    warmUpMilliseconds: speed === 'smoke' ? 0 : warmUpMilliseconds,
  };
}

async function measure(suite: Suite, row: Row, outcome: Outcome, right: number, speed: Speed): Promise<void> {
  const request = requestOf(suite, row, outcome.size, speed);
  try {
    const report = await askChild(outcome.contender, request);
    const wrong = report.samples.find(({ result }) => result !== right);
    if (wrong) throw new Error(`wrong result: ${wrong.result} where ${right} is right`);
    outcome.reports.push(report);
  } catch (error) {
    outcome.failed = true;
    outcome.missing = (error as Error).message;
  }
}

function askChild(contender: ContenderName, request: Request): Promise<Report> {
  const launch = contenders[contender].locate();
  if ('missing' in launch) throw new Error(launch.missing);
  const [command, args] = commandLine(launch, request);
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: childTimeLimit, killSignal: 'SIGKILL', maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const line = stdout.trimEnd().split('\n').at(-1) ?? '';
      if (!error && line.startsWith('{')) resolve(JSON.parse(line) as Report);
      else reject(new Error(failure(error, stderr)));
    });
  });
}

/** The line of a failed child's output that names the error, or how the child ended. */
function failure(error: Error | null, stderr: string): string {
  const ending = error as (Error & { killed?: boolean; code?: number | string | null; signal?: string | null }) | null;
  if (ending?.killed) return `no report within ${childTimeLimit / 1000} s`;
  const lines = stderr.split('\n').map((line) => line.trim());
  const named = lines.find((line) => /^(\w*Error|panic|fatal error|fatal)\b.*:/.test(line)) ?? lines.findLast(Boolean);
  return named ?? `ended without a report (${ending?.signal ?? `exit code ${ending?.code ?? 0}`})`;
}
