/**
 * Sending and receiving, as operations and at once.
 *
 * The thread's carrier takes the value in and out: a number is written straight into its cell, and one call of the
 * core does the rest. The three classes have each their own `next`, written out: shared with the other operations it costs
 * a send and a receive 20 ns of 60. What they do is what `Operation` does.
 */
import { drop, move } from '../codec/cell.ts';
import { take } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import type { SharedObject } from '../codec/handles.ts';
import { PendingValue } from '../codec/pending.ts';
import { DataCloneError } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import {
  OPERATION_RECEIVE,
  OPERATION_SEND,
  OUTCOME_DONE,
  RESULT_CLOSED,
  RESULT_DONE,
  RESULT_NO_SPARE,
  RESULT_WAITS,
  RESULT_WOULD_WAIT,
  SELECT_OBJECT,
  SELECT_OPERATION,
  SELECT_WAITER,
  WAITER_CELL,
  WAITER_OUTCOME,
} from '../memory/blocks.ts';
import { poll, receive, receiveOrWait, send, sendOrWait } from '../memory/core.ts';
import { LAST_NUMBER_HIGH } from '../memory/tags.ts';
import { leaveLine, wakeServed } from '../scheduler/inbox.ts';
import { machine, type Waiting } from '../scheduler/machine.ts';
import { concludeOrKeep } from '../scheduler/object-operation.ts';
import { DRIVEN, type Flag, FRESH, NO, type Op, SelectableOperation, YES } from '../scheduler/operation.ts';
import { sendScratch } from '../scheduler/scratch.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';
import { carrier, freeWaiter, parkSpare, reserveWaiter, takeWaiter } from '../scheduler/waiter.ts';
import { failureOf, refusalOf } from './channel-end.ts';
import { endsSoon, receivePatiently, sendPatiently, settle } from './patience.ts';

/** The stage of a receive that found the channel closed and drained. */
const CLOSED = 3;

/** A value that was sent, or the news that the channel is closed and drained. */
export type Received<T> = [value: T, ok: true] | [value: undefined, ok: false];

/** What `recv` gives: as a case of `select`, its hit tells by `ok` whether the value was sent. */
export interface ReceiveOp<T> extends Op<T | undefined> {
  /** Whether a value was received; false once the channel was found closed and drained. */
  readonly ok: boolean;
  /** @internal For the compiler only, never there: the type of what is sent, without the `undefined` of a closed channel. */
  readonly sent: T;
}

/** What `recvOk` gives. */
export interface ReceiveOkOp<T> extends Op<Received<T>> {
  /** As of `ReceiveOp`. */
  readonly ok: boolean;
  /** @internal For the compiler only, never there. */
  readonly sentWithFlag: T;
}

/** Copies the value into the carrier. Throws DataCloneError, or ArenaExhaustedError; then nothing is copied. */
function carry(value: unknown): void {
  // NaN has a form of its own: its bits could be taken for a tag.
  if (typeof value === 'number' && !Number.isNaN(value)) arena.cells[carrier.cell] = value;
  else carryEncoded(value);
}

function carryEncoded(value: unknown): void {
  // Not straight into the carrier: encoding may run a getter, which may send.
  encode(value, sendScratch, 'send on a channel');
  move(sendScratch, carrier.cell);
}

/** Makes sure that there is a spare waiter for what is carried. Throws ArenaExhaustedError; then that is dropped. */
function reserveForCarried(): void {
  try {
    reserveWaiter();
  } catch (error) {
    drop(carrier.cell);
    throw error;
  }
}

/**
 * What was received into a waiter, or into the carrier; its cell is empty afterwards. Throws PendingValue, and the cell keeps it. What
 * can never be made is dropped.
 */
function takeFrom(waiter: number): unknown {
  const high = arena.words[waiter + WAITER_CELL + 1]!;
  const cell = (waiter + WAITER_CELL) >> 1;
  return high >= 0 || high <= LAST_NUMBER_HIGH ? arena.cells[cell] : takeOrDrop(cell);
}

function takeOrDrop(cell: number): unknown {
  try {
    return take(cell);
  } catch (error) {
    if (!(error instanceof PendingValue)) drop(cell);
    throw error;
  }
}

