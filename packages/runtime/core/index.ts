/**
 * The core: what goroutines of all threads do to shared memory, compiled to WebAssembly (AssemblyScript).
 *
 * Why not TypeScript: V8 does not inline `Atomics`; each costs a call of 7.5 ns, a lock taken and given back 15. In
 * WebAssembly they are single instructions, and calling in costs 3 ns once: lock, ring and waiters of a send together 9 ns.
 *
 * One instance a thread, on the one memory that is the arena. It has no data of its own in there, and no stack.
 */
import { closeChannel, lockChannel, unlockChannel } from './channel.ts';
import { broadcastCondition, signalCondition } from './condition.ts';
import { keepDistance } from './distance.ts';
import {
  closeEvents,
  noteCause,
  noteEnd,
  noteEvent,
  noteGoroutine,
  noteProcessor,
  noteReady,
  noteStart,
  openEvents,
  tellKept,
} from './events.ts';
import { lock, unlock } from './lock.ts';
import {
  add,
  and,
  compareExchange,
  exchange,
  loadWord as load,
  or,
  storeWord as store,
} from './memory.ts';
import { cancelMutex, nameHolder, retryLock, tryLock as tryLockMutex, unlockMutex } from './mutex.ts';
import { enterOnce, finishOnce } from './once.ts';
import {
  drive,
  lockMutex,
  passOverLost,
  poll,
  receive,
  receiveLooking,
  receiveOrWait,
  send,
  sendLooking,
  sendOrWait,
  withdraw,
} from './operation.ts';
import { initialize, lookOut, needsWake, post, send as sendWaiter, takeServed } from './ready.ts';
import {
  completeRecord,
  createRecord,
  dropRecord,
  dropRecordValues,
  fillRecord,
  finishUnknown,
  startRecord,
} from './record.ts';
import { endOffer } from './rendezvous.ts';
import { popRun, popRunNewest, popRunNext, pushRun, pushRunNext, submitRun, takeRun } from './run-queue.ts';
import { unlockReader, unlockWriter } from './rw-mutex.ts';
import { seedRandom, selectEnroll, selectPoll } from './select.ts';
import { cancelSemaphore, releaseSemaphore, setSemaphore, tryTakeSemaphore } from './semaphore.ts';
import { fireTimer } from './timer.ts';
import { addToGroup } from './wait-group.ts';

export {
  add,
  addToGroup,
  and,
  broadcastCondition,
  cancelMutex,
  cancelSemaphore,
  closeChannel,
  closeEvents,
  compareExchange,
  completeRecord,
  createRecord,
  drive,
  dropRecord,
  dropRecordValues,
  endOffer,
  enterOnce,
  exchange,
  fillRecord,
  finishOnce,
  finishUnknown,
  fireTimer,
  initialize,
  keepDistance,
  load,
  lock,
  lockChannel,
  lockMutex,
  lookOut,
  nameHolder,
  needsWake,
  noteCause,
  noteEnd,
  noteEvent,
  noteGoroutine,
  noteProcessor,
  noteReady,
  noteStart,
  openEvents,
  or,
  passOverLost,
  poll,
  popRun,
  popRunNewest,
  popRunNext,
  post,
  pushRun,
  pushRunNext,
  receive,
  receiveLooking,
  receiveOrWait,
  releaseSemaphore,
  retryLock,
  seedRandom,
  selectEnroll,
  selectPoll,
  send,
  sendLooking,
  sendOrWait,
  sendWaiter,
  setSemaphore,
  signalCondition,
  startRecord,
  store,
  submitRun,
  takeRun,
  takeServed,
  tellKept,
  tryLockMutex,
  tryTakeSemaphore,
  unlock,
  unlockChannel,
  unlockMutex,
  unlockReader,
  unlockWriter,
  withdraw,
};
