/**
 * The map of the arena: every shared word has its name here, with who writes it and what guards it. The words of blocks
 * are in `blocks.ts`. Only numbers, and no imports: the core is compiled from this file too.
 *
 *   [0 .. FIRST_HEAP_PAGE)   fixed tables, below
 *   [FIRST_HEAP_PAGE .. end) the heap: pages of 64 KiB, handed out by `pages.ts`, cut into blocks by `heap.ts`
 *
 * Words that two threads write often stand on cache lines of their own (16 words).
 */

export const WORDS_PER_LINE = 16;
export const PAGE_WORDS = 16_384;
export const PAGE_BYTES = PAGE_WORDS * 4;

/** Threads that can be machines at one time. Machine 0 is the main thread, the last one's words are the monitor's. */
export const MAXIMUM_MACHINES = 128;
export const MAXIMUM_PROCESSORS = 64;
/** The monitor (`scheduler/sysmon.ts`) has a machine's words for its counters, and its name as a holder of processors. */
export const MONITOR_MACHINE = MAXIMUM_MACHINES - 1;

// ---- Heap -------------------------------------------------------------------------------------------------------
/** Lock of the page allocator: guards PAGE_FREE_LISTS, PAGE_COUNT's pages' states and the links inside free pages. */
export const PAGE_LOCK = 1 * WORDS_PER_LINE;
/** Number of pages in this arena. Written once. */
export const PAGE_COUNT = PAGE_LOCK + 1;
/** Free pages now; under PAGE_LOCK. */
export const PAGES_FREE = PAGE_LOCK + 2;
/** When more than this is in use (in units of 16 bytes), PRESSURE is advanced; see `memory/pressure.ts`. */
export const PRESSURE_LEVEL = PAGE_LOCK + 3;
/** Every thread answers a change by collecting its garbage; atomic. See `scheduler/pressure.ts`. */
export const PRESSURE = PAGE_LOCK + 4;
/** Heads of the free lists by order (page index, 0 = empty); under PAGE_LOCK. */
export const PAGE_FREE_LISTS = 2 * WORDS_PER_LINE;
export const PAGE_ORDERS = 16;

/** One lock and one head of a list of batches a size class; the head under its lock. */
export const CLASS_LOCKS = 4 * WORDS_PER_LINE;
export const CLASS_BATCHES = 8 * WORDS_PER_LINE;
export const MAXIMUM_CLASSES = 64;

/** Bytes in use by kind (in units of 16), one row a machine, written by that machine only; rows are summed by readers. */
export const USAGE = 16 * WORDS_PER_LINE;
export const USAGE_KINDS = 32;

/** Heads of the lists of free blocks by size class, one row a machine, then their lengths. A machine's own: see `heap.ts`. */
export const FREE_LISTS = USAGE + MAXIMUM_MACHINES * USAGE_KINDS;
export const FREE_COUNTS = MAXIMUM_CLASSES;
export const FREE_LIST_WORDS = 2 * MAXIMUM_CLASSES;

// ---- Scheduler --------------------------------------------------------------------------------------------------
const AFTER_USAGE = FREE_LISTS + MAXIMUM_MACHINES * FREE_LIST_WORDS;

/** Lock of the global run queue; guards its head, tail and size. The size is read without it as a hint. */
export const GLOBAL_QUEUE_LOCK = AFTER_USAGE;
export const GLOBAL_QUEUE_HEAD = AFTER_USAGE + 1;
export const GLOBAL_QUEUE_TAIL = AFTER_USAGE + 2;
export const GLOBAL_QUEUE_SIZE = AFTER_USAGE + 3;

