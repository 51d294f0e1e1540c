/**
 * Objects that cross threads by reference: a block in the arena, and in each thread at most one proxy of it.
 *
 * References. A proxy owns one reference of its block, given back by a finalizer after the proxy is gone: that gives
 * memory back, nothing else hangs on it. A handle in a cell or in a binary value owns one more. So whoever decodes a
 * handle holds a reference meanwhile, and the block cannot go away under it.
 *
 * Identity. The table maps an address to this thread's proxy, weakly. It is filled when a proxy is first encoded or
 * decoded; objects that never cross cost no entry. An entry counts only while its proxy lives and has the block's
 * generation; otherwise it is replaced. The finalizer removes the entry if it is still the dead proxy's own.
 *
 * While goroutines run, proxies that cross are remembered in a small table of strong references first, which is emptied at
 * the end of a slice. Who has to leave it goes into the weak one; but one whose reference is its block's only one can be let
 * go: no handle of the block is on its way, so that nobody can decode one before this proxy is encoded again, for which it is
 * entered anew once the handle has its reference. Most channels that goroutines make for each other end so: a weak reference and
 * its entry took 8 % of skynet.
 *
 * A thread may see one arena after another. Proxies, entries and finalizers remember theirs, and do nothing to another.
 */
import { DataCloneError, RuntimeStateError } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { generationOf, isOnlyReference, kindOf, release, retain } from '../memory/heap.ts';
import { KIND_NAMES } from '../memory/kinds.ts';
import { hasPages, pageWithoutReferences, type ReferencePage, ReferencePages } from './reference-pages.ts';

/** On a function that crosses as the object that it belongs to: that object. There, `toFunction` makes it again. */
export const OBJECT_OF_FUNCTION = Symbol('object of this function');

/** Tells a constructor that users call that it is given an existing block: nothing that a user could pass. */
export const EXISTING = Symbol('existing block');

/** Where a proxy is found by its address: nowhere (0), among the recent ones only, in the weak table. Above the bits of a generation. */
const PLACE = 1 << 16;
const RECENT = PLACE;
const LISTED = 2 * PLACE;

export abstract class SharedObject {
  readonly address: number;
  /** The block's generation, and where this proxy is found. In one, since a program may have a million of these. */
  #state: number;
  /** Its arena, and its reference where that is not this object's own. */
  readonly #page: ReferencePage;

  /**
   * Takes over one reference of the block: the one that `allocate` made, or one the caller retained. A finalizer gives it back:
   * this object's own, or that of a page.
   */
  protected constructor(address: number, pages: ReferencePages | null = null) {
    this.address = address;
    this.#state = generationOf(address);
    if (pages === null) {
      this.#page = pageWithoutReferences();
      finalizers.register(this, own(address));
    } else {
      this.#page = pages.pageFor(address);
    }
  }

  /** The block's generation when this object was made. */
  get generation(): number {
    return this.#state & (PLACE - 1);
  }

  /** Whether the block is still this object's: its arena is attached, and it was not freed. */
  isCurrent(): boolean {
    return this.#page.arena === arena.buffer && generationOf(this.address) === this.generation;
  }

  /** @internal Before it is used: its memory may be another runtime's by now. */
  mustBeCurrent(): void {
    if (arena.isFirst !== true && this.#page.arena !== arena.buffer) {
      throw new RuntimeStateError(
        `this ${this.constructor.name} belongs to a runtime that was ended while one of its goroutines would not stop; make a new one`,
      );
    }
  }

  /** @internal The function that goes with the object, where it has one. */
  toFunction(): Function {
    throw new TypeError(`a ${this.constructor.name} has no function`);
  }

