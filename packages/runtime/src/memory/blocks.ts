/**
 * The words of blocks that goroutines wait in and for: the one description that both the core (`core/`, compiled to
 * WebAssembly) and the TypeScript around it use. Only constants, and no imports, so that both can read this file.
 *
 * Offsets are from the block's address. All words of an object but those that say otherwise are under its LOCK.
 */

// ---- Waiter: who stands in a waiting queue; see scheduler/waiter.ts ------------------------------------------------
/** Link in a machine's inbox; written by the waker. */
export const WAITER_LINK = 0;
/** Links in the waiting queue, and the queue itself while it stands in one (else 0); under the object's lock. */
export const WAITER_NEXT = 1;
export const WAITER_PREVIOUS = 2;
export const WAITER_QUEUE = 3;
/** Who waits: the machine and its entry in that machine's table. */
export const WAITER_MACHINE = 4;
export const WAITER_SLOT = 5;
/** A cell (even offset): the value to send, or the value received; in the line of a lock, the waiter's priority as a double. */
export const WAITER_CELL = 6;
/** What the waker did; one of the OUTCOME_ values. */
export const WAITER_OUTCOME = 8;
/** Address of the claim word, or 0. */
export const WAITER_CLAIM = 9;
/** What the claim word becomes when this waiter wins: its case, counted from 1. */
export const WAITER_CASE = 10;
/** The claim word of a select, in its first waiter. */
export const WAITER_CLAIM_WORD = 11;
/** A number for the object's own use: a weight, how often a waiter was woken in vain, or who asks for a reader/writer mutex. */
export const WAITER_DETAIL = 12;
/** One of the WATCH_ values: see `core/ready.ts`. */
export const WAITER_WATCH = 13;
export const WAITER_WORDS = 14;
/** Of a thread's carrier, which is as long as a waiter and has a CELL as that: the waiter that is to take its place in a line, or 0. */
export const CARRIER_SPARE = 1;

export const OUTCOME_NONE = 0;
/** The operation was carried out for the waiter. */
export const OUTCOME_DONE = 1;
/** The object was closed. */
export const OUTCOME_CLOSED = 2;
/** It is the waiter's turn, and it has to try again. */
export const OUTCOME_RETRY = 3;
/** The waiter was sent away by the object's `cancel`. */
export const OUTCOME_CANCELED = 4;

export const UNCLAIMED = 0;

export const WATCH_NOT = 0;
/** Its owner looks at this very word. */
export const WATCH_WATCHED = 1;
/** The owner is to go on. */
export const WATCH_SERVED = 2;

// ---- Channel: see core/channel.ts for what its locks are ------------------------------------------------------------
/** The lock of an unbuffered channel; a buffered one has two, in its ring. */
export const CHANNEL_LOCK = 0;
export const CHANNEL_CAPACITY = 1;
/** The machine that reads the source of this channel; 0: none, or the main thread. Written once. */
export const CHANNEL_FEEDER = 2;
/** The machine that has made a stream of this channel last; 0: none, or the main thread. Written by it, without the lock. */
export const CHANNEL_READER = 3;
export const CHANNEL_CLOSED = 4;
/** Address of the ring; 0 without one. Written once. */
export const CHANNEL_RING = 5;
export const CHANNEL_RECEIVERS = 6;
export const CHANNEL_SENDERS = 8;
/** One of the END_ values: by compare-exchange and store, without LOCK; see `sync/channel-end.ts`. */
export const CHANNEL_END = 10;
/** Address of the channel that is closed when the readers of this one have left, on which it has a reference; else 0. Written once. */
export const CHANNEL_SOURCE = 11;
/** A cell (even offset): the error or reason that belongs to the end; written by the one who stored END_WRITING. */
export const CHANNEL_WHY = 12;
/** Fills a block of 64 bytes with its header, so that a channel is one cache line. */
export const CHANNEL_WORDS = 14;
/**
 * An unbuffered channel has a second line: see `core/rendezvous.ts`. MEETING is a cell (even offset), by compare-exchange and
 * store, without LOCK: a value that was handed over, or HIGH_MEETING with one of the MEETING_ values. Who changed it to PREPARED writes
 * OFFERER, the machine that offers (0 as long as nobody may: under LOCK).
 */
