/**
 * References of blocks that are given back together. To register an object for finalization costs 250 ns, and the collector
 * keeps it until its next full round; so proxies that are made by the thousand and mostly dropped soon share a page, and the page
 * is registered. It is collected with the last of them, and gives back all of their references at once.
 *
 * A block stays as long as the longest-lived of its page: so pages are for blocks that are small, and whose end nobody waits for.
 * The page that is being filled is kept until it is full, or until `startNew`.
 */
import { arena } from '../memory/arena.ts';
import { release } from '../memory/heap.ts';

/** What a page holds; the first `count` addresses are in use. */
interface References {
  readonly arena: SharedArrayBuffer;
  readonly addresses: number[];
  count: number;
}

export class ReferencePage {
  readonly references: References;

  constructor(size: number) {
    this.references = { arena: arena.buffer, addresses: new Array(size).fill(0), count: 0 };
  }

  get arena(): SharedArrayBuffer {
    return this.references.arena;
  }

  get keepsReferences(): boolean {
    return this.references.addresses.length > 0;
  }
}

let empty = new ReferencePage(0);

/** The page of those that keep their references themselves. */
export function pageWithoutReferences(): ReferencePage {
  if (empty.arena !== arena.buffer) empty = new ReferencePage(0);
  return empty;
}

/** Pages of one size, for one kind of proxies. */
export class ReferencePages {
  private readonly size: number;
  private page: ReferencePage | null = null;

  constructor(size: number) {
    this.size = size;
    all.push(this);
  }

  /** Takes over one reference of the block. Whoever must keep it from being given back keeps the page. */
  pageFor(address: number): ReferencePage {
    if (this.page === null || this.page.references.count === this.size || this.page.references.arena !== arena.buffer) {
      this.page = new ReferencePage(this.size);
      live.add(this.page.references);
      collected.register(this.page, this.page.references);
    }
    const { references } = this.page;
    references.addresses[references.count++] = address;
    return this.page;
  }

  /** What is on the page so far may be collected. */
  startNew(): void {
    this.page = null;
  }
}

const all: ReferencePages[] = [];
/** What the pages of this thread hold that are still in use. */
const live = new Set<References>();
const collected = new FinalizationRegistry<References>(giveBack);

function giveBack(references: References): void {
  if (!live.delete(references)) return;
  if (references.arena !== arena.buffer) return;
  for (let index = 0; index < references.count; index++) release(references.addresses[index]!);
}

/** Whether this thread has pages. */
export function hasPages(): boolean {
  return live.size > 0;
}

/** Before this thread ends: gives back all of its pages' references. No proxy may be used after this. */
export function releasePages(): void {
  for (const references of [...live]) giveBack(references);
  for (const pages of all) pages.startNew();
}
