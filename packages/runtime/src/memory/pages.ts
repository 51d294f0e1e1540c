/**
 * Pages of 64 KiB in runs of powers of two: a buddy allocator over the heap part of the arena.
 *
 * A run of order n is 2^n pages and starts at a multiple of 2^n, so its buddy is one exclusive-or away. Splitting and
 * merging keep this invariant: the states of two buddies of one order are never both free. Everything here is under
 * PAGE_LOCK; it is a slow path, since small blocks are cut from pages by `heap.ts` and stay cut.
 */
import { arena } from './arena.ts';
import * as layout from './layout.ts';
import { lock, unlock } from './lock.ts';

const { PAGE_FREE_LISTS, PAGE_IS_FREE, PAGE_LOCK, PAGE_ORDERS, PAGE_STATES, PAGE_WORDS, PAGES_FREE } = layout;

/** Links of a free run, at its start. */
const NEXT = 0;
const PREVIOUS = 1;

/** Fills the free lists of a fresh arena. Called once, before any other thread sees it. */
export function initializePages(): void {
  const count = Math.floor(arena.words.length / PAGE_WORDS);
  arena.words[layout.PAGE_COUNT] = count;
  let page = layout.FIRST_HEAP_PAGE;
  while (page < count) {
    let order = 0;
    while (order + 1 < PAGE_ORDERS && page % (2 << order) === 0 && page + (2 << order) <= count) order++;
    insert(page, order);
    page += 1 << order;
  }
}

/** The order of the smallest run that holds so many bytes. */
export function orderFor(bytes: number): number {
  let order = 0;
  while (layout.PAGE_BYTES * 2 ** order < bytes) order++;
  return order;
}

/**
 * Address of the first word of a run, or 0 when there is none. The last pages, a sixty-fourth, are given out only with
 * `fromReserve`: for what must be said when everything else is full.
 */
export function takePages(order: number, fromReserve: boolean): number {
  lock(PAGE_LOCK);
  const reserve = fromReserve ? 0 : Math.max(2, arena.words[layout.PAGE_COUNT]! >> 6);
  let found = arena.words[PAGES_FREE]! - (1 << order) >= reserve ? order : PAGE_ORDERS;
  while (found < PAGE_ORDERS && arena.words[PAGE_FREE_LISTS + found] === 0) found++;
  if (found >= PAGE_ORDERS) {
    unlock(PAGE_LOCK);
    return 0;
  }
  const page = arena.words[PAGE_FREE_LISTS + found]!;
  remove(page, found);
  while (found > order) {
    found--;
    insert(page + (1 << found), found);
  }
  arena.words[PAGE_STATES + page] = order + 1;
  unlock(PAGE_LOCK);
  return page * PAGE_WORDS;
}

/** Gives back a run taken by `takePages`. */
export function givePages(address: number, order: number): void {
  lock(PAGE_LOCK);
  const count = arena.words[layout.PAGE_COUNT]!;
  let page = address / PAGE_WORDS;
  arena.words[PAGE_STATES + page] = 0;
  while (order + 1 < PAGE_ORDERS) {
    const buddy = page ^ (1 << order);
    if (buddy + (1 << order) > count || arena.words[PAGE_STATES + buddy] !== ((order + 1) | PAGE_IS_FREE)) break;
    remove(buddy, order);
    page = Math.min(page, buddy);
    order++;
  }
  insert(page, order);
  unlock(PAGE_LOCK);
}

function insert(page: number, order: number): void {
  const head = arena.words[PAGE_FREE_LISTS + order]!;
  const address = page * PAGE_WORDS;
  arena.words[address + NEXT] = head;
  arena.words[address + PREVIOUS] = 0;
  if (head !== 0) arena.words[head * PAGE_WORDS + PREVIOUS] = page;
  arena.words[PAGE_FREE_LISTS + order] = page;
  arena.words[PAGE_STATES + page] = (order + 1) | PAGE_IS_FREE;
  arena.words[PAGES_FREE] = arena.words[PAGES_FREE]! + (1 << order);
}

function remove(page: number, order: number): void {
  const address = page * PAGE_WORDS;
  const next = arena.words[address + NEXT]!;
  const previous = arena.words[address + PREVIOUS]!;
  if (next !== 0) arena.words[next * PAGE_WORDS + PREVIOUS] = previous;
  if (previous !== 0) arena.words[previous * PAGE_WORDS + NEXT] = next;
  else arena.words[PAGE_FREE_LISTS + order] = next;
  arena.words[PAGE_STATES + page] = 0;
  arena.words[PAGES_FREE] = arena.words[PAGES_FREE]! - (1 << order);
}
