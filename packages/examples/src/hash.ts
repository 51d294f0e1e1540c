// The main job: the SHA-256 of every file below a folder, computed on every core with goroutines, and then once more with
// plain promises on one thread, to compare. Both must come to the same digest of digests.
//
// The order is fair to both: an untimed round of the plain version comes first and brings the files into memory, so that
// neither timed round waits for the disk. It warms up the plain version's code, too, but not the goroutines'.

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
  const warmUp = await hashWithPromises(folder);
  console.log(`warm-up, not timed: ${describeAmount(warmUp)}\n`);

  const concurrent = await timed(() => hashShowingProgress(folder, warmUp));
  const plain = await timed(() => hashWithPromises(folder));

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

async function hashShowingProgress(folder: string, expected: Summary): Promise<Summary> {
  if (!process.stderr.isTTY) return run(hashWithGoroutines, folder);

  const bar = new SingleBar({ format: '{bar} {value} of {total} files, {size}', clearOnComplete: true });
  bar.start(expected.files, 0, { size: describeBytes(0) });
  try {
    return await run(hashWithGoroutines, folder, (files: number, bytes: number) =>
      bar.update(files, { size: describeBytes(bytes) }),
    );
  } finally {
    bar.stop();
  }
}

interface Timed {
  summary: Summary;
  milliseconds: number;
}

async function timed(work: () => Promise<Summary>): Promise<Timed> {
  const start = performance.now();
  const summary = await work();
  return { summary, milliseconds: performance.now() - start };
}

function report(concurrent: Timed, plain: Timed) {
  const { summary } = concurrent;
  console.log(`files        ${describeAmount(summary)}`);
  console.log(`errors       ${summary.unreadable.length}`);
  for (const { path, reason } of summary.unreadable) console.log(`             ${reason}  ${path}`);
  console.log(`digest       ${summary.digest}`);
  console.log(`goroutines   ${describeTime(concurrent)}, the start of the threads included`);
  for (const { thread, files, bytes } of summary.shares) {
    const percent = summary.bytes === 0 ? 0 : (100 * bytes) / summary.bytes;
    console.log(`  thread ${thread}   ${percent.toFixed(0)} % of the bytes, ${files.toLocaleString('en')} files`);
  }
  console.log(`promises     ${describeTime(plain)}, on one thread`);
  console.log(`ratio        ${(plain.milliseconds / concurrent.milliseconds).toFixed(2)}, promises to goroutines`);
}

function describeAmount({ files, bytes }: Summary): string {
  return `${files.toLocaleString('en')} files, ${describeBytes(bytes)}`;
}

function describeBytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
}

function describeTime({ milliseconds }: Timed): string {
  return `${milliseconds.toFixed(0)} ms`;
}