/** Machines that look for work and have found none yet; atomic. See `scheduler/wake.ts`. */
export const SEARCHING = AFTER_USAGE + 1 * WORDS_PER_LINE;
/** Processors that nobody holds: the IDLE ones, counted after each step of a holder word; atomic. See `scheduler/processor.ts`. */
export const IDLE_PROCESSORS = SEARCHING + 1;
/** Processors that somebody holds, and most at one time; atomic, for `runtime.stats()`. */
export const HELD_PROCESSORS = SEARCHING + 2;
export const MOST_HELD = SEARCHING + 3;
/** Bit set of machines that sleep and would take a processor and run goroutines on it; atomic. Four words, 32 machines each. */
export const IDLE_MACHINES = AFTER_USAGE + 2 * WORDS_PER_LINE;
export const IDLE_WORDS = MAXIMUM_MACHINES / 32;
/** Bit set of machines that wait for a processor, a hint where to look for a MACHINE_WANT; atomic. As many words. */
export const WAITING_MACHINES = IDLE_MACHINES + IDLE_WORDS;
/** Worker machines whose state is not SLEEPING; atomic. Zero lets the process end. */
export const BUSY_MACHINES = AFTER_USAGE + 3 * WORDS_PER_LINE;
/** Processors in use, from 0 (everything runs on the main thread) to MAXIMUM_PROCESSORS; written by the main thread. */
export const PROCESSOR_COUNT = AFTER_USAGE + 4 * WORDS_PER_LINE;
/** Machines that exist (numbers below this may be in use); written by the main thread. */
export const MACHINE_COUNT = PROCESSOR_COUNT + 1;
/** Not 0 once the runtime stops: no goroutine is started any more; written by the main thread. */
export const STOPPING = PROCESSOR_COUNT + 2;
/** Threads that are machines now, without the main thread; written by the main thread. */
export const THREAD_COUNT = PROCESSOR_COUNT + 3;
/** Most threads there may be; written by the main thread. */
export const THREAD_LIMIT = PROCESSOR_COUNT + 4;
/** Threads the main thread is asked to start; anybody stores 1, the main thread takes it. See `scheduler/spare.ts`. */
export const SPARE_WANTED = PROCESSOR_COUNT + 5;
/** Not 0: machines tell what they do, and another number means that they begin anew; written by the main thread. See `scheduler/events.ts`. */
export const EVENTS = PROCESSOR_COUNT + 6;
/** Its lowest bit: somebody wants every event. */
export const EVENTS_IN_FULL = 1;
/** Goroutine numbers handed out, in units of NUMBERS_AT_ONCE (`scheduler/goroutine.ts`); atomic. */
export const GOROUTINE_NUMBERS = AFTER_USAGE + 5 * WORDS_PER_LINE;
/** Function definitions registered; atomic. */
export const FUNCTION_COUNT = AFTER_USAGE + 6 * WORDS_PER_LINE;
/** Shared buffers that were handed out by reference; atomic. */
export const SHARED_BUFFER_COUNT = AFTER_USAGE + 6 * WORDS_PER_LINE + 1;
/** Objects that were posted from thread to thread; atomic. See `threads/parcels.ts`. */
export const PARCEL_COUNT = AFTER_USAGE + 6 * WORDS_PER_LINE + 2;
/** Shapes of objects that were given a number; atomic. See `codec/shapes.ts`. */
export const SHAPE_COUNT = AFTER_USAGE + 6 * WORDS_PER_LINE + 3;

/** One of the MONITOR_ values; the monitor sleeps on this word. See `scheduler/sysmon.ts`. */
export const MONITOR = AFTER_USAGE + 7 * WORDS_PER_LINE;
export const MONITOR_AWAKE = 0;
/** Until somebody holds a processor, or searches. */
export const MONITOR_SLEEPING = 1;

/** The queue of blocking calls: lock, and under it head, tail and size; the size is read without it. */
export const BLOCKING_LOCK = AFTER_USAGE + 8 * WORDS_PER_LINE;
export const BLOCKING_HEAD = BLOCKING_LOCK + 1;
export const BLOCKING_TAIL = BLOCKING_LOCK + 2;
export const BLOCKING_SIZE = BLOCKING_LOCK + 3;
/** Machines that run a blocking call, or have reserved the right to; atomic. */
export const BLOCKING_RUNNING = BLOCKING_LOCK + 4;

const AFTER_SCHEDULER = AFTER_USAGE + 9 * WORDS_PER_LINE;

