/**
 * Deadlocks of some goroutines, while others run: who waits for a lock, a `Once` or the end of a goroutine waits for a
 * goroutine, the one that holds, runs or is it. Those that wait for each other in a circle wait for ever, unless somebody
 * outside the circle unlocks for another, or cancels one of them.
 *
 * Threads report one after the other, so a circle in their reports may be none that ever was at one moment. It is confirmed in
 * steps: (1) every thread reports in which wait each goroutine is; (2) who holds what is read in shared memory, all at one moment
 * of this thread; (3) every thread reports once more. Who is in the same wait in (1) and (3) was in it at (2). A lock changes its
 * holder only by one who is not in the circle, and HOLDER_UNKNOWN waits for nobody; so what is found was there at (2).
 *
 * Not seen: what channels, conditions, semaphores, barriers and wait groups wait for, since anybody may serve them; a select; async
 * code and async functions, of which it is not known who waits.
 */
import { arena } from '../memory/arena.ts';
import { MUTEX_HELD, ONCE_RUNNER, RW_KNOWN_COUNT, RW_KNOWN_READERS, RW_UNSURE, RW_WRITER } from '../memory/blocks.ts';
import { NUMBER } from '../scheduler/goroutine.ts';
import { holderOf } from '../scheduler/holder.ts';
import type { TaskReport } from '../scheduler/inspect.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';

/** Goroutines that wait for each other. */
export interface Deadlock {
  /** In the order in which each waits for the next, and the last for the first, where it is a plain circle. */
  goroutines: DeadlockedGoroutine[];
  /** Numbers of goroutines that wait for one of these, by way of others or not. */
  heldUp: number[];
}

export interface DeadlockedGoroutine {
  id: number;
  /** As given to `go.with`. */
  name: string | undefined;
  /** What it holds of that for which others of these wait. */
  holds: string[];
  /** What it waits for, such as `mutex 1`: numbers tell objects of this report apart. */
  waitsFor: string;
  /** The numbers of the goroutines for which it waits so, of these here. */
  heldBy: number[];
  /** They hold it; they are joined; or they are writers of a `RWMutex` that wait, too, and hold back who comes to read. */
  how: 'held' | 'joined' | 'held back';
  reason: WaitReason;
  /** For how long, in milliseconds. */
  milliseconds: number;
  /** Where it waits, as in `GoroutineInfo`. */
  stack: string[];
}

/** Whom a goroutine waits for: the numbers of those that hold what it wants, are what it wants, or come before it. */
interface Held {
  readonly heldBy: number[];
  readonly how: 'held' | 'joined' | 'held back';
}

/** A goroutine in its wait. */
export interface Waiter extends Held {
  readonly task: TaskReport;
}

/** Step 2: of those who wait, who waits for whom now. */
export function readHolders(tasks: readonly TaskReport[]): Map<number, Waiter> {
  const waiting = tasks.filter(({ wait, waitsFor }) => wait > 0 && waitsFor !== undefined);
  const byHolder = new Map(tasks.map(({ id }) => [holderOf(id), id]));
  const waiters = new Map<number, Waiter>();
  for (const task of waiting) waiters.set(task.id, { task, ...holdersOf(task, waiting, byHolder) });
  return waiters;
}

function holdersOf({ object, waitsFor }: TaskReport, waiting: readonly TaskReport[], byHolder: Map<number, number>): Held {
  const named = (...addresses: number[]): Held => ({
    heldBy: [...new Set(addresses.flatMap((address) => byHolder.get(arena.words[address]!) ?? []))].sort(
      (one, other) => one - other,
    ),
    how: 'held',
  });
  switch (waitsFor) {
    case 'mutex lock':
      return named(object + MUTEX_HELD);
    case 'once':
      return named(object + ONCE_RUNNER);
    case 'goroutine join':
      return { heldBy: [arena.cells[(object + NUMBER) >> 1]!], how: 'joined' };
    case 'rwmutex lock':
    case 'rwmutex rlock': {
      if (arena.words[object + RW_WRITER] !== 0) return named(object + RW_WRITER);
      // A reader is held back by a writer in line, that one by the readers.
      if (waitsFor === 'rwmutex rlock') {
        const writers = waiting.filter((other) => other.object === object && other.waitsFor === 'rwmutex lock');
        return { heldBy: writers.map(({ id }) => id), how: 'held back' };
      }
      if (arena.words[object + RW_UNSURE] !== 0) return named();
      return named(...Array.from({ length: RW_KNOWN_COUNT }, (_, index) => object + RW_KNOWN_READERS + index));
    }
    default:
      return named();
  }
}

