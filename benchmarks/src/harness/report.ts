// The written report: benchmarks/RESULTS.md, and the same as data.

import { contenderNames, contenders } from './contenders.ts';
import { type Cells, figure, markdownTable, median, none, outcomeOf, ratio } from './figures.ts';
import type { Machine } from './machine.ts';
import { isFigure, rowTable, verdicts } from './row-table.ts';
import type { RowResult } from './run-row.ts';
import type { Suite } from './suite.ts';

export interface Results {
  machine: Machine;
  quick: boolean;
  seconds: number;
  rows: RowResult[];
}

export function markdown({ machine, quick, seconds, rows }: Results, suites: readonly Suite[]): string {
  const versions = Object.entries(machine.versions).map(
    ([name, version]) => `${contenders[name as keyof typeof contenders].title} ${version}`,
  );
  const parts = [
    '# Results',
    `Written by \`npm run bench -- --write\`${quick ? ' (--quick: too short for more than a first look)' : ''}.`,
    [
      `- Date: ${machine.date}; the run took ${Math.round(seconds)} s`,
      `- Processor: ${machine.processor}; ${machine.cores} cores; ${machine.memory}`,
      `- System: ${machine.system}; Node ${machine.node}`,
      `- Contenders: ${versions.join(', ')}`,
    ].join('\n'),
    '## Summary',
    'Medians, in nanoseconds an operation unless a unit is given. Less is better, and so is a ratio to Go below 1.',
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

function summary(rows: readonly RowResult[]): Cells[] {
  const lines = rows.flatMap((row) => {
    const ours = outcomeOf(row, 'goroutines');
    const go = outcomeOf(row, 'go');
    const rivals = row.outcomes.filter((outcome) => outcome !== ours && outcome !== go);
    return row.measures.map(
      ({ title, unit }, measure): Cells => [
        measure === 0 ? row.title : `${row.title}: ${title}, ${unit}`,
        median(ours?.summaries[measure]),
        median(go?.summaries[measure]),
        figure(ratio(ours, go, measure)),
        rivals.map((rival) => `${contenders[rival.contender].title} ${figure(ratio(rival, ours, measure))}`).join(', ') || none,
      ],
    );
  });
  return [['work', 'goroutines', 'Go', 'ours ÷ Go', 'rivals ÷ ours'], ...lines];
}

const method = `Every contender of a row does the same work and must come to the same result, which is checked in every sample; where it
cannot do the work it is not listed, and where it is missing or fails, the reason stands in its place. Each runs in a child
process of its own, which first warms up (one sample at least, and 200 ms) and then takes five samples (three where they are
long). There are three rounds of children, and the order of the contenders turns by one place from round to round, so that the
machine's moods fall on all of them alike; the figures are medians over all samples of all rounds, the spread is half the
distance between the quartiles. A contender that would take too long does fewer operations; its figure is still for one.

"One thread" is one worker thread for goroutines (\`procs: 1\`, all goroutines started from a goroutine), the main thread for
promises, and \`GOMAXPROCS=1\` for Go. In the two-thread rows of goroutines both sides meet on shared memory before the clock
starts, so that they are known to run on two threads at once; Go's scheduler may, and often does, keep both on one.

\`knitting\`, which does related work, is not in the npm registry and is therefore not measured.`;
