/**
 * A machine: one thread that takes part in the scheduler, and everything about it that lives in its own memory.
 *
 * Each thread has exactly one, the object below. The main thread is machine 0 and runs its own goroutines without a
 * processor; with `procs: 0` it starts all others, too. Workers hold one while they run goroutines. Nothing here is touched by another thread: they reach a machine
 * only through its words in the arena (inbox, state).
 */
import { arena } from '../memory/arena.ts';
import { MACHINE_COUNTERS, MACHINE_PINNED, MACHINE_RUNNING, machineBase } from '../memory/layout.ts';
import type { EventLog } from './events.ts';
import type { Meter } from './meter.ts';
import { Ring } from './ring.ts';
import type { LocalQueue } from './run-queue.ts';
import type { Task } from './task.ts';

/** Whoever waits on this thread: a goroutine, or async code that awaits an operation. */
export interface Waiting {
  /** Its entry in `machine.entries`, -1 while it needs none. */
  slot: number;
  /** It was given this entry. */
  entered(slot: number): void;
  /** The operation it was parked in is carried out: go on. Called on this thread, never under a lock. */
  wake(): void;
  /** It will never be woken: take the operation out of all queues and end with this error. */
  abandon(error: Error): void;
}

/** What a machine counts, each by its owner only, from 0 again after 2^32; read by `runtime.stats()`. */
export interface Counters {
  /** Goroutines that were made, and that have ended. */
  created: number;
  finished: number;
  /** Goroutines that have begun, those of `go.local` not counted. */
  started: number;
  /** Turns of goroutines, and how many of those ended in a wait. */
  switches: number;
  parks: number;
  /** Times half of another thread's unstarted goroutines were taken, and how many that brought. Not counted: single ones. */
  steals: number;
  stolen: number;
  /** Batches taken from the global queue (single goroutines are not counted), and goroutines that full queues gave to it. */
  globalTakes: number;
  overflows: number;
  /** Sleeping threads that this one has woken, and goroutines of this one that another thread has let go on. */
  wakesSent: number;
  wakesReceived: number;
  /** Times the thread had nothing to do and slept. */
  sleeps: number;
  /** Times the scheduler had its turn in the thread's event loop. */
  slices: number;
  /** Times a loop made way for others. */
  preemptions: number;
  /** Processors that were taken from a thread whose goroutine did not come back. */
  handoffs: number;
  /** Times a thread with goroutines to run found no processor. */
  processorWaits: number;
  /** Processors that a thread has handed over to one that waited. */
  processorGifts: number;
  /** Calls of `blocking`. */
  blockingCalls: number;
  /** Pauses for garbage collection over the threshold, and those after which queued goroutines were offered to others. */
  gcPauses: number;
  gcOffers: number;
}
export type Counter = keyof Counters;

/** In the order of their words. */
export const COUNTERS = [
  'created',
  'finished',
  'started',
  'switches',
  'parks',
  'steals',
  'stolen',
  'globalTakes',
  'overflows',
  'wakesSent',
  'wakesReceived',
  'sleeps',
  'slices',
  'preemptions',
  'handoffs',
  'processorWaits',
  'processorGifts',
  'blockingCalls',
  'gcPauses',
  'gcOffers',
] as const satisfies readonly Counter[];

export const COUNT_CREATED = 0;
export const COUNT_FINISHED = 1;
export const COUNT_STARTED = 2;
export const COUNT_SWITCHES = 3;
export const COUNT_PARKS = 4;
export const COUNT_STEALS = 5;
export const COUNT_STOLEN = 6;
export const COUNT_GLOBAL_TAKES = 7;
export const COUNT_OVERFLOWS = 8;
export const COUNT_WAKES_SENT = 9;
export const COUNT_WAKES_RECEIVED = 10;
export const COUNT_SLEEPS = 11;
export const COUNT_SLICES = 12;
export const COUNT_PREEMPTIONS = 13;
export const COUNT_HANDOFFS = 14;
export const COUNT_PROCESSOR_WAITS = 15;
export const COUNT_PROCESSOR_GIFTS = 16;
export const COUNT_BLOCKING_CALLS = 17;
export const COUNT_GC_PAUSES = 18;
export const COUNT_GC_OFFERS = 19;

