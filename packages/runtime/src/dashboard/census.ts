/**
 * Counts goroutines by state and by function, in one walk over shared memory. A walk is done in parts of bounded cost, one a
 * refresh; 100,000 goroutines are one part. Threads go on meanwhile: a goroutine may be missed, or seen in two states, so
 * the counts are those of no one moment.
 */
import { performance } from 'node:perf_hooks';
import { peekText } from '../codec/decode.ts';
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { RECORD_WORDS } from '../memory/blocks.ts';
import { FUNCTION_COUNT, KIND_GOROUTINE, MAXIMUM_FUNCTIONS, MAXIMUM_MACHINES } from '../memory/layout.ts';
import { WALK_START, walkBlocks } from '../memory/walk.ts';
import { creatorsOf } from '../scheduler/creation-sites.ts';
import { definitionOf } from '../scheduler/function-block.ts';
import { DONE, functionOrLocal, MACHINE, NAME, NUMBER, RUNNING, STATUS } from '../scheduler/goroutine.ts';
import type { CensusReport, RunningGoroutine, SiteRow } from './frame.ts';

/** Blocks that are looked at in one part: 1 to 3 ms. */
const BLOCKS_AT_ONCE = 400_000;
const MOST_SITES = 40;
const STATES = 3;
const NOBODY: CensusReport = {
  age: 0,
  milliseconds: 0,
  counted: 0,
  runnable: 0,
  running: 0,
  waiting: 0,
  sites: [],
  otherSites: 0,
  otherGoroutines: 0,
};

export class Census {
  /** By function number + 1 (local goroutines have -1), a count a state. */
  private readonly counts = new Int32Array((MAXIMUM_FUNCTIONS + 1) * STATES);
  /** By machine: the record of the goroutine that was seen to run there, or 0. */
  private readonly seenRunning = new Int32Array(MAXIMUM_MACHINES);
  private readonly names = new Map<number, string>();
  private page = WALK_START;
  private spent = 0;
  private endedAt = 0;
  private last = NOBODY;
  /** The same of the last whole walk. */
  private readonly lastRunning = new Int32Array(MAXIMUM_MACHINES);

  /** One part. */
  step(): void {
    const start = performance.now();
    this.page = walkBlocks(KIND_GOROUTINE, RECORD_WORDS * 4, this.page, BLOCKS_AT_ONCE, this.visit);
    this.spent += performance.now() - start;
    if (this.page === WALK_START) this.finish();
  }

  report(): CensusReport {
    return { ...this.last, age: Math.round(performance.now() - this.endedAt) };
  }

  /** Plain reads: an old value is a count of a moment ago. */
  private readonly visit = (record: number): void => {
    const status = arena.words[record + STATUS]!;
    const machine = arena.words[record + MACHINE]!;
    if (status < 0 || status >= DONE || !(arena.cells[(record + NUMBER) >> 1]! > 0)) return;
    const number = functionOrLocal(record);
    if (number >= MAXIMUM_FUNCTIONS) return; // It is being made.
    this.counts[(number + 1) * STATES + status]!++;
    if (status === RUNNING && machine >= 0 && machine < MAXIMUM_MACHINES) this.seenRunning[machine] = record;
  };

  private finish(): void {
    const rows: Array<{ number: number; total: number }> = [];
    const functions = Math.min(MAXIMUM_FUNCTIONS, load(FUNCTION_COUNT));
    const totals = [0, 0, 0];
    for (let number = -1; number < functions; number++) {
      let total = 0;
      for (let state = 0; state < STATES; state++) {
        const count = this.counts[(number + 1) * STATES + state]!;
        totals[state]! += count;
        total += count;
      }
      if (total > 0) rows.push({ number, total });
    }
    rows.sort((a, b) => b.total - a.total);
    const shown = rows.slice(0, MOST_SITES);
    const others = rows.slice(MOST_SITES);
    const [runnable, running, waiting] = totals as [number, number, number];
    this.last = {
      age: 0,
      milliseconds: this.spent,
      counted: runnable + running + waiting,
      runnable,
      running,
      waiting,
      sites: shown.map(({ number }) => this.siteOf(number)),
      otherSites: others.length,
      otherGoroutines: others.reduce((sum, { total }) => sum + total, 0),
    };
    this.lastRunning.set(this.seenRunning);
    this.counts.fill(0);
    this.seenRunning.fill(0);
    this.spent = 0;
    this.endedAt = performance.now();
  }

  private siteOf(number: number): SiteRow {
    const at = (number + 1) * STATES;
    return {
      fn: this.functionName(number),
      createdAt: number < 0 ? [] : [...new Set(creatorsOf(number).map(({ site }) => site))],
      runnable: this.counts[at]!,
      running: this.counts[at + 1]!,
      waiting: this.counts[at + 2]!,
    };
  }

  /** Read once: definitions do not change. */
  private functionName(number: number): string {
    if (number < 0) return 'main and go.local';
    let name = this.names.get(number);
    if (name === undefined) {
      const { name: fn, url, line, column } = definitionOf(number);
      name = `${fn || '<anonymous>'} (${url}:${line}:${column})`;
      this.names.set(number, name);
    }
    return name;
  }

  /**
   * The goroutine that the walk has seen to have its turn on a machine, some ms ago. Its record may be another's by now: what was
   * read is good if the number is still the same.
   */
  seenOn(machine: number): RunningGoroutine | null {
    const record = this.lastRunning[machine];
    if (!record) return null;
    const id = arena.cells[(record + NUMBER) >> 1]!;
    const number = functionOrLocal(record);
    if (!(id > 0) || number >= load(FUNCTION_COUNT)) return null;
    const name = peekText((record + NAME) >> 1) ?? (number < 0 ? 'local' : this.functionName(number).replace(/ \(.*/, ''));
    return arena.cells[(record + NUMBER) >> 1] === id ? { id, name } : null;
  }
}
