/** A second thread on the same arena, that answers one value by one. See `echo-worker.mjs`. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { openSharedBuffers, sharedBufferSnapshot } from '../../src/codec/shared-buffers.ts';
import type { WasmMemory } from '../../src/memory/core.ts';
import { encode, take } from './harness.ts';

export const ECHO = 0;
export const DECODE_TWICE = 1;
export const INCREMENT = 2;
export const MAKE_SHARED_BUFFER = 3;
export const COLLECT = 4;

const TURN = 0;
const COMMAND = 1;
const PATIENCE_MILLISECONDS = 20_000;

setFlagsFromString('--expose-gc');

export class OtherThread {
  readonly #words = new Int32Array(new SharedArrayBuffer(64));
  readonly #worker: Worker;
  readonly #cell: number;

  constructor(arena: WasmMemory, cell: number, machine: number, runtimeId: string) {
    const compiled = fileURLToPath(new URL('../../dist/codec/encode.js', import.meta.url));
    assert.ok(existsSync(compiled), `${compiled} is missing: build before testing`);
    this.#cell = cell;
    this.#worker = new Worker(new URL('./echo-worker.mjs', import.meta.url), {
      workerData: { arena, control: this.#words.buffer, cell, machine, runtimeId, snapshot: sharedBufferSnapshot() },
    });
  }

  /** The answer to a value. */
  ask(value: unknown, command = ECHO): unknown {
    encode(value, this.#cell, 'send');
    this.turn(command);
    const answer = take(this.#cell);
    if (typeof answer === 'object' && answer !== null && 'failed' in answer)
      throw new Error(`other thread: ${String(answer.failed)}`);
    return answer;
  }

  /** Lets the other thread have the cell until it gives it back. */
  turn(command: number): void {
    this.#words[COMMAND] = command;
    Atomics.store(this.#words, TURN, 1);
    Atomics.notify(this.#words, TURN);
    while (Atomics.load(this.#words, TURN) === 1) {
      assert.notEqual(Atomics.wait(this.#words, TURN, 1, PATIENCE_MILLISECONDS), 'timed-out', 'the other thread answers');
    }
  }

  async end(): Promise<void> {
    const exit = new Promise((resolve) => this.#worker.once('exit', resolve));
    Atomics.store(this.#words, TURN, 2);
    Atomics.notify(this.#words, TURN);
    await exit;
  }
}

export { openSharedBuffers };
