/**
 * Events as objects. What a record leaves out, since its writer could not know it or knew that the reader does, is filled in
 * here: which goroutine ran on a machine, and who woke one on another machine.
 */
import {
  CAUSE_MACHINE,
  CAUSE_POLLER,
  EVENT_ACQUIRE,
  EVENT_AWAKE,
  EVENT_BLOCK,
  EVENT_COLLECT,
  EVENT_CREATE,
  EVENT_DROPPED,
  EVENT_FINISH,
  EVENT_GIVE,
  EVENT_GLOBAL,
  EVENT_HANDOFF,
  EVENT_NAME,
  EVENT_ON,
  EVENT_PARK,
  EVENT_PAUSE,
  EVENT_READY,
  EVENT_RELEASE,
  EVENT_RESUME,
  EVENT_SLEEP,
  EVENT_SPIN,
  EVENT_SPUN,
  EVENT_START,
  EVENT_STEAL,
  EVENT_UNBLOCK,
  EVENT_WAKE,
  EVENT_YIELD,
} from '../memory/event-records.ts';
import { functionOfWord } from '../scheduler/goroutine.ts';
import { WAIT_REASONS, type WaitReason } from '../scheduler/wait-reason.ts';
import type { Cursor } from './event-merge.ts';
import { placeOfFunction } from './goroutines.ts';

/** What happened: `kind` says which of the others are there. */
export type EventDetail =
  /** This machine's events begin here: what it did before was not recorded. */
  | { kind: 'on' }
  /** `fn` as `name (file:line:column)`; undefined for a goroutine of `go.local`. `by`: the goroutine that called `go`. */
  | { kind: 'create'; goroutine: number; fn: string | undefined; by: number | undefined }
  | { kind: 'name'; goroutine: number; name: string }
  /** It has its turn on this machine. */
  | { kind: 'start'; goroutine: number; fn: string | undefined }
  /** Its turn ends: it waits; it lets others run, or has to; it has ended. */
  | { kind: 'park'; goroutine: number; waitsFor: WaitReason }
  | { kind: 'yield'; goroutine: number; preempted: boolean }
  | { kind: 'finish'; goroutine: number; failed: boolean }
  /**
   * It can go on, on this machine. `by`: the goroutine that has woken it; `from`: on which machine; `at`: when. With neither,
   * the poller (a timer or a promise) or other code of this machine did.
   */
  | { kind: 'ready'; goroutine: number; cause: ReadyCause; by: number | undefined; from: number | undefined; at: number }
  /** Unstarted goroutines taken out of another machine's queue; out of the global queue. */
  | { kind: 'steal'; from: number; count: number }
  | { kind: 'take'; count: number }
  /** The monitor has taken the processor from a machine that does not come back. */
  | { kind: 'handoff'; from: number }
  /** The processor was given to a machine that waited for one. */
  | { kind: 'give'; to: number }
  /** The machine has the processor; has it no more. */
  | { kind: 'acquire' }
  | { kind: 'release'; takenAway: boolean }
  | { kind: 'sleep' }
  | { kind: 'awake' }
  /** It looks for work; it has found some, or given up. */
  | { kind: 'spin' }
  | { kind: 'spun'; found: boolean }
  /** A blocking call of this goroutine begins, without a processor; it is over. */
  | { kind: 'block'; goroutine: number; fn: string | undefined }
  | { kind: 'unblock' }
  /** Garbage was collected: since when, for how many milliseconds, and V8's number for how. */
  | { kind: 'collect'; began: number; milliseconds: number; type: number }
  /**
   * Where not every event is wanted: the machine has so many turns that it tells nothing for a moment; it goes on, after so many
   * turns, in which it created so many goroutines more than have ended.
   */
  | { kind: 'pause' }
  | { kind: 'resume'; turns: number; goroutines: number }
  /** So many events after this are lost: the main thread, which reads them, did not come round in time. */
  | { kind: 'dropped'; count: number };

/** `goroutine`: a goroutine of the same machine. `code`: what is none, such as async code. */
export type ReadyCause = 'goroutine' | 'code' | 'machine' | 'poller';

/** Something that the scheduler has done. */
export type SchedulerEvent = EventDetail & {
  /** In milliseconds, as `performance.now()` on the main thread. */
  time: number;
  /** The machine (thread) that did it: 0 is the main thread, 127 the monitor. */
  machine: number;
  /** The processor that this machine holds, or that was taken or given. */
  processor: number | undefined;
};

export class EventDecoder {
  /** What to take off a record's time. */
  private readonly distance: number;
  /** The goroutine that runs, by machine. */
  private readonly running: number[] = [];
  /** The goroutine that has just ended there, and when: what is woken straight after that is woken by its end. */
  private readonly ended: Array<{ goroutine: number; time: number } | undefined> = [];
  /** Who has let a waiter go on, by the waiter's address. */
  private readonly wakes = new Map<number, { by: number | undefined; from: number; at: number }>();
  private readonly names = new Map<number, string>();
  private readonly places = new Map<number, string>();
  private readonly emit: (event: SchedulerEvent) => void;

  constructor(distance: number, emit: (event: SchedulerEvent) => void) {
    this.distance = distance;
    this.emit = emit;
  }

