/**
 * What a machine measures of its goroutines when `metrics` are on: how long one that can run waits for its turn, and how long its
 * turns are. In histograms of Node's, in nanoseconds, one pair a thread; `observe/metrics.ts` adds them up.
 *
 * One of SAMPLE goroutines that become ready and one of SAMPLE turns are measured: two looks at the clock and an entry cost more
 * than a turn. Which one is counted off, so a program whose goroutines take turns in that very rhythm would be seen wrongly; the
 * distance is a prime for that.
 *
 * A goroutine that has not begun is queued on one thread and starts on another: their clocks are put on one scale, the one of
 * `process.hrtime`, and the moment stands in the record's RESULT, which is nobody's before the end.
 */
import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks';
import { clear } from '../codec/cell.ts';
import { arena } from '../memory/arena.ts';
import { RESULT } from './goroutine.ts';
import type { Task } from './task.ts';

export const SAMPLE = 17;
const NANOSECONDS = 1e6;
/** From 1 ns to an hour, to one percent: 40 KB each. */
const RANGE = { lowest: 1, highest: 3_600_000_000_000, figures: 2 };

export function emptyHistogram(): RecordableHistogram {
  return createHistogram(RANGE);
}

export class Meter {
  /** From ready to running. */
  readonly latency = emptyHistogram();
  /** From running to waiting, to the end or to another's turn. */
  readonly turn = emptyHistogram();
  /** To the scale of all threads, in milliseconds. */
  private readonly offset = Number(process.hrtime.bigint()) / NANOSECONDS - performance.now();
  private untilReady = 1;
  private untilQueued = 1;
  private untilTurn = 1;

  /** A started goroutine can go on. */
  ready(task: Task): void {
    if (--this.untilReady > 0) return;
    this.untilReady = SAMPLE;
    task.readyAt = performance.now();
  }

  /** A goroutine was queued that has not begun. */
  queued(record: number): void {
    if (--this.untilQueued > 0) return;
    this.untilQueued = SAMPLE;
    arena.cells[(record + RESULT) >> 1] = performance.now() + this.offset;
  }

  /** It begins here. */
  started(record: number): void {
    const cell = (record + RESULT) >> 1;
    const since = arena.cells[cell]!;
    if (!(since > 0)) return; // What a cell without a number reads as is none.
    clear(cell);
    add(this.latency, performance.now() + this.offset - since);
  }

  /** Runs a goroutine's turn. */
  run(task: Task, execute: (task: Task) => void): void {
    const measured = --this.untilTurn <= 0;
    const { readyAt } = task;
    if (!measured && readyAt === 0) {
      execute(task);
      return;
    }
    const begin = performance.now();
    if (readyAt !== 0) {
      task.readyAt = 0;
      add(this.latency, begin - readyAt);
    }
    execute(task);
    if (!measured) return;
    this.untilTurn = SAMPLE;
    add(this.turn, performance.now() - begin);
  }

  /** Runs what is a turn by itself. */
  time<T>(call: () => T): T {
    if (--this.untilTurn > 0) return call();
    this.untilTurn = SAMPLE;
    const begin = performance.now();
    try {
      return call();
    } finally {
      add(this.turn, performance.now() - begin);
    }
  }
}

function add(histogram: RecordableHistogram, milliseconds: number): void {
  histogram.record(Math.max(1, Math.round(milliseconds * NANOSECONDS)));
}
