/**
 * Blocks of shared memory: allocated by size class, counted by references, told apart over time by a generation.
 *
 * A block is cut from a page and keeps its size for as long as the page is cut. Free blocks of this thread hang in one list a class,
 * linked through their first word; taking and giving one touches nothing shared. When a thread's list is empty it takes
 * a batch from the shared list of that class, when it holds two batches it gives one back, so that blocks freed on one
 * thread serve the others; before a thread ends it gives back all. Blocks above LARGEST_SMALL are runs of pages and go
 * straight back to `pages.ts`.
 *
 * Invariants: a block's reference count is 1 after `allocate`; only the caller that takes it to 0 may free it; a free
 * block's count is 0, so that a second free is seen (`fatal`). Freeing advances the generation, so that a handle made
 * before is told from one made after.
 *
 * The heads of the lists stand in the arena, since the core takes and gives records of goroutines by itself (`core/record.ts`), on
 * the same thread.
 */
import { ArenaExhaustedError } from '../errors.ts';
import { fatal } from '../fatal.ts';
import { arena } from './arena.ts';
import { add, compareExchange, load, store } from './atomics.ts';
import { KIND_NAMES } from './kinds.ts';
import * as layout from './layout.ts';
import {
  BLOCK_HEADER_WORDS,
  BLOCK_META,
  BLOCK_REFERENCES,
  CLASS_MASK,
  CLASS_SHIFT,
  FREE_COUNTS,
  GENERATION_MASK,
  GENERATION_SHIFT,
  KIND_MASK,
  NEXT_FREE,
} from './layout.ts';
import { lock, unlock } from './lock.ts';
import { givePages, orderFor, takePages } from './pages.ts';
import { checkPressure, usedUnits } from './pressure.ts';

/** Size classes from here on are runs of pages: LARGE + order. */
const LARGE = 128;

const LARGEST_SMALL = 32_768;
/** Block sizes in bytes, header included: four steps a doubling. */
const sizes: number[] = [32, 48];
for (let base = 64; base < LARGEST_SMALL; base *= 2) for (let step = 0; step < 4; step++) sizes.push(base + (base / 4) * step);
sizes.push(LARGEST_SMALL);
/** Size class by size in units of 16 bytes. */
const classBySize = new Uint8Array(LARGEST_SMALL / 16 + 1);
for (let unit = 0, sizeClass = 0; unit < classBySize.length; unit++) {
  while (sizes[sizeClass]! < unit * 16) sizeClass++;
  classBySize[unit] = sizeClass;
}
const blockBytes = Int32Array.from(sizes);
/** Blocks that move between a thread and the shared list at once: from 1 to 64. */
const batchSizes = Int32Array.from(sizes, (size) => Math.max(1, Math.min(64, Math.floor(layout.BATCH_BYTES / size))));

/** More words of the first block of a batch on the shared list. */
const NEXT_BATCH = 1;
const BATCH_SIZE = 2;

/** Address of this thread's row in FREE_LISTS: that of the monitor, which has no use for one, where it is no machine. */
let freeHeads: number = layout.FREE_LISTS + layout.MONITOR_MACHINE * layout.FREE_LIST_WORDS;
let freeCounts: number = freeHeads + FREE_COUNTS;
/** The part of this thread's current page of a class that was never cut. */
const freshStarts = new Int32Array(sizes.length);
const freshEnds = new Int32Array(sizes.length);
/** Address of this thread's row in USAGE. */
let usageRow: number = layout.USAGE;
/** Less in a small arena: several threads take as much between two looks of one. */
const MOST_BETWEEN_LOOKS = 1024 * 1024;
let takenSinceLook = 0;
/** What was in use when a reclaim last found nothing; above it, another is in vain. */
let usedAtVain = Number.POSITIVE_INFINITY;
/** See `withReserve`. */
let reserveOpen = false;

/** What must be given back before a block of a kind is freed (values it holds); by kind. */
const destroyers: Array<((address: number) => void) | undefined> = [];

/** Tells the heap what a kind of block holds. Called when the module of that kind is loaded. */
export function setDestroyer(kind: number, destroy: (address: number) => void): void {
  destroyers[kind] = destroy;
}