export const CHANNEL_OFFERER = 14;
export const CHANNEL_MEETING = 16;
export const UNBUFFERED_WORDS = 30;

export const MEETING_NONE = 0;
/** A receiver is about to offer. */
export const MEETING_PREPARED = 1;
/** It takes whatever is handed to it, until it has withdrawn. */
export const MEETING_OPEN = 2;

// ---- Ring of a buffered channel: a line of the cache for senders, one for receivers, then the values -----------------
/**
 * The senders' lock, and above its state how many values were put in so far (`core/lock.ts`: a lock that counts); the slot of the
 * next. The lock's word may be read without it.
 */
export const RING_TAIL = 0;
export const RING_TAIL_SLOT = 1;
/** HEAD's count, as senders have seen it last. Under their lock. */
export const RING_SEEN_HEAD = 2;
/**
 * Of each end, counted from its lock, and under it: see `core/distance.ts`. How often it may still come near the other one before
 * it tries to keep off; how often in all; and 1 after it has tried.
 */
export const RING_NEAR_LEFT = 3;
export const RING_NEAR_INTERVAL = 4;
export const RING_NEAR_TRIED = 5;
/** LEFT of a new ring. */
export const NEAR_FIRST_INTERVAL = 64;
/** The receivers' lock, and how many were taken out so far; the slot of the next. */
export const RING_HEAD = 16;
export const RING_HEAD_SLOT = 17;
/** TAIL's count, as receivers have seen it last. Under their lock. */
export const RING_SEEN_TAIL = 18;
/** The bits of a count that are the lock's, and what one value adds. */
export const COUNT_STATE = 3;
export const COUNT_ONE = 4;
/** The values, as cells (even offset). */
export const RING_SLOTS = 32;

/** Nothing but `close`, so far. */
export const END_PLAIN = 0;
/** Somebody writes WHY. */
export const END_WRITING = 1;
/** What fed the channel has failed: receivers get the error, once the channel is drained. */
export const END_FAILED = 2;
/** Its reader has gone: senders are cancelled. */
export const END_LEFT = 3;
// ---- Channel of a timer: the words of a channel, then these; see time/timer-channel.ts -------------------------------
/** The number of the arming that is to fire, 0: none; under the channel's locks. */
export const TIMER_ARMED = 14;

// ---- Who holds a lock, for reports: the lowest 32 bits of a goroutine's number, or this; see scheduler/holder.ts ----
/** Somebody: async code, or one that has not said yet who it is. */
export const HOLDER_UNKNOWN = -1;

// ---- Mutex ---------------------------------------------------------------------------------------------------------
export const MUTEX_LOCK = 0;
/** Who holds the mutex: 0 nobody, else a HOLDER_ value or a goroutine. Set without LOCK by a compare-exchange from 0. */
export const MUTEX_HELD = 1;
export const MUTEX_WAITERS = 2;
/** Machine + 1 of the waiter that was woken to try again, else 0; written under LOCK. */
export const MUTEX_WOKEN = 4;
/** Not 0: the next unlocking hands the mutex over; written under LOCK. */
export const MUTEX_HAND_OVER = 5;
/** Those who wait until it is free, without wanting it. */
export const MUTEX_WATCHERS = 6;
/** Not 0: the waiter that was woken to try again is not to wait once more. */
export const MUTEX_CANCELED = 8;
/** A cell: the error for those who are sent away; undefined for the usual one. Written once. */
export const MUTEX_ERROR = 10;
export const MUTEX_WORDS = 12;

// ---- Wait group ----------------------------------------------------------------------------------------------------
export const GROUP_LOCK = 0;
/** Changed by compare-exchange; to zero only under LOCK. */
export const GROUP_COUNT = 1;
export const GROUP_WAITERS = 2;
export const GROUP_WORDS = 4;

// ---- Semaphore -----------------------------------------------------------------------------------------------------
export const SEMAPHORE_LOCK = 0;
/** What is left; may be negative. */
export const SEMAPHORE_VALUE = 1;
export const SEMAPHORE_WAITERS = 2;
/** Those who wait until it could be acquired, without wanting it. */
export const SEMAPHORE_WATCHERS = 4;
/** As MUTEX_ERROR. */
export const SEMAPHORE_ERROR = 6;
export const SEMAPHORE_WORDS = 8;

