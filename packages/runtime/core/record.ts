/**
 * The record of a goroutine: made, emptied and given back. TypeScript does the same for every other block (`heap.ts`,
 * `codec/cell.ts`); this one is made and freed with each goroutine, and a store here is one instruction, where V8 needs
 * some forty bytes of them. What the record may hold besides numbers and handles, and what concerns more than this machine's own
 * list of free blocks, is left to TypeScript.
 *
 * The end: the last step of the status and the line of the joiners change together under its LOCK, so that a joiner either finds
 * it ended or stands in the line that is taken. A record of which the runtime's reference is the only one needs no lock: nobody
 * has it, so nobody joins. Somebody who looks through the heap may take a reference at any time, but only from one that has
 * some (`retainLiving`): so the step from 1 to 0 decides.
 *
 * FREE_LISTS' row is this machine's, written by its thread only: here and in `heap.ts`.
 */
import {
  FINISHED,
  FINISHED_HOLDING,
  FINISHED_NOT,
  OUTCOME_DONE,
  RECORD_ARGUMENTS,
  RECORD_ARGUMENTS_FORM,
  RECORD_CANCEL_REASON,
  RECORD_CANCELED,
  RECORD_CAPTURES,
  RECORD_CAPTURES_FORM,
  RECORD_CLASS,
  RECORD_FUNCTION,
  RECORD_JOINED,
  RECORD_JOINERS,
  RECORD_LINK,
  RECORD_LOCK,
  RECORD_MACHINE,
  RECORD_MEMBER,
  RECORD_NAME,
  RECORD_NUMBER,
  RECORD_RESULT,
  RECORD_STARTER,
  RECORD_STATUS,
  RECORD_TASK_SLOT,
  RECORD_WORDS,
  RESULT_DONE,
  RESULT_WAITS,
  STATUS_DONE,
  STATUS_RUNNABLE,
  TUPLE_SPREAD,
} from '../src/memory/blocks.ts';
import {
  BATCH_BYTES,
  BLOCK_HEADER_WORDS,
  BLOCK_META,
  BLOCK_REFERENCES,
  CLASS_MASK,
  CLASS_SHIFT,
  FREE_COUNTS,
  FREE_LIST_WORDS,
  FREE_LISTS,
  GENERATION_MASK,
  GENERATION_SHIFT,
  KIND_GOROUTINE,
  NEXT_FREE,
  USAGE,
  USAGE_KINDS,
} from '../src/memory/layout.ts';
import {
  CONSTANT_UNDEFINED,
  HIGH_CONSTANT,
  HIGH_TEXT,
  TAG_HANDLE,
  TAG_MASK,
  TAG_SHIFT,
} from '../src/memory/tags.ts';
import { lock, unlock } from './lock.ts';
import { atomicLoad, atomicStore, compareExchange, get, set, setNumber } from './memory.ts';
import { self } from './ready.ts';
import { dequeueAll } from './wait-queue.ts';

const BYTES = (RECORD_WORDS + BLOCK_HEADER_WORDS) * 4;
/** In the units of USAGE. */
const UNITS = BYTES / 16;
/** With so many free ones, the machine gives a batch of them to the others. */
const MOST_FREE = 2 * (BATCH_BYTES / BYTES);

// @ts-ignore: decorator
@inline
function freeList(): i32 {
  return FREE_LISTS + self * FREE_LIST_WORDS + RECORD_CLASS;
}

// @ts-ignore: decorator
@inline
function countUsed(units: i32): void {
  const used = USAGE + self * USAGE_KINDS + KIND_GOROUTINE;
  set(used, 0, get(used) + units);
}

/** A new record of this machine's free blocks, or 0 if it has none of that size. */
export function createRecord(functionNumber: i32, starter: i32, references: i32, number: f64): i32 {
  const list = freeList();
  const record = get(list);
  if (record === 0) return 0;
  set(list, 0, get(record, NEXT_FREE));
  set(list, FREE_COUNTS, get(list, FREE_COUNTS) - 1);
  countUsed(UNITS);
  fillRecord(record, functionNumber, starter, number);
  set(record, BLOCK_REFERENCES, references);
  // Publishes all that: who looks through the heap finds it from now on.
  atomicStore(record, BLOCK_META, get(record, BLOCK_META) | KIND_GOROUTINE);
  return record;
}

/** What stands in a new record. Nobody finds it yet. */
export function fillRecord(record: i32, functionNumber: i32, starter: i32, number: f64): void {
  set(record, RECORD_MACHINE, -1);
  set(record, RECORD_LINK, 0);
  set(record, RECORD_FUNCTION, functionNumber);
  clear(record, RECORD_NAME);
  clear(record, RECORD_RESULT);
  set(record, RECORD_STATUS, STATUS_RUNNABLE);
  set(record, RECORD_LOCK, 0);
  set(record, RECORD_JOINERS, 0);
  set(record, RECORD_JOINERS + 1, 0);
  setNumber(record, RECORD_NUMBER, number);
  set(record, RECORD_ARGUMENTS_FORM, 0);
  set(record, RECORD_JOINED, 0);
  set(record, RECORD_CAPTURES_FORM, 0);
  set(record, RECORD_MEMBER, 0);
  set(record, RECORD_STARTER, starter);
  set(record, RECORD_TASK_SLOT, -1);
  set(record, RECORD_CANCELED, 0);
  clear(record, RECORD_CANCEL_REASON);
}