/** Names this thread's rows, and forgets free blocks of an arena used before, and those that a thread of this number has left. */
export function initializeHeap(machine: number): void {
  usageRow = layout.USAGE + machine * layout.USAGE_KINDS;
  freeHeads = layout.FREE_LISTS + machine * layout.FREE_LIST_WORDS;
  freeCounts = freeHeads + FREE_COUNTS;
  arena.words.fill(0, freeHeads, freeHeads + layout.FREE_LIST_WORDS);
  freshStarts.fill(0);
  freshEnds.fill(0);
  usedAtVain = Number.POSITIVE_INFINITY;
}

/**
 * A new block with room for so many bytes and one reference. Its words are not cleared.
 * Throws ArenaExhaustedError, and nothing has changed then.
 */
export function allocate(kind: number, byteLength: number): number {
  const size = byteLength + BLOCK_HEADER_WORDS * 4;
  if (size > LARGEST_SMALL) return allocateLarge(kind, size);
  const sizeClass = classBySize[(size + 15) >> 4]!;
  const head = arena.words[freeHeads + sizeClass]!;
  if (head === 0) return allocateRefilled(kind, sizeClass, byteLength);
  popFree(sizeClass);
  occupy(head, kind, sizeClass);
  arena.words[usageRow + kind] = arena.words[usageRow + kind]! + (blockBytes[sizeClass]! >> 4);
  return head;
}

function allocateRefilled(kind: number, wanted: number, byteLength: number): number {
  const address = refill(wanted, byteLength);
  const sizeClass = (arena.words[address + BLOCK_META]! >> CLASS_SHIFT) & CLASS_MASK; // It may be of a larger class.
  occupy(address, kind, sizeClass);
  arena.words[usageRow + kind] = arena.words[usageRow + kind]! + (blockBytes[sizeClass]! >> 4);
  return address;
}

/** The same for what others find by its kind and change (`forEachLiving`): its words are cleared before it is of that kind. */
export function allocateCleared(kind: number, wordCount: number): number {
  const address = allocateForLater(wordCount);
  becomes(address, kind);
  return address;
}

/** The same where more than that is to be written before: a block that nobody finds, with cleared words. See `becomes`. */
export function allocateForLater(wordCount: number): number {
  const address = allocate(layout.KIND_SCRATCH, wordCount * 4);
  arena.words.fill(0, address, address + wordCount);
  return address;
}

/** From now on a block of `allocateForLater` is of this kind. */
export function becomes(address: number, kind: number): void {
  const meta = arena.words[address + BLOCK_META]!;
  const units = blockBytes[(meta >> CLASS_SHIFT) & CLASS_MASK]! >> 4;
  arena.words[usageRow + layout.KIND_SCRATCH] = arena.words[usageRow + layout.KIND_SCRATCH]! - units;
  arena.words[usageRow + kind] = arena.words[usageRow + kind]! + units;
  store(address + BLOCK_META, (meta & ~KIND_MASK) | kind);
}

function occupy(address: number, kind: number, sizeClass: number): void {
  arena.words[address + BLOCK_REFERENCES] = 1;
  arena.words[address + BLOCK_META] =
    (arena.words[address + BLOCK_META]! & (GENERATION_MASK << GENERATION_SHIFT)) | (sizeClass << CLASS_SHIFT) | kind;
}

function allocateLarge(kind: number, size: number): number {
  const order = orderFor(size);
  taken(size);
  const fits = order < layout.PAGE_ORDERS;
  const run = fits ? takePages(order, reserveOpen) || (reclaimPages() && takePages(order, reserveOpen)) : 0;
  if (!run) throw exhausted(size);
  const address = run + BLOCK_HEADER_WORDS;
  occupy(address, kind, LARGE + order);
  arena.words[usageRow + kind] = arena.words[usageRow + kind]! + ((layout.PAGE_BYTES / 16) << order);
  return address;
}

/** A block for a thread whose list is empty: of the shared list, cut from a page, or a larger one. */
function refill(sizeClass: number, byteLength: number): number {
  taken(batchSizes[sizeClass]! * blockBytes[sizeClass]!);
  const address = takeBatch(sizeClass) || cut(sizeClass) || (reclaimPages() && cut(sizeClass));
  if (address) return address;
  // No page is left, but pages cut for larger blocks may have free ones.
  for (let larger = sizeClass + 1; larger < sizes.length; larger++) {
    const other = arena.words[freeHeads + larger] !== 0 ? popFree(larger) : takeBatch(larger);
    if (other !== 0) return other;
  }
  throw exhausted(byteLength);
}