class Machine {
  number = -1;
  /** Address of this machine's words. */
  base = 0;
  /** Address of this machine's counters. */
  counters = 0;
  /** The address of its word MACHINE_RUNNING. */
  runningWord = 0;
  /** Where it writes what it does; null while nobody wants to know. */
  events: EventLog | null = null;
  /** The same while it pauses: then `events` is null. */
  pausedEvents: EventLog | null = null;
  /** What it has seen in the EVENTS word last. */
  eventsSeen = 0;
  /** The goroutine that runs now; null between goroutines and in async code. */
  current: Task | null = null;
  /** Its run queue; null before it takes part. */
  queue: LocalQueue | null = null;
  /**
   * Where it stands written that it may run goroutines: the word at this address holds this machine's number. The holder
   * word of its processor; 0 without one, and always on the main thread, whose number that word holds.
   */
  holder = 0;
  /** It starts unstarted goroutines: a worker with a processor, and the main thread when there are no workers. */
  takesWork = false;
  /** It starts none in this slice, since another that waits for a processor has more goroutines: see `hand-off.ts`. */
  leavesWork = false;
  /** It is in the line of those who wait for a processor. */
  waits = false;
  /** Started goroutines of this thread that can run on. */
  ready = new Ring<Task>();
  /** Everybody who waits on this thread, by slot. */
  readonly entries: Array<Waiting | null> = [];
  private readonly freeSlots: number[] = [];

  /** Counted in SEARCHING. */
  searching = false;
  /** This thread's bit in IDLE_MACHINES was set by it. */
  announcedIdle = false;
  /** Its state word is not AWAKE, or was changed by a waker and this thread has not seen it yet. */
  asleep = false;
  /** Goroutines that were started here and have not ended. They cannot leave this thread. */
  pinned = 0;

  /** Measures this thread's goroutines, if that is wanted. */
  meter: Meter | null = null;

  /** Counted here during a slice, then added to the shared counters. */
  parks = 0;
  switches = 0;

  /** When the loop looked at the clock last. */
  lookedAt = 0;
  /** The same in whole milliseconds. */
  clock = 0;
  /** Takes note of where the goroutine stands that is resumed without having been woken: see `inspect.ts`. */
  inspecting: (() => void) | null = null;
  /** A slice is running. */
  running = false;
  /** A goroutine has given up its turn because it was too long: time for everything else. */
  preempted = false;

  /** Something in libuv that the scheduler does not know may wake a goroutine here: see `foreign.ts`. */
  foreignWork = false;
  /** Timers and promises that will wake a goroutine here by themselves. */
  pending = 0;
  /** Goroutines that are async functions, and operations that async code here awaits. See `hasPending`. */
  asyncGoroutines = 0;
  asyncWaits = 0;

  attach(number: number): void {
    this.number = number;
    this.base = machineBase(number);
    this.counters = this.base + MACHINE_COUNTERS;
    this.runningWord = this.base + MACHINE_RUNNING;
    this.events = null;
    this.pausedEvents = null;
    this.eventsSeen = 0;
    this.entries.length = 0;
    this.freeSlots.length = 0;
    this.ready = new Ring<Task>();
    this.current = null;
    this.queue = null;
    this.holder = 0;
    this.takesWork = false;
    this.leavesWork = false;
    this.waits = false;
    this.searching = false;
    this.announcedIdle = false;
    this.asleep = false;
    this.running = false;
    this.preempted = false;
    this.pinned = 0;
    this.foreignWork = false;
    this.pending = 0;
    this.asyncGoroutines = 0;
    this.asyncWaits = 0;
  }

  count(counter: number): void {
    const address = this.counters + counter;
    arena.words[address] = (arena.words[address]! + 1) | 0;
  }

  countMany(counter: number, amount: number): void {
    const address = this.counters + counter;
    arena.words[address] = (arena.words[address]! + amount) | 0;
  }

  /** A goroutine was started here, or has ended. */
  pin(change: 1 | -1): void {
    this.pinned += change;
    arena.words[this.base + MACHINE_PINNED] = this.pinned;
  }

  /** At the end of a slice. */
  publishCounts(): void {
    this.countMany(COUNT_PARKS, this.parks);
    this.countMany(COUNT_SWITCHES, this.switches);
    this.parks = 0;
    this.switches = 0;
  }

  /** The slot of whoever waits, given when it is needed for the first time. */
  slotOf(waiting: Waiting): number {
    if (waiting.slot >= 0) return waiting.slot;
    const slot = this.freeSlots.pop() ?? this.entries.length;
    this.entries[slot] = waiting;
    waiting.slot = slot;
    waiting.entered(slot);
    return slot;
  }

  /** Called when nobody can wake it any more. */
  freeSlot(waiting: Waiting): void {
    if (waiting.slot < 0) return;
    this.entries[waiting.slot] = null;
    this.freeSlots.push(waiting.slot);
    waiting.slot = -1;
  }

  /**
   * True when something outside the scheduler may wake a goroutine of this thread. An async function counts unless it
   * awaits one of our operations, which is known; what else it awaits is not.
   */
  hasPending(): boolean {
    return this.pending > 0 || this.asyncGoroutines > this.asyncWaits;
  }
}

export const machine = new Machine();