/** From now on it is this machine's. Returns CANCELED as it is after that: who cancels it later sees whose it is. */
export function startRecord(record: i32): i32 {
  atomicStore(record, RECORD_MACHINE, self);
  return atomicLoad(record, RECORD_CANCELED);
}

// @ts-ignore: decorator
@inline
function clear(record: i32, word: i32): void {
  set(record, word, CONSTANT_UNDEFINED);
  set(record, word + 1, HIGH_CONSTANT);
}

/** Gives back captured values and arguments. False where something is left that only TypeScript can give back. */
export function dropRecordValues(record: i32): bool {
  return (
    (get(record, RECORD_CAPTURES_FORM) === 0 || dropTuple(record, RECORD_CAPTURES_FORM, RECORD_CAPTURES, RECORD_ARGUMENTS)) &&
    (get(record, RECORD_ARGUMENTS_FORM) === 0 || dropTuple(record, RECORD_ARGUMENTS_FORM, RECORD_ARGUMENTS, RECORD_CAPTURES))
  );
}

/** The same for everything that it holds. */
export function dropRecord(record: i32): bool {
  return (
    dropRecordValues(record) &&
    dropCell(record + RECORD_RESULT) &&
    dropCell(record + RECORD_NAME) &&
    dropCell(record + RECORD_CANCEL_REASON)
  );
}

function dropTuple(record: i32, formWord: i32, own: i32, other: i32): bool {
  const form = get(record + formWord);
  if ((form > 1 && form < TUPLE_SPREAD) || !dropCell(record + own)) return false;
  if (form > TUPLE_SPREAD && !dropCell(record + other)) return false;
  if (form > TUPLE_SPREAD + 2 && !dropCell(record + RECORD_RESULT)) return false;
  set(record + formWord, 0, 0);
  return true;
}

/** After this a cell owns nothing. False where it owns a block, or the last reference of one: then it still does. */
// @ts-ignore: decorator
@inline
function dropCell(cell: i32): bool {
  // The tags of what owns something are the highest ones, and all numbers are below them.
  return <u32>get(cell, 1) < <u32>HIGH_TEXT || dropOwner(cell);
}

function dropOwner(cell: i32): bool {
  if (((get(cell, 1) >>> TAG_SHIFT) & TAG_MASK) !== TAG_HANDLE || !releaseShared(get(cell))) return false;
  clear(cell, 0);
  return true;
}

/** Gives one reference back, if it is not the last. */
function releaseShared(address: i32): bool {
  while (true) {
    const count = atomicLoad(address, BLOCK_REFERENCES);
    if (count <= 1) return false;
    if (compareExchange(address + BLOCK_REFERENCES, count, count - 1) === count) return true;
  }
}

// @ts-ignore: decorator
@inline
export function tryJoin(record: i32): i32 {
  return atomicLoad(record, RECORD_STATUS) >= STATUS_DONE ? RESULT_DONE : RESULT_WAITS;
}

/** Returns the chain of the joiners. */
export function completeRecord(record: i32, status: i32): i32 {
  lock(record + RECORD_LOCK);
  atomicStore(record, RECORD_STATUS, status);
  const joiners = dequeueAll(record + RECORD_JOINERS, OUTCOME_DONE, 0);
  unlock(record + RECORD_LOCK);
  return joiners;
}

/**
 * The end of a goroutine that nobody knows of and whose result is `undefined`: its record is given back. FINISHED_NOT where somebody
 * does; FINISHED_HOLDING where it has no reference any more but is still to be emptied, or freed.
 */
export function finishUnknown(record: i32): i32 {
  if (get(record, RECORD_MEMBER) !== 0 || get(record, BLOCK_REFERENCES) !== 1) return FINISHED_NOT;
  if (compareExchange(record + BLOCK_REFERENCES, 1, 0) !== 1) return FINISHED_NOT;
  set(record, RECORD_STATUS, STATUS_DONE);
  return dropRecord(record) && freeRecord(record) ? FINISHED : FINISHED_HOLDING;
}

/** As `free` in heap.ts. False for a block of another size, or where the list is so long that a batch is to be given to others. */
// @ts-ignore: decorator
@inline
function freeRecord(record: i32): bool {
  const list = freeList();
  const count = get(list, FREE_COUNTS) + 1;
  const meta = get(record, BLOCK_META);
  if (count >= MOST_FREE || ((meta >> CLASS_SHIFT) & CLASS_MASK) !== RECORD_CLASS) return false;
  const generation = ((meta >>> GENERATION_SHIFT) + 1) & GENERATION_MASK;
  set(record, BLOCK_META, (generation << GENERATION_SHIFT) | (RECORD_CLASS << CLASS_SHIFT));
  countUsed(-UNITS);
  set(record, NEXT_FREE, get(list));
  set(list, 0, record);
  set(list, FREE_COUNTS, count);
  return true;
}
