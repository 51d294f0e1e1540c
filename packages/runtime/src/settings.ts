/** What can be configured, from `runtime.configure` and from the environment, checked before anything uses it. */
import { availableParallelism } from 'node:os';
import { shown } from './errors.ts';
import { DEFAULT_HEAP_BYTES, MAXIMUM_HEAP_BYTES, MINIMUM_HEAP_BYTES } from './memory/arena.ts';
import { MAXIMUM_MACHINES, MAXIMUM_PROCESSORS } from './memory/layout.ts';
import { LONGEST_TIMEOUT } from './scheduler/real-timers.ts';

export interface Settings {
  /** Threads that run goroutines at one time, from 0 to 64. 0 runs every goroutine on the calling thread. Default: GOMAXPROCS, else the number of cores. */
  procs: number;
  /** Bytes of shared memory reserved for goroutines, channels and values in flight, from 8 MiB to 2 GiB. Default: 1 GiB. Pages are used when they are touched. */
  heapBytes: number;
  /**
   * Threads beyond `procs` that there may be, from 1 to 62: for goroutines that hold up their thread, and for `blocking`.
   * They are started when they are needed, the first one at once. Default: 4.
   */
  spareThreads: number;
  /** Milliseconds after which a spare thread that had nothing to do ends; one is kept. From 1 to 2^31 - 1. Default: 10,000. */
  spareMilliseconds: number;
  /** Whether a program is told, once, on what it spends much and need not. Default: true. */
  hints: boolean;
  /** Whether histograms are kept for `runtime.metrics()`. Costs some ns a turn of a goroutine. Default: false. */
  metrics: boolean;
}

const DEFAULT_SPARE_THREADS = 4;
const MOST_SPARE_THREADS = MAXIMUM_MACHINES - MAXIMUM_PROCESSORS - 2;
const DEFAULT_SPARE_MILLISECONDS = 10_000;
const KNOWN: ReadonlyArray<keyof Settings> = ['procs', 'heapBytes', 'spareThreads', 'spareMilliseconds', 'hints', 'metrics'];

let chosen: Partial<Settings> = {};

/** Checks and keeps settings. Throws RangeError or TypeError, and keeps nothing then. */
export function configure(settings: Partial<Settings>): void {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new TypeError(`runtime.configure takes an object of settings, got ${shown(settings)}`);
  for (const key of Object.keys(settings)) {
    if (!(KNOWN as readonly string[]).includes(key)) {
      throw new TypeError(`runtime.configure: unknown setting '${key}'; known are ${KNOWN.join(', ')}`);
    }
  }
  mustBeWhole('runtime.configure: procs', settings.procs, 0, MAXIMUM_PROCESSORS);
  mustBeWhole('runtime.configure: heapBytes', settings.heapBytes, MINIMUM_HEAP_BYTES, MAXIMUM_HEAP_BYTES);
  mustBeWhole('runtime.configure: spareThreads', settings.spareThreads, 1, MOST_SPARE_THREADS);
  mustBeWhole('runtime.configure: spareMilliseconds', settings.spareMilliseconds, 1, LONGEST_TIMEOUT);
  for (const key of ['hints', 'metrics'] as const) {
    if (settings[key] === undefined || typeof settings[key] === 'boolean') continue;
    throw new TypeError(`runtime.configure: ${key} must be true or false, got ${shown(settings[key])}`);
  }
  chosen = { ...chosen, ...settings };
}

/** Throws RangeError for anything else; undefined is let through. */
export function mustBeWhole(what: string, value: unknown, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)) return;
  throw new RangeError(`${what} must be a whole number from ${least} to ${most}, got ${shown(value)}`);
}

/** The settings in force. Throws RangeError when GOMAXPROCS is no usable number. */
export function settings(): Settings {
  return {
    procs: chosen.procs ?? procsFromEnvironment() ?? Math.min(availableParallelism(), MAXIMUM_PROCESSORS),
    heapBytes: chosen.heapBytes ?? DEFAULT_HEAP_BYTES,
    spareThreads: chosen.spareThreads ?? DEFAULT_SPARE_THREADS,
    spareMilliseconds: chosen.spareMilliseconds ?? DEFAULT_SPARE_MILLISECONDS,
    hints: chosen.hints ?? true,
    metrics: chosen.metrics ?? false,
  };
}

function procsFromEnvironment(): number | undefined {
  const text = process.env.GOMAXPROCS;
  if (text === undefined || text === '') return undefined;
  const procs = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(procs >= 1 && procs <= MAXIMUM_PROCESSORS)) {
    throw new RangeError(`GOMAXPROCS must be a whole number from 1 to ${MAXIMUM_PROCESSORS}, got '${text}'`);
  }
  return procs;
}
