// The main job: the SHA-256 of every file below a folder, computed on every core with goroutines, and then once more with
// plain promises on one thread, to compare. Both must come to the same digest of digests.
//
// The order is fair to both: an untimed round of the plain version comes first and brings the files into memory, so that
// neither timed round waits for the disk. It warms up the plain version's code, too, but not the goroutines'. Starting the
// threads happens once in a program's life and is shown on its own.

import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { go, run } from 'goroutines';
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
  const warmUp = await hashWithPromises(folder);
  console.log(`warm-up, not timed: ${describeAmount(warmUp)}\n`);

  const concurrent = await run(timeGoroutines, folder, warmUp);
  const plain = await timePromises(folder);

  report(concurrent, plain);
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

/** The main goroutine. The threads start with the first `go`; how long that takes is told apart from the work. */
function* timeGoroutines(folder: string, expected: Summary) {
  const begin = performance.now();
  yield* go(function* () {}).join();
  const start = performance.now();
  const summary = yield* hashShowingProgress(folder, expected);
  return { summary, milliseconds: performance.now() - start, startMilliseconds: start - begin };
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

function report(concurrent: Timed & { startMilliseconds: number }, plain: Timed) {
  const { summary, startMilliseconds } = concurrent;
  console.log(`files        ${describeAmount(summary)}`);
  console.log(`errors       ${summary.unreadable.length}`);
  for (const { path, reason } of summary.unreadable) console.log(`             ${reason}  ${path}`);
  console.log(`digest       ${summary.digest}`);
  console.log(
    `goroutines   ${describeTime(concurrent.milliseconds)}, after ${describeTime(startMilliseconds)} to start the threads`,
  );
  for (const { thread, files, bytes } of summary.shares) {
    const percent = summary.bytes === 0 ? 0 : (100 * bytes) / summary.bytes;
    console.log(`  thread ${thread}   ${percent.toFixed(0)} % of the bytes, ${files.toLocaleString('en')} files`);
  }
  console.log(`promises     ${describeTime(plain.milliseconds)}, on one thread`);
  console.log(
    `ratio        ${(plain.milliseconds / concurrent.milliseconds).toFixed(2)}, promises to goroutines, without the start`,
  );
}

function describeAmount({ files, bytes }: Summary): string {
  return `${files.toLocaleString('en')} files, ${describeBytes(bytes)}`;
}

function describeBytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
}

function describeTime(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`;
}