function popFree(sizeClass: number): number {
  const address = arena.words[freeHeads + sizeClass]!;
  arena.words[freeHeads + sizeClass] = arena.words[address + NEXT_FREE]!;
  arena.words[freeCounts + sizeClass] = arena.words[freeCounts + sizeClass]! - 1;
  return address;
}

/** This thread has taken so many bytes: now and then a look at how much is in use. */
function taken(byteLength: number): void {
  takenSinceLook += byteLength;
  if (takenSinceLook < MOST_BETWEEN_LOOKS && takenSinceLook < arena.words.byteLength / 64) return;
  takenSinceLook = 0;
  checkPressure();
}

/** Takes a batch of the shared list: returns its first block, the others become this thread's. 0 when there is none. */
function takeBatch(sizeClass: number): number {
  const classBatches = layout.CLASS_BATCHES + sizeClass;
  // Plain: a hint. An old zero only costs a fresh block, the list is read again under its lock.
  if (arena.words[classBatches] === 0) return 0;
  const batch = takeSharedBatch(sizeClass);
  if (batch === 0) return 0;
  arena.words[freeHeads + sizeClass] = arena.words[batch + NEXT_FREE]!;
  arena.words[freeCounts + sizeClass] = arena.words[batch + BATCH_SIZE]! - 1;
  return batch;
}

/** Takes a batch off the shared list of a class, or 0. */
function takeSharedBatch(sizeClass: number): number {
  const classBatches = layout.CLASS_BATCHES + sizeClass;
  lock(layout.CLASS_LOCKS + sizeClass);
  const batch = arena.words[classBatches]!;
  if (batch !== 0) arena.words[classBatches] = arena.words[batch + NEXT_BATCH]!;
  unlock(layout.CLASS_LOCKS + sizeClass);
  return batch;
}

/** Cuts a fresh block from this thread's page of the class. 0 when no page is left. */
function cut(sizeClass: number): number {
  if (freshStarts[sizeClass] === freshEnds[sizeClass]) {
    const page = takePages(0, reserveOpen);
    if (page === 0) return 0;
    arena.words[layout.PAGE_CLASSES + page / layout.PAGE_WORDS] = sizeClass + 1;
    const count = Math.floor(layout.PAGE_BYTES / blockBytes[sizeClass]!);
    freshStarts[sizeClass] = page;
    freshEnds[sizeClass] = page + (count * blockBytes[sizeClass]!) / 4;
  }
  const address = freshStarts[sizeClass]! + BLOCK_HEADER_WORDS;
  freshStarts[sizeClass] = freshStarts[sizeClass]! + blockBytes[sizeClass]! / 4;
  arena.words[address + BLOCK_META] =
    (arena.words[address + BLOCK_META]! & (GENERATION_MASK << GENERATION_SHIFT)) | (sizeClass << CLASS_SHIFT);
  return address;
}

/**
 * When no page is left: pages whose blocks are all free become pages again. That looks at every free block of this thread
 * and of the shared lists, some tens of milliseconds in a large arena, so it is tried again only once a tenth less is in
 * use than when it found nothing. What other threads keep in their own lists, two batches a class, is not seen.
 */
function reclaimPages(): boolean {
  const used = usedUnits();
  if (used > 0.9 * usedAtVain) return false;
  const free = new Uint16Array(arena.words[layout.PAGE_COUNT]!);
  let reclaimed = 0;
  for (let sizeClass = 0; sizeClass < sizes.length; sizeClass++) {
    gatherBatches(sizeClass);
    for (let block = arena.words[freeHeads + sizeClass]!; block !== 0; block = arena.words[block + NEXT_FREE]!) {
      const page = Math.floor(block / layout.PAGE_WORDS);
      free[page] = free[page]! + 1;
    }
    reclaimed += dropFreePages(sizeClass, free);
    while (arena.words[freeCounts + sizeClass]! >= 2 * batchSizes[sizeClass]!) giveBatch(sizeClass, batchSizes[sizeClass]!);
  }
  usedAtVain = reclaimed === 0 ? used : Number.POSITIVE_INFINITY;
  return reclaimed > 0;
}