// ---- Reader/writer mutex -------------------------------------------------------------------------------------------
export const RW_LOCK = 0;
/** How many readers hold it, and which writer: 0 none, else a HOLDER_ value or a goroutine. */
export const RW_READERS = 1;
export const RW_WRITER = 2;
/** Not 0: one that was not known to read has unlocked, so who is known may not read any more. Until nobody reads. */
export const RW_UNSURE = 3;
export const RW_READ_WAITERS = 4;
export const RW_WRITE_WAITERS = 6;
/** The first of them that read and said who they are; 0 is a free place. For reports. */
export const RW_KNOWN_READERS = 8;
export const RW_KNOWN_COUNT = 6;
export const RW_WORDS = 14;

// ---- Condition variable --------------------------------------------------------------------------------------------
export const CONDITION_LOCK = 0;
export const CONDITION_WAITERS = 2;
/** A cell: the mutex. Written once. */
export const CONDITION_MUTEX = 4;
export const CONDITION_WORDS = 6;

// ---- Once ----------------------------------------------------------------------------------------------------------
export const ONCE_LOCK = 0;
/** One of the ONCE_ values; to ONCE_DONE only under LOCK. */
export const ONCE_STATE = 1;
export const ONCE_WAITERS = 2;
/** Who runs the function, as MUTEX_HELD has it, while the state is ONCE_RUNNING; written by that one, for reports. */
export const ONCE_RUNNER = 4;
export const ONCE_WORDS = 6;
export const ONCE_FRESH = 0;
export const ONCE_RUNNING = 1;
export const ONCE_DONE = 2;

// ---- Barrier -------------------------------------------------------------------------------------------------------
export const BARRIER_LOCK = 0;
/** Written once. */
export const BARRIER_PARTIES = 1;
export const BARRIER_WAITERS = 2;
/** How many stand in the line. */
export const BARRIER_COUNT = 4;
export const BARRIER_WORDS = 6;

// ---- Record of a goroutine: its life is told in scheduler/goroutine.ts -----------------------------------------------
/** Link in the global queue, in that of blocking calls, or in a group's line; written by whoever owns the record. */
export const RECORD_LINK = 0;
/** The number of its function, with flags; negative for a goroutine of `go.local`. Written once. */
export const RECORD_FUNCTION = 1;
/** Cells (even offsets): the captured values until the start, the name for dumps, the value or error at the end. */
export const RECORD_CAPTURES = 2;
export const RECORD_NAME = 4;
export const RECORD_RESULT = 6;
/** Up to waiting written by its owner for others to look at. */
export const RECORD_STATUS = 8;
/** Guards JOINERS and the last step of STATUS, unless nobody knows the goroutine: see core/record.ts. */
export const RECORD_LOCK = 9;
/** Waiting queue of joiners: head and tail. */
export const RECORD_JOINERS = 10;
/** A cell: the goroutine's number. Written once. */
export const RECORD_NUMBER = 12;
/** The machine on which it runs, once started; before, -1. */
export const RECORD_MACHINE = 14;
/**
 * The forms of arguments and captured values, as `encodeTuple` returned them; 0 once they are taken. Up to the start, either has the
 * other's cell to spare where that is empty, and the one of the result.
 */
export const RECORD_ARGUMENTS_FORM = 15;
/** Not 0 once somebody has asked for the result, so that an error is not reported as lost; any thread stores 1. */
export const RECORD_JOINED = 16;
export const RECORD_CAPTURES_FORM = 17;
/** Its member block, if somebody wants to know of its end: see scheduler/member.ts. Written before it is queued, and at its end. */
export const RECORD_MEMBER = 18;
/** The machine that started it, with flags; written by that machine, and at its end by its own. */
export const RECORD_STARTER = 19;
/** Its entry in its machine's table while it waits; written by that machine. */
export const RECORD_TASK_SLOT = 20;
/** Not 0 once it was cancelled; see scheduler/cancel.ts. */
export const RECORD_CANCELED = 21;
/** A cell: why it was cancelled. Written by the one canceller. */
export const RECORD_CANCEL_REASON = 22;
/** A cell: the arguments until the start. */
export const RECORD_ARGUMENTS = 24;
/**
 * With the block's header 112 bytes, which is a size class. A record of 128 made a burst of goroutines from the main thread (400 ns
 * each) 300 ns slower: they lie badly in the cache.
 */
