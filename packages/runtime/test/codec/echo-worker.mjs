/**
 * The other thread of `threads.test.ts`, running compiled code: takes the value out of the first cell, and does with
 * it what the command word says. The two threads meet at the turn word: 0 the test's turn, 1 the worker's, 2 an end.
 */
import { workerData } from 'node:worker_threads';
import { drop } from '../../dist/codec/cell.js';
import { decode, take } from '../../dist/codec/decode.js';
import { encode } from '../../dist/codec/encode.js';
import { registerKind, releaseProxies, SharedObject } from '../../dist/codec/handles.js';
import { adoptSharedBuffers, closeSharedBuffers, openSharedBuffers } from '../../dist/codec/shared-buffers.js';
import { joinArena } from '../../dist/memory/create.js';
import { KIND_MUTEX } from '../../dist/memory/layout.js';

const { arena, control, cell, machine, runtimeId, snapshot } = workerData;
const words = new Int32Array(control);
const TURN = 0;
const COMMAND = 1;

joinArena(arena, machine);
openSharedBuffers(runtimeId);
adoptSharedBuffers(snapshot);

class Thing extends SharedObject {}
registerKind(KIND_MUTEX, (address) => new Thing(address));

const kept = [];
const commands = {
  /** Sends back what came. */
  0: () => encode(take(cell), cell, 'echo'),
  /** Sends back whether two decodes of one cell are one object. */
  1: () => {
    const first = decode(cell);
    const second = take(cell);
    kept.push(first);
    encode(first === second, cell, 'echo');
  },
  /** Writes into the shared memory that came, and sends it back. */
  2: () => {
    const view = take(cell);
    view[0]++;
    encode(view, cell, 'echo');
  },
  /** Sends what this thread makes: a shared buffer the other one has not seen. */
  3: () => {
    drop(cell);
    const buffer = new SharedArrayBuffer(16);
    new Int32Array(buffer)[0] = 77;
    encode({ buffer }, cell, 'echo');
  },
  /** Forgets what it kept and collects garbage. */
  4: () => {
    drop(cell);
    kept.length = 0;
    globalThis.gc();
    encode(null, cell, 'echo');
  },
};

for (;;) {
  while (Atomics.load(words, TURN) === 0) Atomics.wait(words, TURN, 0);
  if (Atomics.load(words, TURN) === 2) break;
  try {
    commands[words[COMMAND]]();
  } catch (error) {
    drop(cell);
    encode({ failed: String(error?.stack) }, cell, 'echo');
  }
  // Finalizers and messages need a turn of the loop.
  await new Promise((resolve) => setImmediate(resolve));
  Atomics.store(words, TURN, 0);
  Atomics.notify(words, TURN);
}
releaseProxies();
closeSharedBuffers();