/** Those of them that are in the same wait still: step 3. */
export function stillWaiting(waiters: ReadonlyMap<number, Waiter>, tasks: readonly TaskReport[]): Map<number, Waiter> {
  const waits = new Map(tasks.map(({ id, wait }) => [id, wait]));
  return new Map([...waiters].filter(([id, { task }]) => waits.get(id) === task.wait));
}

/** The circles among them: Tarjan's strongly connected components, without recursion. */
export function circlesOf(waiters: ReadonlyMap<number, Waiter>): number[][] {
  const edges = (id: number): number[] => waiters.get(id)!.heldBy.filter((other) => waiters.has(other));
  const order = new Map<number, number>();
  const lowest = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const circles: number[][] = [];
  for (const root of waiters.keys()) {
    if (order.has(root)) continue;
    const path = [{ id: root, next: edges(root) }];
    while (path.length > 0) {
      const { id, next } = path.at(-1)!;
      if (!order.has(id)) {
        lowest.set(id, order.size);
        order.set(id, order.size);
        open.push(id);
        isOpen.add(id);
      }
      const other = next.shift();
      if (other === undefined) {
        path.pop();
        const above = path.at(-1);
        if (above !== undefined) lowest.set(above.id, Math.min(lowest.get(above.id)!, lowest.get(id)!));
        if (lowest.get(id) !== order.get(id)) continue;
        const circle = open.splice(open.indexOf(id));
        for (const member of circle) isOpen.delete(member);
        if (circle.length > 1 || edges(id).includes(id)) circles.push(circle);
      } else if (!order.has(other)) {
        path.push({ id: other, next: edges(other) });
      } else if (isOpen.has(other)) {
        lowest.set(id, Math.min(lowest.get(id)!, order.get(other)!));
      }
    }
  }
  return circles;
}

/** What is told of the circles. */
export function describeCircles(waiters: ReadonlyMap<number, Waiter>, nameOf: (id: number) => string | undefined): Deadlock[] {
  const objectOf = objectNames();
  const circles = circlesOf(waiters).map((circle) => inOrder(circle, waiters));
  circles.sort(([one], [other]) => one! - other!);
  return circles.map((members) => {
    const goroutines = members.map((id): DeadlockedGoroutine => {
      const { task, heldBy, how } = waiters.get(id)!;
      const wanting = members
        .map((other) => waiters.get(other)!)
        .filter((other) => other.how === 'held' && other.heldBy.includes(id));
      return {
        id,
        name: nameOf(id),
        holds: [...new Set(wanting.map(objectOf))],
        waitsFor: objectOf(waiters.get(id)!),
        heldBy: heldBy.filter((other) => members.includes(other)),
        how,
        reason: task.waitsFor!,
        milliseconds: task.milliseconds ?? 0,
        stack: task.stack,
      };
    });
    return { goroutines, heldUp: heldUpBy(new Set(members), waiters) };
  });
}

/** From the one with the lowest number on, each before one that it waits for, as far as that goes. */
function inOrder(circle: readonly number[], waiters: ReadonlyMap<number, Waiter>): number[] {
  const left = new Set([...circle].sort((a, b) => a - b));
  const order: number[] = [];
  while (left.size > 0) {
    const last = order.at(-1);
    const next = (last === undefined ? undefined : waiters.get(last)!.heldBy.find((id) => left.has(id))) ?? [...left][0]!;
    left.delete(next);
    order.push(next);
  }
  return order;
}

function heldUpBy(members: ReadonlySet<number>, waiters: ReadonlyMap<number, Waiter>): number[] {
  const stuck = new Set(members);
  for (let before = -1; before !== stuck.size; ) {
    before = stuck.size;
    for (const [id, { heldBy }] of waiters) if (heldBy.some((other) => stuck.has(other))) stuck.add(id);
  }
  return [...stuck].filter((id) => !members.has(id)).sort((a, b) => a - b);
}

const KINDS: Partial<Record<WaitReason, string>> = {
  'mutex lock': 'mutex',
  'rwmutex lock': 'rwmutex',
  'rwmutex rlock': 'rwmutex',
  once: 'once',
};

/** Names objects by their kind and a number, the end of a goroutine by its number. */
function objectNames(): (waiter: Waiter) => string {
  const numbers = new Map<number, number>();
  return ({ task: { waitsFor, object } }) => {
    if (waitsFor === 'goroutine join') return `the end of goroutine ${arena.cells[(object + NUMBER) >> 1]}`;
    if (!numbers.has(object)) numbers.set(object, numbers.size + 1);
    return `${KINDS[waitsFor!]} ${numbers.get(object)}`;
  };
}