export const RECORD_WORDS = 26;
/** That size class. */
export const RECORD_CLASS = 5;

export const STATUS_RUNNABLE = 0;
/** From this status on a goroutine has ended. */
export const STATUS_DONE = 3;

/** What `finishUnknown` has done: see `core/record.ts`. */
export const FINISHED_NOT = 0;
export const FINISHED = 1;
export const FINISHED_HOLDING = 2;

// ---- Several values in one cell: see scheduler/tuple.ts --------------------------------------------------------------
/** Added to the count where the values are one array. */
export const TUPLE_AS_ARRAY = 1 << 28;
/** Added to the count where the values stand in the spare cells. */
export const TUPLE_SPREAD = 1 << 29;
/** The form of the captured values of an ended goroutine whose cell has its creator in their place; no tuple has it. */
export const TUPLE_CREATOR = TUPLE_AS_ARRAY;

// ---- Operations: what `core/operation.ts` can carry out ------------------------------------------------------------
/** An event of this thread: nothing in shared memory. */
export const OPERATION_EVENT = 0;
export const OPERATION_SEND = 1;
export const OPERATION_RECEIVE = 2;
export const OPERATION_LOCK = 3;
export const OPERATION_WAIT = 4;
export const OPERATION_JOIN = 5;
/** Mutex: take it by priority; wait until it is free. */
export const OPERATION_LOCK_BY_PRIORITY = 6;
export const OPERATION_WATCH_MUTEX = 7;
export const OPERATION_ACQUIRE = 8;
export const OPERATION_WATCH_SEMAPHORE = 9;
export const OPERATION_WRITE_LOCK = 10;
export const OPERATION_READ_LOCK = 11;
export const OPERATION_CONDITION = 12;
export const OPERATION_ONCE = 13;
export const OPERATION_BARRIER = 14;

/** What carrying one out has come to. Above 0: done, and this machine's entry `result - 1` is to be woken. */
export const RESULT_DONE = 0;
/** It cannot be carried out now; where that is possible, its waiter now stands in the queue. */
export const RESULT_WAITS = -1;
/** Done, in so far as the object is closed. */
export const RESULT_CLOSED = -2;
/** Refused: see the function. */
export const RESULT_REFUSED = -3;
/** Done, and several are to be woken: `takeServed` gives their chain. */
export const RESULT_MANY = -4;
/** It would have to wait, at a ring or for a rendezvous, and does not yet: see `sync/patience.ts`. */
export const RESULT_WOULD_WAIT = -5;
/** Done, at a ring whose other end is near: see `core/distance.ts`. */
export const RESULT_NEAR = -6;
/** It would have to wait, but the carrier has no spare waiter that could: see `scheduler/waiter.ts`. */
export const RESULT_NO_SPARE = -7;
/** And below: done, and the machine `RESULT_WAKES - result`, which may sleep, is to be woken. */
export const RESULT_WAKES = -16;

/** What `lookOut` has seen: something in the inbox or in the global queue; or that the watched waiter was served. */
export const SEEN_NOTHING = 0;
export const SEEN_WORK = 1;
export const SEEN_SERVED = 2;

/** What `takeRun` and `submitRun` give in the place of a goroutine: see `core/run-queue.ts`. */
export const RUN_OTHERS_IDLE = -1;
export const RUN_WAKES = -2;

// ---- Cases of a select, in a scratch block of the thread ------------------------------------------------------------
export const SELECT_OPERATION = 0;
export const SELECT_OBJECT = 1;
export const SELECT_WAITER = 2;
/** Not part of the case: the core's own, a random order and the locks in order of address. */
export const SELECT_ORDER = 3;
export const SELECT_LOCK = 4;
/** Not 0: that is the first of a channel's two locks. */
export const SELECT_PAIR = 5;
export const SELECT_CASE_WORDS = 6;
/** The first word of the scratch block: the case that was carried out. Then the cases. */
export const SELECT_HIT = 0;
export const SELECT_CASES = 2;
