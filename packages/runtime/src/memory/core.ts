/**
 * The core's functions (`core/`, WebAssembly), bound to the arena of this thread. What each does stands there.
 *
 * Compiled once a process: workers are given the compiled module, and with it whatever V8 has made of it since.
 */
import { readFileSync } from 'node:fs';

/** The parts of WebAssembly's JavaScript interface that are used here; Node's types leave it to the DOM's. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}
/** A compiled module. */
export interface WasmModule {
  readonly wasmModule: unique symbol;
}
declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number; shared: true }) => WasmMemory;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (module: WasmModule, imports: { env: Environment }) => { exports: Core };
};

/** What the core is given. */
interface Environment {
  memory: WasmMemory;
  waitWhile(address: number, expected: number, milliseconds: number): void;
  sending(waiter: number): void;
}

interface Core {
  load(address: number): number;
  store(address: number, value: number): void;
  exchange(address: number, value: number): number;
  compareExchange(address: number, expected: number, replacement: number): number;
  add(address: number, amount: number): number;
  or(address: number, bits: number): number;
  and(address: number, bits: number): number;
  lock(address: number): void;
  unlock(address: number): void;

  initialize(machine: number): void;
  seedRandom(value: number): void;
  post(machine: number, waiter: number): number;
  sendWaiter(machine: number, waiter: number): number;
  lookOut(rounds: number, waiter: number): number;
  needsWake(): number;
  send(channel: number, carrier: number, slot: number): number;
  sendLooking(channel: number, carrier: number, slot: number, rounds: number): number;
  sendOrWait(channel: number, carrier: number, slot: number): number;
  receive(channel: number, carrier: number, slot: number): number;
  receiveLooking(channel: number, carrier: number, slot: number, rounds: number): number;
  receiveOrWait(channel: number, carrier: number, slot: number): number;
  keepDistance(channel: number): void;
  lockChannel(channel: number): void;
  unlockChannel(channel: number): void;
  closeChannel(channel: number): number;
  endOffer(channel: number, machine: number, waiter: number): number;
  fireTimer(channel: number, waiter: number, arming: number, goesOn: number): number;
  lockMutex(mutex: number, waiter: number, slot: number, holder: number): number;
  tryLockMutex(mutex: number, holder: number): number;
  nameHolder(mutex: number, holder: number): void;
  retryLock(mutex: number, waiter: number): number;
  unlockMutex(mutex: number): number;
  cancelMutex(mutex: number): number;
  addToGroup(group: number, amount: number): number;
  tryTakeSemaphore(semaphore: number, weight: number): number;
  releaseSemaphore(semaphore: number, weight: number): number;
  setSemaphore(semaphore: number, value: number): number;
  cancelSemaphore(semaphore: number): number;
  unlockWriter(mutex: number): number;
  unlockReader(mutex: number, holder: number): number;
  signalCondition(condition: number): number;
  broadcastCondition(condition: number): number;
  enterOnce(once: number): number;
  finishOnce(once: number): number;
  takeServed(): number;
  openEvents(ring: number): void;
  closeEvents(): void;
  noteProcessor(number: number): void;
  noteCause(kind: number, waiter: number): void;
  noteEvent(time: number, kind: number, detail: number, argument: number, number: number): void;
  noteGoroutine(time: number, kind: number, detail: number, record: number): void;
  noteStart(time: number, record: number): void;
  noteEnd(time: number, kind: number, detail: number, record: number): void;
  tellKept(): void;
  noteReady(time: number, record: number): void;
  createRecord(functionNumber: number, starter: number, references: number, number: number): number;
  fillRecord(record: number, functionNumber: number, starter: number, number: number): void;
  dropRecordValues(record: number): number;
  dropRecord(record: number): number;
  completeRecord(record: number, status: number): number;
  finishUnknown(record: number): number;
  startRecord(record: number): number;
  pushRunNext(queue: number, record: number): number;
  pushRun(queue: number, record: number): number;
  popRunNext(queue: number): number;
  popRun(queue: number): number;
  popRunNewest(queue: number): number;
  submitRun(queue: number, record: number): number;
  takeRun(queue: number): number;
  drive(operation: number, object: number, waiter: number, slot: number): number;
  poll(operation: number, object: number, waiter: number): number;
  withdraw(operation: number, object: number, waiter: number): number;
  passOverLost(operation: number, object: number): number;
  selectPoll(cases: number, count: number, waiter: number): number;
  selectEnroll(cases: number, count: number, spare: number, slot: number, wait: number): number;
}

