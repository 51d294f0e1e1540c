// Runs the suites and reports.
//
//   npm run bench [-- <filter>… --quick --only <contender>,… --json <file> --write --list]
//   npm run bench -- --procs 1,2,4,8,16 [<filter>…]    the curve of the rows that use all cores
//
// A filter is a part of "<suite>/<row>". The results always go to results/latest.json as well.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contenderNames } from './harness/contenders.ts';
import { padded } from './harness/figures.ts';
import { describeMachine } from './harness/machine.ts';
import { heading, markdown, type Results } from './harness/report.ts';
import { curveTable, isFigure, rowTable, verdicts } from './harness/row-table.ts';
import { type RowResult, runRow } from './harness/run-row.ts';
import { suites } from './suites/index.ts';

const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    procs: { type: 'string' },
  },
});
const only = options.only === undefined ? undefined : new Set(options.only.split(','));
for (const name of only ?? []) {
  if (!(contenderNames as readonly string[]).includes(name)) {
    throw new RangeError(`no contender '${name}': there are ${contenderNames.join(', ')}`);
  }
}
const chosen = suites.flatMap((suite) =>
  suite.rows
    .filter((row) => filters.length === 0 || filters.some((filter) => `${suite.name}/${row.name}`.includes(filter)))
    .map((row) => ({ suite, row })),
);
if (chosen.length === 0) throw new RangeError(`no suite matches ${filters.join(', ')}: see --list`);

if (options.list) {
  for (const { suite, row } of chosen) console.log(`${suite.name}/${row.name}: ${row.title}`);
} else if (options.procs !== undefined) {
  await curves(options.procs.split(',').map(Number));
} else {
  await bench();
}

/** The rows that use all cores, on so many processors each. */
async function curves(procs: number[]): Promise<void> {
  if (procs.some((count) => !Number.isInteger(count) || count < 1)) {
    throw new RangeError(`--procs takes numbers of processors, as in 1,2,4,8,16; got ${options.procs}`);
  }
  const { cores } = describeMachine();
  console.log(`${cores} cores here: beyond that number nothing can become faster.`);
  for (const { suite, row } of chosen.filter(({ row }) => row.threads === 'all')) {
    const results: RowResult[] = [];
    for (const threads of procs) {
      results.push(await runRow(suite, { ...row, threads }, { quick: options.quick, only, progress }));
      progress('');
    }
    console.log(`\n${row.title} (an operation: ${row.operation})`);
    console.log(padded(curveTable(procs, results), (column) => column > 0));
  }
}

async function bench(): Promise<void> {
  const began = performance.now();
  const rows: RowResult[] = [];
  for (const { suite, row } of chosen) {
    const result = await runRow(suite, row, { quick: options.quick, only, progress });
    progress('');
    rows.push(result);
    print(result);
  }
  const seconds = (performance.now() - began) / 1000;
  const results: Results = { machine: describeMachine(), quick: options.quick, seconds, rows };
  console.log(`\n${rows.length} rows in ${Math.round(seconds)} s`);

  const json = `${JSON.stringify(results, null, 1)}\n`;
  write(fileURLToPath(new URL('../results/latest.json', import.meta.url)), json);
  if (options.json !== undefined) write(options.json, json);
  if (options.write) write(fileURLToPath(new URL('../RESULTS.md', import.meta.url)), markdown(results, suites));

  const broken = rows.flatMap(({ outcomes }) => outcomes).filter(({ failed, contender }) => failed && contender === 'goroutines');
  if (broken.length > 0) process.exitCode = 1;
}

function print(result: RowResult): void {
  console.log(`\n${heading(result)}`);
  console.log(padded(rowTable(result), isFigure(result)));
  for (const { text, verdict } of verdicts(result)) console.log(`  ${verdict}: ${text}`);
}

/** One line that overwrites itself, for people only. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
