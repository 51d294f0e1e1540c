// The written report: benchmarks/RESULTS.md.
import { contenderNames, contenders } from './contenders.ts';
import { type Cells, figure, markdownTable, median, none, outcomeOf, ratio } from './figures.ts';
import type { Results } from './results.ts';
import { curvesIn, curveTable, isFigure, rowTable, verdicts } from './row-table.ts';
import { type RowResult, warmUpMilliseconds } from './run-row.ts';

export function markdown({ machine, speed, seconds, suites, rows }: Results): string {
  const versions = Object.entries(machine.versions).map(
    ([name, version]) => `${contenders[name as keyof typeof contenders].title} ${version}`,
  );
  const parts = [
    '# Results',
    `Written by \`npm run bench -- --write\`${speed === 'full' ? '' : ` (--${speed}: too short for more than a first look)`}.`,
    [
      `- Date: ${machine.date}; commit ${machine.commit}; the run took ${Math.round(seconds)} s`,
      `- Processor: ${machine.processor}; ${machine.cores} cores; ${machine.memory}; load before the run ${figure(machine.load)}`,
      `- System: ${machine.system}; Node ${machine.node}`,
      `- Contenders: ${versions.join(', ')}`,
    ].join('\n'),
    '## Summary',
    'Medians, in nanoseconds an operation unless a unit is given. Less is better where a line does not say "more is better".',
    markdownTable(summary(rows), (column) => column > 0 && column < 4),
  ];
  for (const suite of suites) {
    const own = rows.filter((row) => row.suite === suite.name);
    if (own.length === 0) continue;
    parts.push(`## ${suite.title}`, suite.work);
    for (const row of own) {
      parts.push(`### ${heading(row)}`, markdownTable(rowTable(row), isFigure(row)));
      const wanted = verdicts(row).map(({ text, verdict }) => `- ${text}: ${verdict}`);
      if (wanted.length > 0) parts.push(wanted.join('\n'));
    }
    for (const { curve, procs, results } of curvesIn(own)) {
      parts.push(
        `### ${curve}: the curve`,
        markdownTable(curveTable(procs, results), (column) => column > 0),
      );
    }
  }
  parts.push(
    '## Method',
    method,
    contenderNames.map((name) => `- **${contenders[name].title}**: ${contenders[name].settings}`).join('\n'),
  );
  return `${parts.join('\n\n')}\n`;
}

export function heading({ title, operation, threads }: RowResult): string {
  return `${title} (an operation: ${operation}; ${threads === 1 ? 'one thread' : `${threads} threads`})`;
}

export function summary(rows: readonly RowResult[]): Cells[] {
  const lines = rows.flatMap((row) => {
    const ours = outcomeOf(row, 'goroutines');
    const go = outcomeOf(row, 'go');
    const rivals = row.outcomes.filter((outcome) => outcome !== ours && outcome !== go);
    return row.measures.map(
      (_, measure): Cells => [
        measureTitle(row, measure),
        median(ours?.summaries[measure]),
        median(go?.summaries[measure]),
        figure(ratio(ours, go, measure)),
        rivals.map((rival) => `${contenders[rival.contender].title} ${figure(ratio(rival, ours, measure))}`).join(', ') || none,
      ],
    );
  });
  return [['work', 'goroutines', 'Go', 'ours ÷ Go', 'rivals ÷ ours'], ...lines];
}

/** A measure's line in the summary. */
export function measureTitle({ title, measures }: RowResult, measure: number): string {
  const { title: what, unit, better } = measures[measure]!;
  const plain = measure === 0 && unit === 'ns';
  return `${title}${plain ? '' : `: ${what}, ${unit}`}${better === 'more' ? ' (more is better)' : ''}`;
}

export const method = `Every contender of a row does the same work and must come to the same result, which is checked in every sample; where it
cannot do the work it is not listed, and where it is missing or fails, the reason stands in its place. Each runs in a child
process of its own, which first warms up (one sample at least, and ${warmUpMilliseconds} ms) and then takes five samples (three where they are
long). There are three rounds of children, and the order of the contenders turns by one place from round to round, so that the
machine's moods fall on all of them alike; the figures are medians over all samples of all rounds, the spread is half the
distance between the quartiles. A contender that would take too long does fewer operations; its figure is still for one.

"One thread" is one worker thread for goroutines (\`procs: 1\`, all goroutines started from a goroutine), the main thread for
promises, and \`GOMAXPROCS=1\` for Go. In the two-thread rows of goroutines both sides meet on shared memory before the clock
starts, so that they are known to run on two threads at once; Go's scheduler may, and often does, keep both on one. How it does
where they are on two as well, the contender with a thread each says.

\`knitting\`, which does related work, is not in the npm registry and is therefore not measured.`;