  /** The record at which the cursor stands. */
  decode(cursor: Cursor): void {
    const { machine, kind, detail, processor, argument, number } = cursor;
    const time = cursor.time() - this.distance;
    if (kind === EVENT_NAME) {
      const last = argument >>> 16;
      const text = String.fromCharCode(argument & 0xffff) + (last === 0 ? '' : String.fromCharCode(last));
      this.names.set(number, (this.names.get(number) ?? '') + text);
      return;
    }
    if (kind === EVENT_WAKE) {
      this.wakes.set(argument, { by: this.wakerOn(machine), from: machine, at: this.ended[machine]?.time ?? time });
      return;
    }
    this.tellNames(machine, time);
    const event = this.detailOf(kind, detail, argument, number, machine, time);
    if (event === undefined) return;
    const concerned = kind === EVENT_HANDOFF || kind === EVENT_GIVE ? detail : processor;
    this.emit({ ...event, time, machine, processor: concerned < 0 ? undefined : concerned });
    if (kind !== EVENT_READY) this.ended[machine] = undefined;
    if (kind === EVENT_START) this.running[machine] = number;
    else if (kind === EVENT_PARK || kind === EVENT_YIELD || kind === EVENT_ON || kind === EVENT_PAUSE || kind === EVENT_DROPPED)
      this.running[machine] = 0;
    else if (kind === EVENT_FINISH && this.running[machine] === number) {
      this.running[machine] = 0;
      this.ended[machine] = { goroutine: number, time };
    }
  }

  private detailOf(
    kind: number,
    detail: number,
    argument: number,
    number: number,
    machine: number,
    time: number,
  ): EventDetail | undefined {
    switch (kind) {
      case EVENT_CREATE:
        return { kind: 'create', goroutine: number, fn: this.placeOf(argument), by: this.runningOn(machine) };
      case EVENT_START:
        return { kind: 'start', goroutine: number, fn: this.placeOf(argument) };
      case EVENT_PARK:
        return { kind: 'park', goroutine: number, waitsFor: WAIT_REASONS[detail]! };
      case EVENT_YIELD:
        return { kind: 'yield', goroutine: number, preempted: detail === 1 };
      case EVENT_FINISH:
        return { kind: 'finish', goroutine: number, failed: detail === 1 };
      case EVENT_READY:
        return this.readyBy(detail, argument, number, machine, time);
      case EVENT_STEAL:
        return { kind: 'steal', from: detail, count: argument };
      case EVENT_GLOBAL:
        return { kind: 'take', count: argument };
      case EVENT_HANDOFF:
        return { kind: 'handoff', from: argument };
      case EVENT_GIVE:
        return { kind: 'give', to: argument };
      case EVENT_RELEASE:
        return { kind: 'release', takenAway: detail === 1 };
      case EVENT_SPUN:
        return { kind: 'spun', found: detail === 1 };
      case EVENT_BLOCK:
        return { kind: 'block', goroutine: number, fn: this.placeOf(argument) };
      case EVENT_RESUME:
        this.wakes.clear(); // What came of them was not told.
        return { kind: 'resume', turns: number, goroutines: argument };
      case EVENT_DROPPED:
        return { kind: 'dropped', count: argument >>> 0 };
      case EVENT_COLLECT:
        return { kind: 'collect', began: time - number / 1000, milliseconds: argument / 1000, type: detail };
      default:
        return PLAIN.get(kind);
    }
  }

  private readyBy(cause: number, waiter: number, goroutine: number, machine: number, time: number): EventDetail {
    if (cause === CAUSE_POLLER) return { kind: 'ready', goroutine, cause: 'poller', by: undefined, from: undefined, at: time };
    if (cause === CAUSE_MACHINE) {
      const wake = this.wakes.get(waiter);
      this.wakes.delete(waiter);
      return { kind: 'ready', goroutine, cause: 'machine', by: wake?.by, from: wake?.from, at: wake?.at ?? time };
    }
    const by = this.wakerOn(machine);
    const at = this.ended[machine]?.time ?? time;
    return { kind: 'ready', goroutine, cause: by === undefined ? 'code' : 'goroutine', by, from: machine, at };
  }

  /** Names come in pieces, behind the creation and before anything else of the same machine. */
  private tellNames(machine: number, time: number): void {
    if (this.names.size === 0) return;
    for (const [goroutine, name] of this.names) {
      this.emit({ kind: 'name', goroutine, name, time, machine, processor: undefined });
    }
    this.names.clear();
  }

  private wakerOn(machine: number): number | undefined {
    return this.runningOn(machine) ?? this.ended[machine]?.goroutine;
  }

  private runningOn(machine: number): number | undefined {
    return this.running[machine] || undefined;
  }

  /** Of a record's FUNCTION word. */
  private placeOf(word: number): string | undefined {
    const functionNumber = functionOfWord(word);
    if (functionNumber < 0) return undefined;
    let place = this.places.get(functionNumber);
    if (place === undefined) {
      place = placeOfFunction(functionNumber);
      this.places.set(functionNumber, place);
    }
    return place;
  }
}

const PLAIN = new Map<number, EventDetail>([
  [EVENT_ON, { kind: 'on' }],
  [EVENT_ACQUIRE, { kind: 'acquire' }],
  [EVENT_SLEEP, { kind: 'sleep' }],
  [EVENT_AWAKE, { kind: 'awake' }],
  [EVENT_SPIN, { kind: 'spin' }],
  [EVENT_PAUSE, { kind: 'pause' }],
  [EVENT_UNBLOCK, { kind: 'unblock' }],
]);
