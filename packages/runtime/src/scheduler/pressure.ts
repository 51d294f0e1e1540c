/**
 * Memory pressure: V8 does not know how much shared memory its small proxy objects hold, so it sees no reason to collect
 * them. When `memory/pressure.ts` finds too much in use, every thread that has any collects its garbage once; the finalizers
 * then give back what no thread uses any more. That gives memory back and nothing else depends on it. A thread that has none
 * has nothing to give back: where main starts all goroutines and has all handles, collecting on the others took a tenth of
 * the time.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hasProxies } from '../codec/handles.ts';
import { hasSharedBuffers } from '../codec/shared-buffers.ts';
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { MACHINE_COUNT, PRESSURE } from '../memory/layout.ts';
import { whenPressureRises } from '../memory/pressure.ts';
import { machine } from './machine.ts';
import { wakeMachine } from './parker.ts';
import { schedule } from './schedule.ts';

let seen = 0;
let collect: (() => void) | undefined;

/** Whether this thread has not yet answered the last rise. A slice ends for it, since what it runs may be what fills the arena. */
export function underPressure(): boolean {
  return arena.words[PRESSURE] !== seen; // Plain: an old value is seen a moment later.
}

// A thread that is not running goroutines answers, too.
whenPressureRises(schedule);

/** Called after each slice. */
export function relievePressure(): void {
  const pressure = load(PRESSURE);
  if (pressure === seen) return;
  seen = pressure;
  for (let number = 0; number < load(MACHINE_COUNT); number++) if (number !== machine.number) wakeMachine(number);
  if (!hasProxies() && !hasSharedBuffers()) return;
  collect ??= collector();
  collect();
}

/** The engine's own collector. The flag is the process's, so it stays on: another thread may be here at the same time. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
