/**
 * Leaks: goroutines that have not ended where all should have. As Go's goleak does it: look, and while some are left wait a
 * little longer each time, since what was just told to end needs a moment.
 */
import { performance } from 'node:perf_hooks';
import { shown } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { NUMBER } from '../scheduler/goroutine.ts';
import { machine } from '../scheduler/machine.ts';
import { setTimeout } from '../scheduler/real-timers.ts';
import type { GoroutineInfo } from './goroutines.ts';

/** What `runtime.leaks`, `expectNoLeaks`, `toHaveNoLeaks` leave out, and for how long they wait. Source: go.uber.org/goleak. */
export interface LeakOptions {
  /** Numbers of goroutines that are none, such as `runtime.goroutineIds()` gave before. */
  except?: Iterable<number>;
  /** Whether a goroutine is none, by what is known of it. */
  ignore?: (goroutine: GoroutineInfo) => boolean;
  /** For how many milliseconds they may still end. Default: 0. */
  within?: number;
}

const LONGEST_PAUSE_MILLISECONDS = 100;
const KNOWN: ReadonlyArray<keyof LeakOptions> = ['except', 'ignore', 'within'];

/** `ids` gives the numbers of all goroutines, `list` what is known of them. */
export async function findLeaks(
  options: LeakOptions,
  ids: () => number[],
  list: () => Promise<GoroutineInfo[]>,
): Promise<GoroutineInfo[]> {
  const { ignore, within } = checked(options);
  const excepted = new Set(options.except);
  if (machine.current !== null) excepted.add(arena.cells[(machine.current.record + NUMBER) >> 1]!); // Who asks.
  const end = performance.now() + within;
  for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS)) {
    const isLate = performance.now() >= end;
    const left = ids().some((id) => !excepted.has(id));
    if (!left) return [];
    // What stands where is asked of all threads: only where it matters.
    if (isLate || ignore !== undefined) {
      const asked = new Set(ids());
      const leaks = (await list()).filter((info) => asked.has(info.id) && !excepted.has(info.id) && !ignore?.(info));
      if (isLate || leaks.length === 0) return leaks;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, Math.max(0, end - performance.now()))));
  }
}

function checked(options: LeakOptions): { ignore: LeakOptions['ignore']; within: number } {
  if (typeof options !== 'object' || options === null) throw new TypeError(`leaks takes options, got ${shown(options)}`);
  for (const key of Object.keys(options)) {
    if (!(KNOWN as readonly string[]).includes(key)) {
      throw new TypeError(`leaks: unknown option '${key}'; known are ${KNOWN.join(', ')}`);
    }
  }
  const { ignore, within = 0 } = options;
  if (ignore !== undefined && typeof ignore !== 'function')
    throw new TypeError(`leaks: ignore must be a function, got ${typeof ignore}`);
  if (!(typeof within === 'number' && within >= 0)) {
    throw new RangeError(`leaks: within must be a number of milliseconds of at least 0, got ${shown(within)}`);
  }
  return { ignore, within };
}
