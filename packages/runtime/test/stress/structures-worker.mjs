/** One of the threads of `structures.test.ts`: a machine that hammers one structure of the arena. */
import { parentPort, workerData } from 'node:worker_threads';
import { arena } from '../../dist/memory/arena.js';
import { add, load, notify, store, waitWhile } from '../../dist/memory/atomics.js';
import { joinArena } from '../../dist/memory/create.js';
import { allocate, free, release, retain } from '../../dist/memory/heap.js';
import { KIND_ATOMIC, KIND_MUTEX, KIND_TEXT, QUEUE_HEAD, QUEUE_TAIL, queueBase } from '../../dist/memory/layout.js';
import { lock, unlock } from '../../dist/memory/lock.js';
import { attachMachine } from '../../dist/scheduler/attach.js';
import { takeGlobal } from '../../dist/scheduler/global-queue.js';
import { createRecord } from '../../dist/scheduler/goroutine.js';
import { drainInbox, sendToInbox } from '../../dist/scheduler/inbox.js';
import { machine } from '../../dist/scheduler/machine.js';
import { LocalQueue, takeFrom } from '../../dist/scheduler/run-queue.js';
import { reserveWaiter, takeWaiter } from '../../dist/scheduler/waiter.js';
import { randomNumbers } from '../helpers/random.mjs';

/** Kinds that hold nothing else. */
const KINDS = [KIND_TEXT, KIND_MUTEX, KIND_ATOMIC];
const { memory, number, threads, shared, seed, structure, rounds } = workerData;
joinArena(memory, number);
attachMachine(number);
const random = randomNumbers(seed + number * 7919);

/** Everybody begins at once: they meet on a word. */
function meet(word) {
  add(word, 1);
  notify(word, threads);
  for (let came = load(word); came < threads; came = load(word)) waitWhile(word, came, 1000);
}

/** Some rounds of nothing, so that the threads meet at different steps each time. */
function dawdle() {
  for (let round = random(40); round > 0; round--) load(shared);
}

const structures = {
  /** Each pushes its own records, pops, steals; all tell which they took. */
  runQueue() {
    const base = queueBase(number - 1);
    const queue = new LocalQueue(number - 1);
    arena.words[base + QUEUE_HEAD] = 0x7fffff00; // They wrap on the way.
    arena.words[base + QUEUE_TAIL] = 0x7fffff00;
    const created = Array.from({ length: rounds }, () => createRecord(0, 0, 2));
    const stolenFrom = (victim) => (queue.stealFrom(victim, random(2) === 0) > 0 ? queue.pop() : 0);
    const taken = [];
    meet(shared);
    let next = 0;
    while (next < created.length) {
      for (let burst = random(300); burst > 0 && next < created.length; burst--) {
        if (random(4) === 0) queue.pushNext(created[next++]);
        else queue.push(created[next++]);
      }
      for (let burst = random(200); burst > 0; burst--) {
        let record = random(2) === 0 ? queue.pop() : queue.popNewest();
        if (record === 0) {
          const victim = random(threads);
          if (victim !== number - 1) record = random(2) === 0 ? takeFrom(victim) : stolenFrom(victim);
        }
        if (record === 0) record = takeGlobal(1);
        if (record !== 0) taken.push(record);
        dawdle();
      }
    }
    // All have pushed everything: what is left is taken by somebody.
    meet(shared + 1);
    for (;;) {
      let record = queue.pop() || takeGlobal(1);
      if (record === 0) {
        for (let victim = 0; victim < threads && record === 0; victim++) {
          if (victim !== number - 1 && queue.stealFrom(victim, true) > 0) record = queue.pop();
        }
      }
      if (record === 0) break;
      taken.push(record);
    }
    return { created, taken };
  },

  /** Each sends wake-ups to all others and takes its own: none is lost, and those of one sender keep their order. */
  inbox() {
    const got = [];
    const entries = [];
    // A waiter's slot says who sent it and its place in that sender's order.
    for (let sender = 1; sender <= threads; sender++) {
      for (let place = 0; place < rounds; place++) entries[sender * rounds + place] = { wake: () => got.push([sender, place]) };
    }
    machine.entries.push(...new Array(entries.length).fill(null));
    for (const [slot, entry] of entries.entries()) if (entry !== undefined) machine.entries[slot] = entry;
    meet(shared);
    for (let place = 0; place < rounds; place++) {
      for (let to = 1; to <= threads; to++) {
        reserveWaiter();
        sendToInbox(to, takeWaiter(to, number * rounds + place));
      }
      if (random(3) === 0) drainInbox();
      dawdle();
    }
    while (got.length < threads * rounds) drainInbox();
    const last = new Array(threads + 1).fill(-1);
    let disorder = 0;
    for (const [sender, place] of got) {
      if (place !== last[sender] + 1) disorder++;
      last[sender] = place;
    }
    return { count: got.length, disorder };
  },

  /** A plain counter under one lock. */
  lock() {
    meet(shared);
    for (let round = 0; round < rounds; round++) {
      lock(shared + 2);
      const before = arena.words[shared + 3];
      if (random(8) === 0) dawdle();
      arena.words[shared + 3] = before + 1;
      unlock(shared + 2);
    }
    return {};
  },

  /** Blocks go through a row of shared places; who takes one out checks what was written there, and frees it. */
  heap() {
    const places = shared + 16;
    let damaged = 0;
    const exchange = (place, block) => Atomics.exchange(arena.words, places + place, block);
    const check = (block) => {
      const length = arena.words[block];
      for (let word = 1; word < length; word++) if (arena.words[block + word] !== arena.words[block + 1]) damaged++;
      release(block);
    };
    meet(shared);
    for (let round = 0; round < rounds; round++) {
      const length = 4 + random(random(20) === 0 ? 12_000 : 60);
      const block = allocate(KINDS[random(3)], length * 4);
      arena.words[block] = length;
      arena.words.fill(number * 1_000_000 + round, block + 1, block + length);
      if (random(4) === 0) {
        retain(block);
        release(block);
      }
      if (random(8) === 0) {
        free(block);
        continue;
      }
      const other = exchange(random(64), block);
      if (other !== 0) check(other);
    }
    meet(shared + 1);
    for (let place = 0; place < 64; place++) {
      const block = exchange(place, 0);
      if (block !== 0) check(block);
    }
    return { damaged };
  },
};

const result = structures[structure]();
store(shared + 4, 1);
parentPort.postMessage(result);