/** Moves all batches of the shared list of a class into this thread's. */
function gatherBatches(sizeClass: number): void {
  for (let batch = takeSharedBatch(sizeClass); batch !== 0; batch = takeSharedBatch(sizeClass)) {
    let last = batch;
    while (arena.words[last + NEXT_FREE] !== 0) last = arena.words[last + NEXT_FREE]!;
    arena.words[last + NEXT_FREE] = arena.words[freeHeads + sizeClass]!;
    arena.words[freeHeads + sizeClass] = batch;
    arena.words[freeCounts + sizeClass] = arena.words[freeCounts + sizeClass]! + arena.words[batch + BATCH_SIZE]!;
  }
}

/** Takes the blocks of pages that are free as a whole off this thread's list, and gives the pages back; returns how many. */
function dropFreePages(sizeClass: number, free: Uint16Array): number {
  const whole = Math.floor(layout.PAGE_BYTES / blockBytes[sizeClass]!);
  let kept = 0;
  let count = 0;
  let block = arena.words[freeHeads + sizeClass]!;
  const given: number[] = [];
  while (block !== 0) {
    const next = arena.words[block + NEXT_FREE]!;
    const page = Math.floor(block / layout.PAGE_WORDS);
    if (free[page] === whole) {
      if (block === page * layout.PAGE_WORDS + BLOCK_HEADER_WORDS) given.push(page);
    } else {
      arena.words[block + NEXT_FREE] = kept;
      kept = block;
      count++;
    }
    block = next;
  }
  arena.words[freeHeads + sizeClass] = kept;
  arena.words[freeCounts + sizeClass] = count;
  for (const page of given) {
    arena.words[layout.PAGE_CLASSES + page] = 0;
    givePages(page * layout.PAGE_WORDS, 0);
  }
  return given.length;
}

/** Runs `body` with the last pages open: for what must be said when everything else is full, such as just that. */
export function withReserve(body: () => void): void {
  reserveOpen = true;
  try {
    body();
  } finally {
    reserveOpen = false;
  }
}

/** Before this thread ends: its free blocks, cut and uncut, go to the others. */
export function giveBackFreeBlocks(): void {
  for (let sizeClass = 0; sizeClass < sizes.length; sizeClass++) {
    while (freshStarts[sizeClass] !== freshEnds[sizeClass]) {
      const address = cut(sizeClass);
      arena.words[address + BLOCK_REFERENCES] = 0;
      pushFree(sizeClass, address);
    }
    while (arena.words[freeCounts + sizeClass]! > 0)
      giveBatch(sizeClass, Math.min(arena.words[freeCounts + sizeClass]!, batchSizes[sizeClass]!));
  }
}

/** Gives a block back whose only reference the caller holds. What it holds is not given back: see `release`. */
export function free(address: number): void {
  const { words } = arena;
  const meta = words[address + BLOCK_META]!;
  const kind = meta & KIND_MASK;
  const sizeClass = (meta >> CLASS_SHIFT) & CLASS_MASK;
  if (kind === 0) fatal('a free block is freed', { address });
  words[address + BLOCK_REFERENCES] = 0;
  words[address + BLOCK_META] =
    ((((meta >>> GENERATION_SHIFT) + 1) & GENERATION_MASK) << GENERATION_SHIFT) | (sizeClass << CLASS_SHIFT);
  if (sizeClass >= LARGE) {
    freeLarge(address, kind, sizeClass - LARGE);
    return;
  }
  words[usageRow + kind]! -= blockBytes[sizeClass]! >> 4;
  pushFree(sizeClass, address);
}

function freeLarge(address: number, kind: number, order: number): void {
  arena.words[usageRow + kind]! -= (layout.PAGE_BYTES / 16) << order;
  givePages(address - BLOCK_HEADER_WORDS, order);
}