  /** @internal Makes sure that this thread finds this proxy by its address, as long as somebody else has a reference of its block. */
  list(): void {
    if (this.#state >= PLACE) return;
    if (remembering) {
      remember(this);
      this.#state |= RECENT;
    } else {
      this.#enter();
    }
  }

  /** @internal It is not among the recent ones any more. */
  leaveRecent(): void {
    if ((this.#state & RECENT) === 0) return;
    this.#state = this.generation;
    if (this.isCurrent() && !(this.foundByHandlesOnly && isOnlyReference(this.address))) this.#enter();
  }

  /** @internal Whether nothing but a handle, which holds a reference, leads to its block. */
  protected get foundByHandlesOnly(): boolean {
    return false;
  }

  #enter(): void {
    currentTable().set(this.address, new WeakRef(this));
    if (this.#page.keepsReferences) finalizers.register(this, new Remains(this.address, false));
    this.#state |= LISTED;
  }
}

/** What is left to do when a proxy is gone. Those that own a reference stand in a ring (a Set of them took 2 % of skynet). */
class Remains {
  readonly address: number;
  readonly arena: SharedArrayBuffer;
  /** Whether a reference is to be given back; else only the table's entry. */
  owns: boolean;
  next: Remains;
  previous: Remains;

  constructor(address: number, owns: boolean) {
    this.address = address;
    this.arena = arena.buffer;
    this.owns = owns;
    this.next = this;
    this.previous = this;
  }
}

/** The references that this thread's proxies own hang between this one and itself. */
const owned = new Remains(0, false);

function own(address: number): Remains {
  const remains = new Remains(address, true);
  remains.next = owned.next;
  remains.previous = owned;
  owned.next.previous = remains;
  owned.next = remains;
  return remains;
}

function disown(remains: Remains): void {
  remains.owns = false;
  remains.next.previous = remains.previous;
  remains.previous.next = remains.next;
}

const finalizers = new FinalizationRegistry<Remains>((remains) => {
  const { address, owns } = remains;
  if (owns) disown(remains);
  if (remains.arena !== arena.buffer) return;
  const entry = currentTable().get(address);
  if (entry !== undefined && entry.deref() === undefined) table.delete(address);
  if (owns) release(address);
});

/** Whether proxies of this thread own references, or those that were did when it was last collected. */
export function hasProxies(): boolean {
  return owned.next !== owned || hasPages();
}

/** Gives back what the proxies of this thread own, when it ends and no code that has one will run any more. */
export function releaseProxies(): void {
  for (let remains = owned.next; remains !== owned; remains = owned.next) {
    disown(remains);
    if (remains.arena === arena.buffer) release(remains.address);
  }
  table.clear();
  recent.fill(null);
}

const table = new Map<number, WeakRef<SharedObject>>();
let tableArena: SharedArrayBuffer | undefined;

function currentTable(): Map<number, WeakRef<SharedObject>> {
  if (tableArena !== arena.buffer) {
    tableArena = arena.buffer;
    table.clear();
  }
  return table;
}

/** By the highest bits of a hash of their addresses: who comes later takes the place. */
const RECENT_BITS = 8;
const recent: Array<SharedObject | null> = new Array(1 << RECENT_BITS).fill(null);
let remembering = false;
let remembersSome = false;

/** The pages of what goroutines make for each other, mostly for a moment. */
const shortLived = new ReferencePages(16);

/** The pages for a small object that is made now; null where it is not a goroutine that makes it. */
export function pagesForNow(): ReferencePages | null {
  return remembering ? shortLived : null;
}

/** Goroutines begin to run here. */
export function beginRemembering(): void {
  remembering = true;
}

/** They are done for now: whatever is not used any more can be collected. */
export function endRemembering(): void {
  remembering = false;
  shortLived.startNew();
  if (!remembersSome) return;
  remembersSome = false;
  for (let index = 0; index < recent.length; index++) {
    recent[index]?.leaveRecent();
    recent[index] = null;
  }
}

function placeOf(address: number): number {
  return Math.imul(address, 0x9e3779b1) >>> (32 - RECENT_BITS);
}

function remember(object: SharedObject): void {
  const place = placeOf(object.address);
  recent[place]?.leaveRecent();
  recent[place] = object;
  remembersSome = true;
}

const wrappers: Array<((address: number) => SharedObject) | undefined> = [];

/** Tells how this thread makes its proxy of a block of that kind; the proxy takes over one reference. */
export function registerKind(kind: number, wrap: (address: number) => SharedObject): void {
  wrappers[kind] = wrap;
}

/** Why an object that is not current cannot be sent. */
export function staleText(object: SharedObject): string {
  return `is a stale ${object.constructor.name}: its runtime was shut down, or its memory was given back`;
}

/** This thread's proxy of a block that the caller holds a reference of. */
export function proxyOf(address: number, generation: number): SharedObject {
  const candidate = recent[placeOf(address)]!;
  if (candidate !== null && candidate.address === address && candidate.generation === generation && candidate.isCurrent()) {
    return candidate;
  }
  if (generationOf(address) !== generation) throw stale(address, generation);
  const known = currentTable().get(address)?.deref();
  if (known !== undefined && known.generation === generation) {
    if (remembering) remember(known);
    return known;
  }
  const wrap = wrappers[kindOf(address)];
  if (wrap === undefined) {
    throw new DataCloneError(`this thread cannot make an object of kind '${KIND_NAMES[kindOf(address)]}'`);
  }
  retain(address);
  let made: SharedObject;
  try {
    made = wrap(address);
  } catch (error) {
    release(address);
    throw error;
  }
  made.list();
  return made;
}

function stale(address: number, generation: number): DataCloneError {
  return new DataCloneError(
    `stale handle: block ${address} has generation ${generationOf(address)}, the handle was made for ${generation}`,
  );
}