// ---- Machines ---------------------------------------------------------------------------------------------------
export const MACHINES = AFTER_SCHEDULER;
export const MACHINE_WORDS = 4 * WORDS_PER_LINE;
/** Head of the stack of woken waiters; pushed by compare-exchange by anybody, taken whole by the owner. */
export const MACHINE_INBOX = 0;
/** One of the MACHINE_STATE_ values; the owner puts it to sleep, anybody wakes it by compare-exchange: see `scheduler/parker.ts`. */
export const MACHINE_STATE = WORDS_PER_LINE;
/** 1 while this machine is counted in SEARCHING; written by the machine, read when it is lost. */
export const MACHINE_SEARCHING = WORDS_PER_LINE + 1;
/** Goroutines that were started on this machine and have not ended; written by the machine. See `scheduler/balance.ts`. */
export const MACHINE_PINNED = WORDS_PER_LINE + 2;
/** One of the WANT_ values; see `scheduler/processor.ts`. */
export const MACHINE_WANT = WORDS_PER_LINE + 3;
/** 1 while it runs a blocking call; written by the machine, read when it is lost. */
export const MACHINE_BLOCKING = WORDS_PER_LINE + 4;
/** Address of the ring into which it writes events, or 0; written by the main thread before EVENTS. See `scheduler/events.ts`. */
export const MACHINE_EVENTS = WORDS_PER_LINE + 5;
/** Node's number of its thread; written by the machine when it begins. */
export const MACHINE_THREAD = WORDS_PER_LINE + 6;
/** The kernel's number of its thread, or 0; written by the machine when it begins. See `scheduler/thread-time.ts`. */
export const MACHINE_KERNEL_THREAD = WORDS_PER_LINE + 7;
/** Written by the owner only, read by anybody: counters for `runtime.stats()`. */
export const MACHINE_COUNTERS = 2 * WORDS_PER_LINE;
export const MACHINE_COUNTER_COUNT = 2 * WORDS_PER_LINE - 3;
/** The record of the goroutine that has its turn, 0 between turns. Written by the machine, for snapshots. */
export const MACHINE_RUNNING = MACHINE_COUNTERS + MACHINE_COUNTER_COUNT;
/** Started goroutines that can go on, at the machine's last look; written by it, for snapshots. */
export const MACHINE_READY = MACHINE_RUNNING + 1;
/** Advanced by the machine's loop with every look at its queues: where it stands still, a goroutine runs. */
export const MACHINE_TICK = MACHINE_READY + 1;

/** No such machine. */
export const MACHINE_STATE_NONE = 0;
export const MACHINE_STATE_AWAKE = 1;
/** Asleep in libuv, counted in BUSY_MACHINES: a timer or a promise of its own may still wake it. The main thread sleeps so only. */
export const MACHINE_STATE_POLLING = 2;
/** Asleep in libuv, not counted in BUSY_MACHINES: only another machine can wake it. */
export const MACHINE_STATE_SLEEPING = 3;
/** Its thread has ended unexpectedly; see `scheduler/lost.ts`. The number is not used again. */
export const MACHINE_STATE_LOST = 4;

/** It waits for no processor. */
export const WANT_NOT = 0;
/** It waits; the step to CLAIMED is anybody's who has a processor to give, the step to NOT its own. */
export const WANT_WAITS = 1;
/** Somebody is about to give it one, and wakes it after the next step. */
export const WANT_CLAIMED = 2;
/** This and the number of the processor it was given. */
export const WANT_GIVEN = 3;

export function machineBase(machine: number): number {
  return MACHINES + machine * MACHINE_WORDS;
}

// ---- Processors -------------------------------------------------------------------------------------------------
/**
 * Who holds each processor, on a line of its own: a machine's number from 1 on (the monitor's too), MAXIMUM_MACHINES for the main
 * thread, or one of the values below; by compare-exchange. See `scheduler/processor.ts`.
 */
export const HOLDERS = MACHINES + MAXIMUM_MACHINES * MACHINE_WORDS;
/** There is no such processor (any more). */
export const HOLDER_RETIRED = 0;
export const HOLDER_IDLE = -1;

export function holderAddress(processor: number): number {
  return HOLDERS + processor * WORDS_PER_LINE;
}

// ---- Run queues, one a machine ----------------------------------------------------------------------------------
export const RUN_QUEUE_CAPACITY = 256;
/** Most goroutines that are stolen at once; a ring with more is a long one. */
export const MOST_STOLEN = RUN_QUEUE_CAPACITY / 2;
export const RUN_QUEUES = HOLDERS + MAXIMUM_PROCESSORS * WORDS_PER_LINE;
/** Next index to take; advanced by compare-exchange by the owner and by thieves. */
export const QUEUE_HEAD = 0;
/** Next index to fill; stored by the owner. */
export const QUEUE_TAIL = WORDS_PER_LINE;
/** Goroutine to run next, or 0; exchanged by the owner, taken by compare-exchange by thieves. */
export const QUEUE_NEXT = WORDS_PER_LINE + 1;
/** The ring; a slot is written by the owner before it advances the tail over it. */
export const QUEUE_RING = 2 * WORDS_PER_LINE;
export const RUN_QUEUE_WORDS = QUEUE_RING + RUN_QUEUE_CAPACITY;