/** The value in this cell could not be sent: the channel is closed. */
function refuse(channel: number, cell: number): Error {
  drop(cell);
  return refusalOf(channel);
}

/** There is nothing more to receive. Throws when what fed the channel has failed. */
function mustHaveEndedWell(channel: number): void {
  const failure = failureOf(channel);
  if (failure !== undefined) throw failure.error;
}

/** A receive was not just done: it is tried with some patience, or waits, or finds the channel closed. */
function goOnReceiving(
  operation: ReceiveOperation<any> | ReceiveOkOperation<any>,
  first: number,
  slot: number,
  waiting: Waiting,
): boolean {
  const channel = operation.object.address;
  let result = first === RESULT_WOULD_WAIT ? receivePatiently(channel, slot) : first;
  if (result === RESULT_NO_SPARE) {
    reserveWaiter();
    result = receiveOrWait(channel, carrier.address, slot);
  }
  if (result === RESULT_WAITS) {
    operation.waiter = parkSpare();
    return endsSoon(operation, waiting);
  }
  if (result === RESULT_CLOSED) return concludeOrKeep(operation, result, carrier.address, waiting);
  settle(channel, result);
  return operation.fetch(waiting);
}

/** After a wait: takes the outcome out of the operation's waiter. It keeps that while the value cannot be made yet. */
function endReceive(operation: ReceiveOperation<any> | ReceiveOkOperation<any>): boolean {
  try {
    operation.conclude(outcomeOf(operation.waiter), operation.waiter);
  } catch (error) {
    if (!(error instanceof PendingValue)) operation.discard();
    throw error;
  }
  operation.discard();
  return true;
}

function dropReceived(operation: ReceiveOperation<any> | ReceiveOkOperation<any>): void {
  const { waiter } = operation;
  // Without a value, the cell has what was there before.
  if (arena.words[waiter + WAITER_OUTCOME] === OUTCOME_DONE) drop((waiter + WAITER_CELL) >> 1);
  operation.discard();
}

export class SendOperation extends SelectableOperation<void> {
  done: Flag;
  value: any;
  stage: number;
  override readonly object: SharedObject;
  waiter: number;

  constructor(channel: SharedObject, value: unknown) {
    super();
    this.done = NO;
    this.value = value;
    this.stage = FRESH;
    this.object = channel;
    this.waiter = 0;
  }

  get reason(): WaitReason {
    return 'chan send';
  }

  describe(entry: number): void {
    arena.words[entry + SELECT_OPERATION] = OPERATION_SEND;
    arena.words[entry + SELECT_OBJECT] = this.object.address;
    arena.words[entry + SELECT_WAITER] = this.waiter;
  }

  override [Symbol.iterator](): Iterator<unknown, void, unknown> {
    if (arena.isFirst !== true) this.mustBeCurrent();
    if (this.stage !== FRESH) throw this.drivenTwice();
    this.stage = DRIVEN;
    return this as unknown as Iterator<unknown, void, unknown>;
  }

  override next(): this {
    if (this.stage !== DRIVEN) return this.resume();
    if (this.begin(this.enter()) === true) this.done = YES;
    else machine.current!.park(this);
    return this;
  }

  begin(waiting: Waiting): boolean {
    carry(this.value);
    let { slot } = waiting;
    if (slot < 0) slot = machine.slotOf(waiting) | 0; // As an integer, which V8 passes on without a look at its tag.
    const result = send(this.object.address, carrier.address, slot);
    this.value = undefined;
    return result === RESULT_DONE ? true : this.goOn(result, slot, waiting);
  }

  /** It was not just done. */
  private goOn(first: number, slot: number, waiting: Waiting): boolean {
    const channel = this.object.address;
    let result = first === RESULT_WOULD_WAIT ? sendPatiently(channel, slot) : first;
    if (result === RESULT_NO_SPARE) {
      reserveForCarried();
      result = sendOrWait(channel, carrier.address, slot);
    }
    if (result === RESULT_WAITS) {
      this.waiter = parkSpare();
      return endsSoon(this, waiting);
    }
    if (result === RESULT_CLOSED) throw refuse(channel, carrier.cell);
    settle(channel, result);
    return true;
  }

