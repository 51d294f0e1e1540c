/**
 * The timer of a deadline. It is in the heap of the thread that made the context, so it costs what a `sleep` costs, and
 * nothing in shared memory. When that thread is held up (a long synchronous call), the timer fires when it comes back;
 * `ctx.err` does not wait for it: whoever finds that the deadline has passed cancels the context himself. When the thread is
 * lost, the main thread takes its timers over. A pending one counts as work of its thread, as a sleep does.
 */
import { performance } from 'node:perf_hooks';
import { proxyOf } from '../codec/handles.ts';
import { arena } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { generationOf } from '../memory/heap.ts';
import { KIND_DONE } from '../memory/layout.ts';
import { forEachBlock } from '../memory/walk.ts';
import { whenMachineLost } from '../scheduler/lost.ts';
import { machine } from '../scheduler/machine.ts';
import { addTimer, sharedNow, type Timer } from '../scheduler/timers.ts';
import { type Done, exceedDeadline, isCanceled, NODE_DUE, NODE_TIMER } from './node.ts';
import { keepTimer } from './watch.ts';

class DeadlineTimer implements Timer {
  due: number;
  position = -1;
  private readonly done: Done;

  constructor(done: Done, due: number) {
    this.done = done;
    this.due = due;
  }

  fire(): void {
    exceedDeadline(this.done.address);
  }
}

/** Starts the timer of a node on this thread. */
export function startDeadline(done: Done): void {
  const node = done.address;
  const timer = new DeadlineTimer(done, performance.now() + arena.cells[(node + NODE_DUE) >> 1]! - sharedNow());
  if (!keepTimer(done, timer)) return;
  store(node + NODE_TIMER, machine.number + 1);
  addTimer(timer);
}

/** Cancels a node whose deadline has passed, though its timer has not fired yet. */
export function mindDeadline(node: number): void {
  const due = arena.cells[(node + NODE_DUE) >> 1]!;
  if (due !== Number.POSITIVE_INFINITY && !isCanceled(node) && sharedNow() >= due) exceedDeadline(node);
}

/** The lost thread's timer held a reference of the node, which nobody gives back: so the blocks that are found are whole. */
whenMachineLost((number) => {
  const nodes: number[] = [];
  forEachBlock(KIND_DONE, (node) => {
    if (arena.words[node + NODE_TIMER] === number + 1 && !isCanceled(node)) nodes.push(node);
  });
  for (const node of nodes) startDeadline(proxyOf(node, generationOf(node)) as Done);
});
