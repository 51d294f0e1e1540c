// Every row still runs, and computes what is right, at the smallest size: for each contender that is installed, up to sixteen
// of its rows in one process. Go is left out, which takes longer to compile than all of this, and so is what is not on every
// machine.
import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandLine, contenderNames, contenders, type Launch } from '../dist/harness/contenders.js';
import type { Report } from '../dist/harness/protocol.js';
import { requestOf, runRow, sizeOf } from '../dist/harness/run-row.js';
import type { Row, Suite } from '../dist/harness/suite.js';
import { suites } from '../dist/suites/index.js';

const atOnce = 16;
const leftOut = new Set(['go', 'go-a-thread-each']);

for (const name of contenderNames) {
  const rows = suites.flatMap((suite) =>
    suite.rows
      .filter((row) => row.contenders[name] !== undefined && row.lacks?.() === undefined)
      .map((row) => ({ suite, row, size: sizeOf(row, row.contenders[name]!, 'smoke') })),
  );
  const launch = leftOut.has(name) ? { missing: 'left out' } : contenders[name].locate();
  if ('missing' in launch) continue;

  for (let first = 0; first < rows.length; first += atOnce) runs(name, launch, rows.slice(first, first + atOnce));
}

function runs(name: string, launch: Launch, rows: { suite: Suite; row: Row; size: number }[]): void {
  const [first, last] = [rows[0]!, rows.at(-1)!].map(({ suite, row }) => `${suite.name}/${row.name}`);
  test.concurrent(`${name}: ${rows.length} rows, ${first} to ${last}`, async () => {
    const requests = rows.map(({ suite, row, size }) => requestOf(suite, row, size, 'smoke'));
    const { stdout, stderr } = await run(...commandLine(launch, ...requests));
    const results = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as Report).samples.map(({ result }) => result));
    // The first row without a result is the one that failed.
    const named = rows.map(({ suite, row, size }) => ({ name: `${suite.name}/${row.name}`, right: row.expected(size) }));
    const failed = named[results.length];
    expect(failed && `${failed.name}: ${stderr}`).toBeUndefined();
    expect(results.map((result, place) => `${named[place]!.name}: ${result}`)).toEqual(
      named.map(({ name, right }) => `${name}: ${right}`),
    );
  });
}

test('a row is measured in children of its own', async () => {
  const suite = suites.find(({ name }) => name === 'switch')!;
  const only = new Set(['goroutines', 'promises']);
  const { outcomes } = await runRow(suite, suite.rows[0]!, { speed: 'smoke', only, progress: () => {} });
  expect(outcomes.map(({ contender, missing }) => [contender, missing])).toEqual([
    ['goroutines', undefined],
    ['promises', undefined],
  ]);
  for (const { summaries } of outcomes) expect(summaries.map(({ count }) => count)).toEqual([1]);
});

test('a child whose result is wrong has failed, and says what is right', async () => {
  const suite = suites.find(({ name }) => name === 'switch')!;
  const row = { ...suite.rows[0]!, expected: () => -1 };
  const { outcomes } = await runRow(suite, row, { speed: 'smoke', only: new Set(['promises']), progress: () => {} });
  expect(outcomes).toMatchObject([{ failed: true, missing: 'wrong result: 100 where -1 is right', summaries: [] }]);
});

test('a row that the machine cannot run gives the reason and starts nobody', async () => {
  const suite = suites.find(({ name }) => name === 'http')!;
  const row = { ...suite.rows[0]!, lacks: () => 'wrk is not installed' };
  const { outcomes } = await runRow(suite, row, { speed: 'smoke', only: undefined, progress: () => {} });
  expect(outcomes.map(({ missing }) => missing)).toEqual(outcomes.map(() => 'wrk is not installed'));
  expect(outcomes.map(({ failed, reports }) => [failed, reports])).toEqual(outcomes.map(() => [undefined, []]));
});

function run(command: string, parameters: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const limits = { timeout: 160_000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const;
    execFile(command, parameters, limits, (_, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
