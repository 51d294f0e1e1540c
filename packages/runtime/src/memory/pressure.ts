/**
 * When to collect garbage for the sake of the arena, by the rule of a garbage-collected heap: when as much again is in
 * use as survived the last time, and not below a least amount. What survived is not known at once, since finalizers run
 * later; so the level is raised by half when it is crossed, towards the end by half of what is left, and lowered to twice what
 * is found in use at any later look.
 *
 * Threads look now and then, each after it has taken about 1 MiB, or a 64th of a small arena. Two may cross the level at once:
 * the exchange lets one of them raise it.
 */
import { arena } from './arena.ts';
import { add, compareExchange, load } from './atomics.ts';
import { KIND_NAMES } from './kinds.ts';
import * as layout from './layout.ts';

let raised: () => void = () => undefined;

/** What this thread does when it has found that too much is in use. It must not allocate. */
export function whenPressureRises(callback: () => void): void {
  raised = callback;
}

/** Less than a million goroutines take (112 MB): so a program that starts so many again and again is collected each time. */
const LEAST_BYTES = 64 * 1024 * 1024;

/** The level of a fresh arena. */
export function initializePressure(): void {
  arena.words[layout.PRESSURE_LEVEL] = least();
}

/** Looks at what is in use, and tells all threads to collect if it has grown too much. */
export function checkPressure(): void {
  const used = usedUnits();
  const level = load(layout.PRESSURE_LEVEL);
  if (used > level) {
    const more = Math.min(used, Math.max(0, allUnits() - used)) >> 1;
    if (compareExchange(layout.PRESSURE_LEVEL, level, used + more) !== level) return;
    add(layout.PRESSURE, 1);
    raised();
  } else if (2 * used < level && level > least()) {
    compareExchange(layout.PRESSURE_LEVEL, level, Math.max(2 * used, least()));
  }
}

function least(): number {
  return Math.min(LEAST_BYTES, arena.words.byteLength / 8) / 16;
}

function allUnits(): number {
  return (arena.words.length - layout.FIRST_HEAP_PAGE * layout.PAGE_WORDS) / 4;
}

/** Plain reads of what others are writing: a figure to decide by, not to count with. */
export function usedUnits(): number {
  let units = 0;
  for (let machine = 0; machine < layout.MAXIMUM_MACHINES; machine++) {
    const row = layout.USAGE + machine * layout.USAGE_KINDS;
    for (let kind = 1; kind < KIND_NAMES.length; kind++) units += arena.words[row + kind]!;
  }
  return units;
}
