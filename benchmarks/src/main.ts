// Runs the suites and reports; `usage` says how.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contenderNames } from './harness/contenders.ts';
import { padded } from './harness/figures.ts';
import { describeMachine } from './harness/machine.ts';
import { heading, markdown } from './harness/report.ts';
import { newResults, type Results, readResults, serialize } from './harness/results.ts';
import { curvesIn, curveTable, isFigure, rowTable, verdicts } from './harness/row-table.ts';
import { type RowResult, runRow, type Speed } from './harness/run-row.ts';
import { suites } from './suites/index.ts';

const usage = `npm run bench -- [<filter>…] [options]     a filter is a part of "<suite>/<row>"

  --quick                 a tenth of the work, one round
  --smoke                 next to no work, one sample: does every row still run?
  --only <name>,…         only these contenders: ${contenderNames.join(', ')}
  --list                  the rows there are
  --procs 1,2,4           the curve of the rows that use all cores
  --json <file>           the figures as data
  --write                 writes RESULTS.md
  --report                writes report/index.html and its charts
  --report-from <file>    the same from a file that --json has written, without measuring

The figures are always in results/latest.json as well. benchmarks/README.md says more.`;

const { values: options, positionals: filters } = parseCommandLine();
if (options.help) {
  console.log(usage);
  process.exit();
}
const only = options.only === undefined ? undefined : new Set(options.only.split(','));
for (const name of only ?? []) {
  if (!(contenderNames as readonly string[]).includes(name)) {
    refuse(`no contender '${name}': there are ${contenderNames.join(', ')}`);
  }
}
const speed: Speed = options.smoke ? 'smoke' : options.quick ? 'quick' : 'full';
const chosen = suites.flatMap((suite) =>
  suite.rows
    .filter((row) => filters.length === 0 || filters.some((filter) => `${suite.name}/${row.name}`.includes(filter)))
    .map((row) => ({ suite, row })),
);
if (chosen.length === 0) refuse(`no row has ${filters.join(' or ')} in its name: --list shows the rows`);

if (options.list) {
  for (const { suite, row } of chosen) console.log(`${suite.name}/${row.name}: ${row.title}`);
} else if (options['report-from'] !== undefined) {
  await report(readResults(options['report-from']), { page: true });
} else if (options.procs !== undefined) {
  await curves(options.procs.split(',').map(Number));
} else {
  await bench();
}

/** The rows that use all cores, on so many processors each. */
async function curves(procs: number[]): Promise<void> {
  if (procs.some((count) => !Number.isInteger(count) || count < 1)) {
    refuse(`--procs takes numbers of processors, as in 1,2,4,8,16; got ${options.procs}`);
  }
  const { cores } = describeMachine();
  console.log(`${cores} cores here: beyond that number nothing can become faster.`);
  for (const { suite, row } of chosen.filter(({ row }) => row.threads === 'all')) {
    const results: RowResult[] = [];
    for (const threads of procs) {
      results.push(await runRow(suite, { ...row, threads }, { speed, only, progress }));
      progress('');
    }
    console.log(`\n${row.title} (an operation: ${row.operation})`);
    console.log(padded(curveTable(procs, results), (column) => column > 0));
  }
}

async function bench(): Promise<void> {
  const began = performance.now();
  const results = newResults(speed, suites, process.argv.slice(2));
  const { rows } = results;
  for (const { suite, row } of chosen) {
    const result = await runRow(suite, row, { speed, only, progress });
    progress('');
    rows.push(result);
    print(result);
  }
  results.seconds = (performance.now() - began) / 1000;
  for (const { curve, procs, results: points } of curvesIn(rows)) {
    console.log(`\n${curve}: the curve`);
    console.log(padded(curveTable(procs, points), (column) => column > 0));
  }
  console.log(`\n${rows.length} rows in ${Math.round(results.seconds)} s`);

  const json = serialize(results);
  write(inPackage('results/latest.json'), json);
  if (options.json !== undefined) write(options.json, json);
  await report(results, { page: options.report });

  const broken = rows.flatMap(({ outcomes }) => outcomes).filter(({ failed, contender }) => failed && contender === 'goroutines');
  if (broken.length > 0) process.exitCode = 1;
}

async function report(results: Results, { page }: { page: boolean }): Promise<void> {
  if (options.write) write(inPackage('RESULTS.md'), markdown(results));
  if (!page) return;
  const { writePage } = await import('./page/write.ts'); // Nobody else waits for the chart library.
  console.log(`The report: ${await writePage(results, inPackage('report'))}`);
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

function inPackage(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Ends the program before it has done anything. */
function refuse(why: string): never {
  console.error(why);
  process.exit(1);
}

function parseCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        smoke: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'string' },
        write: { type: 'boolean', default: false },
        report: { type: 'boolean', default: false },
        'report-from': { type: 'string' },
        list: { type: 'boolean', default: false },
        procs: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return refuse(`${(error as Error).message}\n\n${usage}`);
  }
}