  end(): boolean {
    const { waiter } = this;
    this.waiter = 0;
    const closed = arena.words[waiter + WAITER_OUTCOME] !== OUTCOME_DONE;
    const error = closed ? refuse(this.object.address, (waiter + WAITER_CELL) >> 1) : null;
    freeWaiter(waiter);
    if (error !== null) throw error;
    return true;
  }

  override prepare(): void {
    carry(this.value);
    reserveForCarried();
    this.waiter = takeWaiter(machine.number, 0);
    move(carrier.cell, (this.waiter + WAITER_CELL) >> 1);
  }

  conclude(result: number, waiter: number): void {
    this.value = undefined;
    this.waiter = 0;
    const error = result === RESULT_CLOSED ? refuse(this.object.address, (waiter + WAITER_CELL) >> 1) : null;
    freeWaiter(waiter);
    if (error !== null) throw error;
  }

  leave(): boolean {
    return leaveLine(OPERATION_SEND, this.object.address, this.waiter);
  }

  discard(): void {
    if (this.waiter === 0) return;
    drop((this.waiter + WAITER_CELL) >> 1);
    freeWaiter(this.waiter);
    this.waiter = 0;
  }
}

export class ReceiveOperation<T> extends SelectableOperation<T | undefined> implements ReceiveOp<T> {
  declare readonly sent: T;
  done: Flag;
  value: T | undefined;
  stage: number;
  override readonly object: SharedObject;
  waiter: number;

  constructor(channel: SharedObject) {
    super();
    this.done = NO;
    this.value = undefined;
    this.stage = FRESH;
    this.object = channel;
    this.waiter = 0;
  }

  get reason(): WaitReason {
    return 'chan receive';
  }

  describe(entry: number): void {
    arena.words[entry + SELECT_OPERATION] = OPERATION_RECEIVE;
    arena.words[entry + SELECT_OBJECT] = this.object.address;
    arena.words[entry + SELECT_WAITER] = this.waiter;
  }

  override get reportsOk(): boolean {
    return true;
  }

  override get ok(): boolean {
    return this.stage !== CLOSED;
  }

  override [Symbol.iterator](): Iterator<unknown, T | undefined, unknown> {
    if (arena.isFirst !== true) this.mustBeCurrent();
    if (this.stage !== FRESH) throw this.drivenTwice();
    this.stage = DRIVEN;
    return this as unknown as Iterator<unknown, T | undefined, unknown>;
  }

  override next(): this {
    if (this.stage !== DRIVEN) return this.resume();
    if (this.begin(this.enter()) === true) this.done = YES;
    else machine.current!.park(this as unknown as ReceiveOperation<unknown>);
    return this;
  }

  begin(waiting: Waiting): boolean {
    let { slot } = waiting;
    if (slot < 0) slot = machine.slotOf(waiting) | 0;
    const result = receive(this.object.address, carrier.address, slot);
    return result === RESULT_DONE ? this.fetch(waiting) : goOnReceiving(this, result, slot, waiting);
  }

  /** @internal Takes the value out of the carrier. */
  fetch(waiting: Waiting): boolean {
    const high = arena.words[carrier.high]!;
    if (high < 0 && high > LAST_NUMBER_HIGH) return concludeOrKeep(this, RESULT_DONE, carrier.address, waiting);
    this.value = arena.cells[carrier.cell] as T;
    return true;
  }

  end(): boolean {
    return endReceive(this);
  }

  override dropKept(): void {
    dropReceived(this);
  }

  conclude(result: number, waiter: number): void {
    if (result === RESULT_CLOSED) {
      mustHaveEndedWell(this.object.address);
      this.stage = CLOSED;
    } else this.value = takeFrom(waiter) as T;
  }

  leave(): boolean {
    return leaveLine(OPERATION_RECEIVE, this.object.address, this.waiter);
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }
}

export class ReceiveOkOperation<T> extends SelectableOperation<Received<T>> implements ReceiveOkOp<T> {
  declare readonly sentWithFlag: T;
  done: Flag;
  value: Received<T>;
  stage: number;
  override readonly object: SharedObject;
  waiter: number;

