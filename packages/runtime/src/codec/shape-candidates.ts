/**
 * Which names come together often enough to be a shape. Of the objects that have none some are looked at, at first about one of
 * eight, and names become a shape when they were met so several times among a small number of others: so dictionaries with ever
 * other names do not fill the table. Each time when that number of others is reached, looks become rarer by half, so that they
 * cost dictionaries little, too; where a shape was found they are as often as at first.
 */
import { canBeShape, isRoom, publish } from './shapes.ts';

const MEETINGS = 4;
const MOST_CANDIDATES = 64;
const RAREST = 64;

/** How often they were met, by the names. */
const candidates = new Map<string, number>();
let untilLook = 1;
/** Steps that differ, and are no multiples of a number: objects that come in turns are all met. */
let step = 0;
/** Looks are so many times rarer than at first. */
let rarity = 1;
let isFull = false;

export function forgetCandidates(): void {
  candidates.clear();
  untilLook = 1;
  rarity = 1;
  isFull = false;
}

/** Whether an object without a shape is to be looked at. */
export function isTimeToLook(): boolean {
  if (--untilLook > 0) return false;
  step = (step * 5 + 3) & 15;
  untilLook = 1 + step * rarity;
  return !isFull;
}

/** An object was met that has these names, and no shape. */
export function meet(names: readonly string[]): void {
  if (!canBeShape(names)) return;
  const together = names.join('\0');
  const times = (candidates.get(together) ?? 0) + 1;
  if (times < MEETINGS) {
    if (candidates.size >= MOST_CANDIDATES) beginAnew();
    candidates.set(together, times);
    return;
  }
  candidates.delete(together);
  rarity = 1;
  publish(names);
  isFull = !isRoom();
}

function beginAnew(): void {
  candidates.clear();
  rarity = Math.min(rarity * 2, RAREST);
}
