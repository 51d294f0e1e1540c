/**
 * How a machine sleeps and is woken: its state word, and one pending `Atomics.waitAsync` on it.
 *
 *   AWAKE ──owner──▶ POLLING ──owner, in its loop's next turn, nothing pending──▶ SLEEPING
 *     ▲                 │                                   │
 *     └──anybody, by compare-exchange, then notify──────────┘
 *
 * A machine sleeps in libuv, so that its timers and promises still fire. `waitAsync` is used at most once at a time, and
 * whoever changes the word back to AWAKE notifies, the owner included: so it is settled exactly once a sleep, and none
 * is left behind (an unnotified one leaks in V8).
 *
 * No wake-up is lost. The waker: (1) publishes the work, (2) loads the state. The sleeper: (1) stores POLLING,
 * (2) looks for work again. All four are sequentially consistent, so at least one of the two sees the other: either the
 * waker sees POLLING and wakes, or the sleeper sees the work and stays.
 *
 * BUSY_MACHINES counts the workers whose state is not SLEEPING. The step from POLLING to SLEEPING is the owner's, after
 * it has looked for work, so nobody can have left work without waking it; the step back is counted by whoever makes it. The
 * owner makes its step a turn of its event loop after the slice, since what goroutines have left to promises runs between the two.
 * A worker leaves the count after its step and a waker joins it after its own: the count may be too high for a moment,
 * never too low. So when the main thread reads 0, every worker sleeps with nothing to do, and only the main thread
 * itself can change that.
 */
import { arena } from '../memory/arena.ts';
import { add, and, compareExchange, load, notify, or, store, waitAsyncWhile } from '../memory/atomics.ts';
import {
  BUSY_MACHINES,
  IDLE_MACHINES,
  MACHINE_SEARCHING,
  MACHINE_STATE,
  MACHINE_STATE_AWAKE,
  MACHINE_STATE_POLLING,
  MACHINE_STATE_SLEEPING,
  machineBase,
} from '../memory/layout.ts';
import { COUNT_SLEEPS, COUNT_WAKES_SENT, machine } from './machine.ts';
import { schedule } from './schedule.ts';

/** Number of the last sleep of this thread, advanced when it ends. */
let sleeps = 0;

/** Called on the main thread when it has put a sleeping worker back to work: the process must stay. */
let onWorkersBusy: () => void = () => undefined;

export function whenWorkersBusy(callback: () => void): void {
  onWorkersBusy = callback;
}

/** Wakes a machine that sleeps; nothing happens when it is awake. The caller has published the work before. */
export function wakeMachine(number: number): boolean {
  const address = machineBase(number) + MACHINE_STATE;
  for (;;) {
    const state = load(address);
    if (state !== MACHINE_STATE_POLLING && state !== MACHINE_STATE_SLEEPING) return false;
    if (compareExchange(address, state, MACHINE_STATE_AWAKE) !== state) continue;
    if (state === MACHINE_STATE_SLEEPING) {
      add(BUSY_MACHINES, 1);
      if (machine.number === 0) onWorkersBusy();
    }
    notify(address, 1);
    machine.count(COUNT_WAKES_SENT);
    return true;
  }
}

/**
 * Announces this machine asleep: from now on it is woken, and for unstarted goroutines if it takes any. Look for work
 * once more before `sleep`.
 */
export function announceSleep(takesWork: boolean): void {
  machine.asleep = true;
  // First: who clears the idle bit has counted this machine in SEARCHING and must be able to wake it.
  store(machine.base + MACHINE_STATE, MACHINE_STATE_POLLING);
  if (takesWork) {
    machine.announcedIdle = true;
    or(IDLE_MACHINES + (machine.number >> 5), 1 << (machine.number & 31));
  }
}

/** Sleeps until somebody wakes this machine, which asks for a slice. Returns false when it was woken already. */
export function sleep(): boolean {
  const woken = waitAsyncWhile(machine.base + MACHINE_STATE, MACHINE_STATE_POLLING);
  if (woken === null) return false;
  machine.count(COUNT_SLEEPS);
  const mine = ++sleeps;
  // Settled by this thread's own `rise` too; then the sleep is over, and asking for a slice would never end.
  void woken.then(() => {
    if (mine === sleeps) schedule();
  });
  return true;
}

/** If it still sleeps, it does not count as busy any more; unless something of its own is pending. */
export function rest(): void {
  // Who waits for a processor has goroutines to run.
  if (machine.waits || machine.hasPending() || machine.foreignWork) return;
  const address = machine.base + MACHINE_STATE;
  if (compareExchange(address, MACHINE_STATE_POLLING, MACHINE_STATE_SLEEPING) !== MACHINE_STATE_POLLING) return;
  if (add(BUSY_MACHINES, -1) === 1) wakeMachine(0);
}

/** This machine is awake, whoever woke it. Takes back what `announceSleep` and `sleep` announced. */
export function rise(): void {
  const address = machine.base + MACHINE_STATE;
  for (;;) {
    const state = load(address);
    if (state === MACHINE_STATE_AWAKE) break;
    if (compareExchange(address, state, MACHINE_STATE_AWAKE) !== state) continue;
    // A timer or promise of this thread's own was faster than any waker.
    if (state === MACHINE_STATE_SLEEPING && add(BUSY_MACHINES, 1) === 0) wakeMachine(0);
    notify(address, 1);
    break;
  }
  sleeps++;
  machine.asleep = false;
  if (machine.announcedIdle) {
    machine.announcedIdle = false;
    const bit = 1 << (machine.number & 31);
    const before = and(IDLE_MACHINES + (machine.number >> 5), ~bit);
    // Somebody chose this machine to look for work and has counted it in SEARCHING: see `wake.ts`.
    if ((before & bit) === 0) {
      machine.searching = true;
      arena.words[machine.base + MACHINE_SEARCHING] = 1;
    }
  }
}
