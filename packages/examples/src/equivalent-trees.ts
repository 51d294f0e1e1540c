// The exercise of A Tour of Go: do two binary trees hold the same values, whatever their shapes? Each tree is walked by a
// goroutine that sends its values in order, and the two are compared as they come. The walkers are stopped by the first
// difference: whoever waits to send learns from `quit` that nobody asks any more.

import { type Chan, chan, go, type RecvChan, run, type SendChan, select } from 'goroutines';

interface Tree {
  left: Tree | null;
  value: number;
  right: Tree | null;
}

function insert(tree: Tree | null, value: number): Tree {
  if (tree === null) return { left: null, value, right: null };
  if (value < tree.value) tree.left = insert(tree.left, value);
  else tree.right = insert(tree.right, value);
  return tree;
}

/** A tree of k, 2k, … 10k, of random shape. */
function randomTree(k: number): Tree {
  const values = Array.from({ length: 10 }, (_, index) => k * (index + 1));
  let tree: Tree | null = null;
  while (values.length > 0) tree = insert(tree, values.splice(Math.floor(Math.random() * values.length), 1)[0]!);
  return tree!;
}

/** Sends the values in order; false when nobody wants them. */
function* walk(tree: Tree | null, values: SendChan<number>, quit: RecvChan<never>): Generator<unknown, boolean, any> {
  if (tree === null) return true;
  if (!(yield* walk(tree.left, values, quit))) return false;
  const hit = yield* select({ sent: values.send(tree.value), quit: quit.recv() });
  return hit.key === 'sent' && (yield* walk(tree.right, values, quit));
}

function* walkAll(tree: Tree, values: Chan<number>, quit: RecvChan<never>) {
  yield* walk(tree, values, quit);
  values.close();
}

function* same(one: Tree, other: Tree) {
  const quit = chan<never>();
  const [ones, others] = [chan<number>(), chan<number>()];
  go(walkAll, one, ones, quit);
  go(walkAll, other, others, quit);
  try {
    for (;;) {
      const [a, b] = [yield* ones.recv(), yield* others.recv()];
      if (a !== b) return false;
      if (a === undefined) return true; // both are closed
    }
  } finally {
    quit.close();
  }
}

function* main() {
  const values = chan<number>(10);
  yield* walk(randomTree(1), values, chan<never>());
  values.close();
  const list: number[] = [];
  yield* values.forEach((value) => {
    list.push(value);
  });
  console.log(list.join(' '));
  console.log(`the same values: ${yield* same(randomTree(1), randomTree(1))}`);
  console.log(`others: ${yield* same(randomTree(1), randomTree(2))}`);
}

await run(main);
