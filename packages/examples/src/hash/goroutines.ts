// The work with goroutines, a pipeline of three stages:
//
//   walk ──starts──▶ digest, one for each handful of files ──outcomes──▶ collect
//
// Many goroutines that do a little each, and not a few that live long: one that has not begun goes to whichever thread is
// free, so the work spreads by itself. The channel `slots` bounds how many there are at a time, and `outcomes` is bounded,
// too: memory stays small, however many files there are. Goroutines may make synchronous calls to the file system: they
// run on worker threads, and one such call costs a fraction of what its asynchronous twin does. What can't be read becomes
// an outcome of its own; any other error is a bug and ends the program.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { after, chan, type Goroutine, go, Mutex, type RecvChan, type SendChan, select, WaitGroup } from 'goroutines';
import { type HashedFile, type Outcome, type Summary, summarize, unreadable } from './summary.ts';

/**
 * How far the work has got: two numbers in memory that all threads share. The lock keeps them in step with each other;
 * without it, two goroutines that add at once could also lose one of the two sums.
 */
interface Progress {
  lock: Mutex;
  counts: Float64Array;
}

/** What the goroutines for the files share with each other and with `walk`. */
interface Surroundings {
  slots: RecvChan<true>;
  started: WaitGroup;
  outcomes: SendChan<Outcome[]>;
  progress: Progress;
}

const files = 0;
const bytes = 1;

const goroutinesAtOnce = 64;
const filesEach = 32;
const chunkBytes = 256 * 1024;
const redrawMilliseconds = 100;

/** Hashes every regular file below `folder`. `onProgress`, if given, is told now and then how far it has got. */
export function* hashWithGoroutines(folder: string, onProgress?: (files: number, bytes: number) => void) {
  const outcomes = chan<Outcome[]>(goroutinesAtOnce);
  const progress: Progress = { lock: new Mutex(), counts: new Float64Array(new SharedArrayBuffer(16)) };
  go(walk, folder, outcomes, progress);
  const collector = go(collect, outcomes);
  if (onProgress !== undefined) yield* report(progress, collector, onProgress);
  return yield* collector.join();
}

/** Tells `onProgress` the counts from time to time, until the collector is done. */
function* report(progress: Progress, collector: Goroutine<Summary>, onProgress: (files: number, bytes: number) => void) {
  for (;;) {
    const hit = yield* select({ done: collector.join(), redraw: after(redrawMilliseconds) });
    yield* progress.lock.lock();
    onProgress(progress.counts[files]!, progress.counts[bytes]!);
    progress.lock.unlock();
    if (hit.key === 'done') return;
  }
}

/** Starts goroutines for the files of one folder after the other. Symbolic links are not followed. */
function* walk(folder: string, outcomes: SendChan<Outcome[]>, progress: Progress) {
  const slots = chan<true>(goroutinesAtOnce);
  const started = new WaitGroup();
  const pending = [''];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    const paths: string[] = [];
    try {
      for (const entry of readdirSync(join(folder, parent), { withFileTypes: true })) {
        const path = join(parent, entry.name);
        if (entry.isDirectory()) pending.push(path);
        else if (entry.isFile()) paths.push(path);
      }
    } catch (error) {
      yield* outcomes.send([unreadable(parent, error)]);
    }
    while (paths.length > 0) {
      yield* slots.send(true); // waits while all slots are taken
      started.add();
      go(digest, folder, paths.splice(0, filesEach), { slots, started, outcomes, progress });
    }
  }
  yield* started.wait();
  outcomes.close();
}

function* digest(folder: string, paths: string[], { slots, started, outcomes, progress }: Surroundings) {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const mine: Outcome[] = [];
  for (const path of paths) {
    try {
      mine.push(digestFile(folder, path, buffer));
    } catch (error) {
      mine.push(unreadable(path, error));
    }
  }
  yield* advance(progress, mine);
  yield* outcomes.send(mine);
  yield* slots.recv();
  started.done();
}

function* advance({ lock, counts }: Progress, outcomes: Outcome[]) {
  yield* lock.lock();
  counts[files]! += outcomes.length;
  for (const outcome of outcomes) counts[bytes]! += 'bytes' in outcome ? outcome.bytes : 0;
  lock.unlock();
}

/** Reads a file chunk by chunk, so that a large one needs no more memory than a small one. */
function digestFile(folder: string, path: string, buffer: Buffer): HashedFile {
  const file = openSync(join(folder, path), 'r');
  try {
    const hash = createHash('sha256');
    let size = 0;
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, count));
      size += count;
    }
    return { path, bytes: size, digest: hash.digest('hex'), thread: threadId };
  } finally {
    closeSync(file);
  }
}

function* collect(outcomes: RecvChan<Outcome[]>) {
  const all: Outcome[] = [];
  yield* outcomes.forEach(function* (some) {
    all.push(...some);
  });
  return summarize(all);
}
