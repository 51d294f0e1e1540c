// The main job: the SHA-256 of every file below a folder, computed on every core with goroutines, and then once more with
// plain promises on one thread, to compare. Both must come to the same digest of digests.
//
// The order is fair to both: each does all the work once untimed, the promises first. That brings the files into memory,
// so that no timed round waits for the disk, and it compiles the code of both and starts the threads. What these first
// rounds took is shown, too: for a single short job, that is what counts.

import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { run } from 'goroutines';
import { hashWithGoroutines } from './hash/goroutines.ts';
import { hashWithPromises } from './hash/promises.ts';
import type { Summary } from './hash/summary.ts';

const exitCodes = { ok: 0, digestsDiffer: 1, wrongUsage: 2 };
const ownDependencies = resolve(dirname(fileURLToPath(import.meta.url)), '../../../node_modules');

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const folder = resolve(args[0] ?? ownDependencies);
  const objection = args.length > 1 ? 'usage: hash [folder]' : objectionTo(folder);
  if (objection !== undefined) {
    console.error(objection);
    return exitCodes.wrongUsage;
  }

  console.log(`SHA-256 of every file below ${folder}`);
  const firstPlain = await timePromises(folder);
  const [firstConcurrent, concurrent] = await run(timeGoroutines, folder, firstPlain.summary);
  const plain = await timePromises(folder);

  describeFiles(plain.summary);
  console.log(`first round  promises ${describeTime(firstPlain)}, goroutines ${describeTime(firstConcurrent)}, not counted`);
  console.log(`goroutines   ${describeTime(concurrent)}`);
  describeShares(concurrent.summary);
  console.log(`promises     ${describeTime(plain)}, on one thread`);
  console.log(`ratio        ${(plain.milliseconds / concurrent.milliseconds).toFixed(2)}, promises to goroutines`);

  if (concurrent.summary.digest === plain.summary.digest) return exitCodes.ok;
  console.error('The two digests differ: a file has changed in between, or there is a bug.');
  return exitCodes.digestsDiffer;
}

function objectionTo(folder: string): string | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return `There is no folder ${folder}`;
  if (!found.isDirectory()) return `Not a folder: ${folder}`;
  return undefined;
}

interface Timed {
  summary: Summary;
  milliseconds: number;
}

/** The main goroutine: two rounds, of which the first starts the threads. */
function* timeGoroutines(folder: string, expected: Summary) {
  const rounds: Timed[] = [];
  for (let round = 0; round < 2; round++) {
    const start = performance.now();
    const summary = yield* hashShowingProgress(folder, expected);
    rounds.push({ summary, milliseconds: performance.now() - start });
  }
  return rounds as [Timed, Timed];
}

/** With a progress bar where there is a terminal to show it. */
function* hashShowingProgress(folder: string, expected: Summary) {
  if (!process.stderr.isTTY) return yield* hashWithGoroutines(folder);

  const bar = new SingleBar({ format: '{bar} {value} of {total} files, {size}', clearOnComplete: true });
  bar.start(expected.files, 0, { size: describeBytes(0) });
  try {
    return yield* hashWithGoroutines(folder, (files, bytes) => bar.update(files, { size: describeBytes(bytes) }));
  } finally {
    bar.stop();
  }
}

async function timePromises(folder: string): Promise<Timed> {
  const start = performance.now();
  const summary = await hashWithPromises(folder);
  return { summary, milliseconds: performance.now() - start };
}

function describeFiles({ files, bytes, unreadable, digest }: Summary) {
  console.log(`files        ${describeCount(files)}, ${describeBytes(bytes)}`);
  console.log(`errors       ${unreadable.length}`);
  for (const { path, reason } of unreadable) console.log(`             ${reason}  ${path}`);
  console.log(`digest       ${digest}`);
}

function describeShares(summary: Summary) {
  for (const { thread, files, bytes } of summary.shares) {
    const percent = summary.bytes === 0 ? 0 : (100 * bytes) / summary.bytes;
    console.log(`  thread ${thread}   ${percent.toFixed(0)} % of the bytes, ${describeCount(files)}`);
  }
}

function describeCount(files: number): string {
  return `${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}`;
}

function describeBytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
}

function describeTime({ milliseconds }: Timed): string {
  return `${milliseconds.toFixed(0)} ms`;
}