export function queueBase(machine: number): number {
  return RUN_QUEUES + machine * RUN_QUEUE_WORDS;
}

// ---- Functions --------------------------------------------------------------------------------------------------
/** Handles of the blocks that hold function definitions, by function number; each written once, before it is used. */
export const FUNCTIONS = RUN_QUEUES + MAXIMUM_MACHINES * RUN_QUEUE_WORDS;
export const MAXIMUM_FUNCTIONS = 16_384;

// ---- Shapes -----------------------------------------------------------------------------------------------------
/**
 * The names of the properties of objects, by the shape's number; see `codec/shapes.ts`. Each is written once, by who has taken the
 * number: the names first, then, atomically, their count in the first word. 0 there: not yet.
 */
export const SHAPES = FUNCTIONS + MAXIMUM_FUNCTIONS;
export const MAXIMUM_SHAPES = 1024;
export const SHAPE_WORDS = 64;

/** State of each page: 0 inside a block, else order + 1, with PAGE_IS_FREE for a free one; under PAGE_LOCK. */
export const PAGE_STATES = SHAPES + MAXIMUM_SHAPES * SHAPE_WORDS;
export const PAGE_IS_FREE = 64;
const MAXIMUM_PAGES = 32_768;

/** What each page was cut into: its size class + 1, or 0; written once by the thread that cuts it. See `memory/walk.ts`. */
export const PAGE_CLASSES = PAGE_STATES + MAXIMUM_PAGES;

export const FIRST_HEAP_PAGE = Math.ceil((PAGE_CLASSES + MAXIMUM_PAGES) / PAGE_WORDS);

// ---- Blocks -----------------------------------------------------------------------------------------------------
/**
 * What a block holds. Two words stand before its address: BLOCK_REFERENCES (atomic; the block is freed by whoever
 * takes it to zero) and BLOCK_META (size class, kind, generation; written when it is allocated and freed).
 */
export const BLOCK_REFERENCES = -2;
export const BLOCK_META = -1;
/** META: kind in bits 0-4, 0 in a free block; size class in bits 5-12; generation in bits 13-26. */
export const KIND_MASK = 31;
export const CLASS_SHIFT = 5;
export const CLASS_MASK = 255;
export const GENERATION_SHIFT = 13;
export const GENERATION_MASK = 0x3fff;
export const BLOCK_HEADER_WORDS = 2;
/** Of a free block: the next one of its list. */
export const NEXT_FREE = 0;
/** Free blocks of a class that move between a machine and the shared list at once are about so many bytes. */
export const BATCH_BYTES = 4096;

export const KIND_TEXT = 1;
export const KIND_BINARY = 2;
export const KIND_GOROUTINE = 3;
export const KIND_WAITER = 4;
export const KIND_CHANNEL = 5;
export const KIND_RING = 6;
export const KIND_MUTEX = 7;
export const KIND_WAIT_GROUP = 8;
export const KIND_ATOMIC = 9;
export const KIND_SHARED_BUFFER = 10;
export const KIND_FUNCTION = 11;
export const KIND_TUPLE = 12;
export const KIND_SCRATCH = 13;
export const KIND_PARCEL = 14;
export const KIND_SEMAPHORE = 15;
export const KIND_RW_MUTEX = 16;
export const KIND_CONDITION = 17;
export const KIND_ONCE = 18;
export const KIND_BARRIER = 19;
/** A machine's ring of events: see `event-records.ts`. */
export const KIND_EVENTS = 22;
export const KIND_MEMBER = 24;
export const KIND_CONTEXT = 25;
/** A context's `done`, and what cancels it: a channel with more words behind it. */
export const KIND_DONE = 26;
export const KIND_TIMER = 27;
/** The channel of a timer or ticker: a channel with more words behind it. */
export const KIND_TIMER_CHANNEL = 28;
export const KIND_GROUP = 29;
