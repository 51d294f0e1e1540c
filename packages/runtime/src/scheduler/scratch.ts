/**
 * Scratch memory of this thread in the arena: what is handed to the core or to the codec by address. It holds something
 * only while no other operation of this thread can run.
 */
import { SELECT_CASE_WORDS, SELECT_CASES } from '../memory/blocks.ts';
import { allocate, free } from '../memory/heap.ts';
import { KIND_SCRATCH } from '../memory/layout.ts';

/** A cell for a value on its way into an object. */
export let sendScratch = 0;

/** The cases of a select, and for how many there is room. */
let cases = 0;
let caseCapacity = 0;
const FIRST_CAPACITY = 8;

/** Called once for each arena that this thread maps. */
export function initializeScratch(): void {
  sendScratch = allocate(KIND_SCRATCH, 8) >> 1;
  cases = 0;
  caseCapacity = 0;
}

/** A block with room for the cases of a select. Throws ArenaExhaustedError. */
export function caseScratch(count: number): number {
  return count <= caseCapacity ? cases : growCases(count);
}

function growCases(count: number): number {
  const capacity = Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(count)));
  const block = allocate(KIND_SCRATCH, (SELECT_CASES + capacity * SELECT_CASE_WORDS) * 4);
  if (cases !== 0) free(cases);
  cases = block;
  caseCapacity = capacity;
  return block;
}

/** Called when this thread leaves the arena. */
export function giveBackScratch(): void {
  free(sendScratch << 1);
  if (cases !== 0) free(cases);
  cases = 0;
  caseCapacity = 0;
}
