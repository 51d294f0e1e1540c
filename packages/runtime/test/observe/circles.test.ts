/** Who waits for each other, as a question about graphs: against the definition, on graphs at random. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { circlesOf, describeCircles, stillWaiting, type Waiter } from '../../src/observe/deadlocks.ts';

function waiter(id: number, heldBy: number[], wait = id): Waiter {
  const task = { id, object: 1000 + id, wait, waitsFor: 'mutex lock', milliseconds: 1, stack: [], site: undefined } as const;
  return { task: { ...task, stack: [] }, heldBy, how: 'held' };
}

const waiters = (edges: number[][]): Map<number, Waiter> =>
  new Map(edges.map((heldBy, index) => [index + 1, waiter(index + 1, heldBy)]));

/** Whom one waits for, by way of others. */
function reachable(from: number, edges: number[][]): Set<number> {
  const seen = new Set<number>();
  for (const open = [...edges[from - 1]!]; open.length > 0; ) {
    const next = open.pop()!;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(edges[next - 1] ?? []));
  }
  return seen;
}

const graphs = fc
  .integer({ min: 1, max: 8 })
  .chain((size) =>
    fc.array(fc.uniqueArray(fc.integer({ min: 1, max: size + 1 }), { maxLength: 3 }), { minLength: size, maxLength: size }),
  );

it('finds all that wait for each other, and no others', () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const circles = circlesOf(waiters(edges));
      const inCircle = new Map(circles.flatMap((circle, index) => circle.map((id) => [id, index] as const)));
      expect(inCircle.size).toBe(circles.flat().length);
      for (let one = 1; one <= edges.length; one++) {
        const fromOne = reachable(one, edges);
        expect(inCircle.has(one)).toBe(fromOne.has(one));
        for (let other = 1; other <= edges.length; other++) {
          if (one === other) continue;
          const together = fromOne.has(other) && reachable(other, edges).has(one);
          expect(inCircle.has(one) && inCircle.get(one) === inCircle.get(other)).toBe(together);
        }
      }
    }),
  );
});

it('says who is held up by those, and in which order they wait', () => {
  const found = describeCircles(waiters([[3], [1], [2], [1], [4], [7]]), (id) => (id === 2 ? 'two' : undefined));
  expect(found.map(({ goroutines, heldUp }) => [goroutines.map(({ id, name, heldBy }) => [id, name, heldBy]), heldUp])).toEqual([
    [
      [
        [1, undefined, [3]],
        [3, undefined, [2]],
        [2, 'two', [1]],
      ],
      [4, 5],
    ],
  ]);
});

it('believes only those that are in the same wait a second time', () => {
  const first = waiters([[2], [1]]);
  const again = [waiter(1, []).task, waiter(2, []).task];
  expect(circlesOf(stillWaiting(first, again))).toHaveLength(1);
  expect(circlesOf(stillWaiting(first, [again[0]!, waiter(2, [], 99).task]))).toEqual([]);
  expect(circlesOf(stillWaiting(first, [again[0]!]))).toEqual([]);
});
