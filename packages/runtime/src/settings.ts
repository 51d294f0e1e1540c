/** What can be configured, from `runtime.configure` and from the environment, checked before anything uses it. */
import { availableParallelism } from 'node:os';
import { DEFAULT_HEAP_BYTES, MAXIMUM_HEAP_BYTES, MINIMUM_HEAP_BYTES } from './memory/arena.ts';
import { MAXIMUM_PROCESSORS } from './memory/layout.ts';

export interface Settings {
  /** Threads that run goroutines at one time, from 0 to 64. 0 runs every goroutine on the calling thread. Default: GOMAXPROCS, else the number of cores. */
  procs: number;
  /** Bytes of shared memory reserved for goroutines, channels and values in flight, from 8 MiB to 2 GiB. Default: 1 GiB. Pages are used when they are touched. */
  heapBytes: number;
}

let chosen: Partial<Settings> = {};

/** Checks and keeps settings. Throws RangeError or TypeError, and keeps nothing then. */
export function configure(settings: Partial<Settings>): void {
  for (const key of Object.keys(settings)) {
    if (key !== 'procs' && key !== 'heapBytes') {
      throw new TypeError(`runtime.configure: unknown setting '${key}'; known are procs, heapBytes`);
    }
  }
  const { procs, heapBytes } = settings;
  if (procs !== undefined && !(Number.isInteger(procs) && procs >= 0 && procs <= MAXIMUM_PROCESSORS)) {
    throw new RangeError(`runtime.configure: procs must be a whole number from 0 to ${MAXIMUM_PROCESSORS}, got ${String(procs)}`);
  }
  if (
    heapBytes !== undefined &&
    !(Number.isInteger(heapBytes) && heapBytes >= MINIMUM_HEAP_BYTES && heapBytes <= MAXIMUM_HEAP_BYTES)
  ) {
    throw new RangeError(
      `runtime.configure: heapBytes must be a whole number from ${MINIMUM_HEAP_BYTES} to ${MAXIMUM_HEAP_BYTES}, got ${String(heapBytes)}`,
    );
  }
  chosen = { ...chosen, ...settings };
}

/** The settings in force. Throws RangeError when GOMAXPROCS is no usable number. */
export function settings(): Settings {
  return {
    procs: chosen.procs ?? procsFromEnvironment() ?? Math.min(availableParallelism(), MAXIMUM_PROCESSORS),
    heapBytes: chosen.heapBytes ?? DEFAULT_HEAP_BYTES,
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