export let load: Core['load'];
export let store: Core['store'];
export let exchange: Core['exchange'];
export let compareExchange: Core['compareExchange'];
export let add: Core['add'];
export let or: Core['or'];
export let and: Core['and'];
export let lock: Core['lock'];
export let unlock: Core['unlock'];
export let initializeCore: Core['initialize'];
export let post: Core['post'];
export let lookOut: Core['lookOut'];
export let needsWake: Core['needsWake'];
export let sendWaiter: Core['sendWaiter'];
export let send: Core['send'];
export let sendLooking: Core['sendLooking'];
export let sendOrWait: Core['sendOrWait'];
export let receive: Core['receive'];
export let receiveLooking: Core['receiveLooking'];
export let receiveOrWait: Core['receiveOrWait'];
export let keepDistance: Core['keepDistance'];
export let lockChannel: Core['lockChannel'];
export let unlockChannel: Core['unlockChannel'];
export let closeChannel: Core['closeChannel'];
export let fireTimer: Core['fireTimer'];
export let endOffer: Core['endOffer'];
export let lockMutex: Core['lockMutex'];
export let tryLockMutex: Core['tryLockMutex'];
export let nameHolder: Core['nameHolder'];
export let retryLock: Core['retryLock'];
export let unlockMutex: Core['unlockMutex'];
export let addToGroup: Core['addToGroup'];
export let cancelMutex: Core['cancelMutex'];
export let tryTakeSemaphore: Core['tryTakeSemaphore'];
export let releaseSemaphore: Core['releaseSemaphore'];
export let setSemaphore: Core['setSemaphore'];
export let cancelSemaphore: Core['cancelSemaphore'];
export let unlockWriter: Core['unlockWriter'];
export let unlockReader: Core['unlockReader'];
export let signalCondition: Core['signalCondition'];
export let broadcastCondition: Core['broadcastCondition'];
export let enterOnce: Core['enterOnce'];
export let finishOnce: Core['finishOnce'];
export let takeServed: Core['takeServed'];
export let createRecord: Core['createRecord'];
export let fillRecord: Core['fillRecord'];
export let dropRecordValues: Core['dropRecordValues'];
export let dropRecord: Core['dropRecord'];
export let completeRecord: Core['completeRecord'];
export let finishUnknown: Core['finishUnknown'];
export let startRecord: Core['startRecord'];
export let pushRunNext: Core['pushRunNext'];
export let pushRun: Core['pushRun'];
export let popRunNext: Core['popRunNext'];
export let popRun: Core['popRun'];
export let popRunNewest: Core['popRunNewest'];
export let submitRun: Core['submitRun'];
export let takeRun: Core['takeRun'];
export let drive: Core['drive'];
export let poll: Core['poll'];
export let withdraw: Core['withdraw'];
export let passOverLost: Core['passOverLost'];
export let selectPoll: Core['selectPoll'];
export let selectEnroll: Core['selectEnroll'];
export let openEvents: Core['openEvents'];
export let closeEvents: Core['closeEvents'];
export let noteProcessor: Core['noteProcessor'];
export let noteCause: Core['noteCause'];
export let noteEvent: Core['noteEvent'];
export let noteGoroutine: Core['noteGoroutine'];
export let noteStart: Core['noteStart'];
export let noteEnd: Core['noteEnd'];
export let tellKept: Core['tellKept'];
export let noteReady: Core['noteReady'];

let compiled: WasmModule | undefined;

/** The core as it was compiled in this process; a worker is given it and need not read it again. */
export function coreModule(): WasmModule {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../dist/core.wasm', import.meta.url)));
  return compiled;
}

/** Before the first arena is attached on a worker. */
export function useCoreModule(module: WasmModule): void {
  compiled = module;
}

export function createMemory(pages: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

let sending: (waiter: number) => void = () => undefined;

/** What is called, while events are told, before a waiter of another machine is let go on. */
export function whenSending(callback: (waiter: number) => void): void {
  sending = callback;
}

/** Binds the core to a memory: from here on all its functions work on that one. */
export function attachCore(memory: WasmMemory): void {
  const words = new Int32Array(memory.buffer);
  const core = new WebAssembly.Instance(coreModule(), {
    env: {
      memory,
      waitWhile: (address, expected, milliseconds) => void Atomics.wait(words, address, expected, milliseconds),
      sending: (waiter) => sending(waiter),
    },
  }).exports;
  ({ load, store, exchange, compareExchange, add, or, and, lock, unlock, post, send, receive } = core);
  ({ sendLooking, sendOrWait, receiveLooking, receiveOrWait } = core);
  ({ keepDistance, lockChannel, unlockChannel, closeChannel } = core);
  ({ lockMutex, tryLockMutex, retryLock, unlockMutex, addToGroup, drive } = core);
  ({ createRecord, fillRecord, dropRecordValues, dropRecord, completeRecord, finishUnknown, startRecord } = core);
  ({ pushRunNext, pushRun, popRunNext, popRun, popRunNewest, submitRun, takeRun } = core);
  ({ poll, withdraw, passOverLost, selectPoll, selectEnroll, lookOut, sendWaiter, needsWake, fireTimer, endOffer } = core);
  ({ cancelMutex, tryTakeSemaphore, releaseSemaphore, setSemaphore, cancelSemaphore, unlockWriter, unlockReader } = core);
  ({ nameHolder, signalCondition, broadcastCondition, enterOnce, finishOnce, takeServed } = core);
  ({
    openEvents,
    closeEvents,
    noteProcessor,
    noteCause,

    noteEvent,
    noteGoroutine,
    noteStart,
    noteEnd,
    tellKept,
    noteReady,
  } = core);
  initializeCore = core.initialize;
  core.seedRandom((Math.random() * 0x1_0000_0000) | 0);
}