  constructor(channel: SharedObject) {
    super();
    this.done = NO;
    this.value = undefined as unknown as Received<T>;
    this.stage = FRESH;
    this.object = channel;
    this.waiter = 0;
  }

  get reason(): WaitReason {
    return 'chan receive';
  }

  describe(entry: number): void {
    arena.words[entry + SELECT_OPERATION] = OPERATION_RECEIVE;
    arena.words[entry + SELECT_OBJECT] = this.object.address;
    arena.words[entry + SELECT_WAITER] = this.waiter;
  }

  override get reportsOk(): boolean {
    return true;
  }

  override get ok(): boolean {
    return this.value[1];
  }

  override [Symbol.iterator](): Iterator<unknown, Received<T>, unknown> {
    if (arena.isFirst !== true) this.mustBeCurrent();
    if (this.stage !== FRESH) throw this.drivenTwice();
    this.stage = DRIVEN;
    return this as unknown as Iterator<unknown, Received<T>, unknown>;
  }

  override next(): this {
    if (this.stage !== DRIVEN) return this.resume();
    if (this.begin(this.enter()) === true) this.done = YES;
    else machine.current!.park(this as unknown as ReceiveOkOperation<unknown>);
    return this;
  }

  begin(waiting: Waiting): boolean {
    let { slot } = waiting;
    if (slot < 0) slot = machine.slotOf(waiting) | 0;
    const result = receive(this.object.address, carrier.address, slot);
    return result === RESULT_DONE ? this.fetch(waiting) : goOnReceiving(this, result, slot, waiting);
  }

  /** @internal Takes the value out of the carrier. */
  fetch(waiting: Waiting): boolean {
    const high = arena.words[carrier.high]!;
    if (high < 0 && high > LAST_NUMBER_HIGH) return concludeOrKeep(this, RESULT_DONE, carrier.address, waiting);
    this.value = [arena.cells[carrier.cell] as T, true];
    return true;
  }

  end(): boolean {
    return endReceive(this);
  }

  override dropKept(): void {
    dropReceived(this);
  }

  conclude(result: number, waiter: number): void {
    if (result === RESULT_CLOSED) {
      mustHaveEndedWell(this.object.address);
      this.value = [undefined, false];
    } else this.value = [takeFrom(waiter) as T, true];
  }

  leave(): boolean {
    return leaveLine(OPERATION_RECEIVE, this.object.address, this.waiter);
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }
}

/** How the waker's outcome reads as a result of the core. */
function outcomeOf(waiter: number): number {
  return arena.words[waiter + WAITER_OUTCOME] === OUTCOME_DONE ? RESULT_DONE : RESULT_CLOSED;
}

/** `trySend`. */
export function sendNow(channel: number, value: unknown): boolean {
  carry(value);
  const result = poll(OPERATION_SEND, channel, carrier.address);
  if (result === RESULT_WAITS) {
    drop(carrier.cell);
    return false;
  }
  if (result === RESULT_CLOSED) throw refuse(channel, carrier.cell);
  wakeServed(result);
  return true;
}

/** `tryRecv`. */
export function receiveNow<T>(channel: number): Received<T> {
  const result = poll(OPERATION_RECEIVE, channel, carrier.address);
  if (result === RESULT_WAITS) return [undefined, false];
  if (result === RESULT_CLOSED) {
    try {
      mustHaveEndedWell(channel);
    } catch (error) {
      throw unlessPending(error, 'the error that ended this channel');
    }
    return [undefined, false];
  }
  wakeServed(result);
  try {
    return [takeFrom(carrier.address) as T, true];
  } catch (error) {
    drop(carrier.cell);
    throw unlessPending(error, 'the value');
  }
}

/** The error itself, or where that says that something must be waited for, that `tryRecv` does not wait. */
function unlessPending(error: unknown, what: string): unknown {
  if (!(error instanceof PendingValue)) return error;
  const reason = 'holds a function or a moved object that is not on this thread yet: receive it with recv(), which waits for it';
  return new DataCloneError(`tryRecv: ${what} ${reason}`, { cause: error });
}