function pushFree(sizeClass: number, address: number): void {
  arena.words[address + NEXT_FREE] = arena.words[freeHeads + sizeClass]!;
  arena.words[freeHeads + sizeClass] = address;
  const count = arena.words[freeCounts + sizeClass]! + 1;
  arena.words[freeCounts + sizeClass] = count;
  if (count >= 2 * batchSizes[sizeClass]!) giveBatch(sizeClass, batchSizes[sizeClass]!);
}

function giveBatch(sizeClass: number, size: number): void {
  const batch = arena.words[freeHeads + sizeClass]!;
  let last = batch;
  for (let index = 1; index < size; index++) last = arena.words[last + NEXT_FREE]!;
  arena.words[freeHeads + sizeClass] = arena.words[last + NEXT_FREE]!;
  arena.words[freeCounts + sizeClass] = arena.words[freeCounts + sizeClass]! - size;
  arena.words[last + NEXT_FREE] = 0;
  arena.words[batch + BATCH_SIZE] = size;
  const classLock = layout.CLASS_LOCKS + sizeClass;
  const classBatches = layout.CLASS_BATCHES + sizeClass;
  lock(classLock);
  arena.words[batch + NEXT_BATCH] = arena.words[classBatches]!;
  arena.words[classBatches] = batch;
  unlock(classLock);
}

/** One more reference to a block. The caller holds one already, so the block cannot go away under it. */
export function retain(address: number): void {
  if (add(address + BLOCK_REFERENCES, 1) <= 0) fatal('a free block is referenced', { address, kind: kindOf(address) });
}

/** One more reference, unless the last one is gone: then the block is about to be given back, or was. */
export function retainLiving(address: number): boolean {
  for (;;) {
    const count = load(address + BLOCK_REFERENCES);
    if (count <= 0) return false;
    if (compareExchange(address + BLOCK_REFERENCES, count, count + 1) === count) return true;
  }
}

/** One reference less. The last one gives back what the block holds, then the block. */
export function release(address: number): void {
  const before = add(address + BLOCK_REFERENCES, -1);
  if (before > 1) return;
  if (before <= 0) fatal('a block is released more often than it is referenced', { address, kind: kindOf(address) });
  destroy(address);
}

/** Gives a block back that has no reference any more, and before that what it holds. By the one who took the last one away. */
export function destroy(address: number): void {
  destroyers[kindOf(address)]?.(address);
  free(address);
}

/** For who holds a reference: while it is the only one, nobody else can make another, unless by `retainLiving`, from a bare address. */
export function isOnlyReference(address: number): boolean {
  return load(address + BLOCK_REFERENCES) === 1;
}

export function kindOf(address: number): number {
  return arena.words[address + BLOCK_META]! & KIND_MASK;
}

export function generationOf(address: number): number {
  return (arena.words[address + BLOCK_META]! >>> GENERATION_SHIFT) & GENERATION_MASK;
}

/** Bytes of a block of a size class. */
export function bytesOfClass(sizeClass: number): number {
  return blockBytes[sizeClass]!;
}

/** Bytes in use by kind, over all threads. Exact when no thread is allocating meanwhile. */
export function usage(): Map<string, number> {
  const result = new Map<string, number>();
  for (let kind = 1; kind < KIND_NAMES.length; kind++) {
    let units = 0;
    for (let machine = 0; machine < layout.MAXIMUM_MACHINES; machine++) {
      units += arena.words[layout.USAGE + machine * layout.USAGE_KINDS + kind]!;
    }
    const name = KIND_NAMES[kind]!; // Some kinds have one name for both.
    if (units !== 0) result.set(name, (result.get(name) ?? 0) + units * 16);
  }
  return result;
}

function exhausted(byteLength: number): ArenaExhaustedError {
  const count = (value: number) => value.toLocaleString('en-US');
  const inUse = usage();
  const total = [...inUse.values()].reduce((sum, value) => sum + value, 0);
  const parts = [...inUse].sort((a, b) => b[1] - a[1]).map(([kind, value]) => `${kind} ${count(value)}`);
  return new ArenaExhaustedError(
    `no room for ${count(byteLength)} bytes: ${count(arena.words.byteLength)} reserved, ${count(total)} in use (${parts.join(', ')}). ` +
      'Raise heapBytes with runtime.configure(), or keep fewer goroutines, channels and values in flight.',
  );
}
