/** The public surface of `goroutines`, and nothing else. */

export type { MutexInterface, SemaphoreInterface } from 'async-mutex';
export { blocking } from './blocking.ts';
export { transfer } from './codec/transfer.ts';
export {
  background,
  type CancelFunction,
  type Context,
  type ContextKey,
  fromSignal,
  withCancel,
  withDeadline,
  withValue,
} from './context/context.ts';
export { type RuntimeControl, runtime } from './control.ts';
export type { Dashboard, DashboardOptions } from './dashboard/dashboard.ts';
export {
  ArenaExhaustedError,
  CanceledError,
  CaptureError,
  ClosedChannelError,
  DataCloneError,
  DeadlineExceededError,
  DeadlockError,
  RuntimeStateError,
  SyncError,
  ThreadLostError,
} from './errors.ts';
export { type Go, type GoOptions, type GoroutineFunction, go, type ResultOf, run } from './go.ts';
export { type Group, group } from './group/group.ts';
export type { DeadlockMessage } from './observe/deadlock.ts';
export type { Deadlock, DeadlockedGoroutine } from './observe/deadlocks.ts';
export type { EventDetail, EventsListener, ReadyCause, SchedulerEvent } from './observe/events.ts';
export type { GoroutineInfo } from './observe/goroutines.ts';
export type { LeakOptions } from './observe/leaks.ts';
export type { Metrics } from './observe/metrics.ts';
export type { MachineSnapshot, MachineState, ProcessorSnapshot, Snapshot } from './observe/snapshot.ts';
export type { MachineStats, Stats } from './observe/stats.ts';
export type { Trace, TraceOptions } from './observe/trace.ts';
export { after, gosched, sleep, wait } from './operations.ts';
export type {
  CreateMessage,
  EndMessage,
  HandoffMessage,
  ThreadMessage,
  UncaughtMessage,
} from './scheduler/diagnostics.ts';
export type { Goroutine } from './scheduler/handle.ts';
export type { Op } from './scheduler/operation.ts';
export type { Settings } from './settings.ts';
export { AtomicInt } from './sync/atomic-int.ts';
export { Barrier } from './sync/barrier.ts';
export { Chan, chan, type ReceiveOkOp, type ReceiveOp, type RecvChan, type SendChan } from './sync/channel.ts';
export { Cond } from './sync/cond.ts';
export type { EagerOperation as EagerOp } from './sync/eager.ts';
export type { Guard } from './sync/guard.ts';
export { E_ALREADY_LOCKED, E_CANCELED, E_TIMEOUT } from './sync/lock-errors.ts';
export { Mutex, type Releaser } from './sync/mutex.ts';
export { Once } from './sync/once.ts';
export { proxy, type Remote } from './sync/proxy.ts';
export { RWMutex } from './sync/rw-mutex.ts';
export { type DefaultHit, type SelectCases, type SelectHit, select } from './sync/select.ts';
export { type Acquired, Semaphore } from './sync/semaphore.ts';
export { WaitGroup } from './sync/wait-group.ts';
export {
  type LimitedMutex,
  type LimitedSemaphore,
  type MutexLike,
  type SemaphoreLike,
  tryAcquire,
} from './sync/with-timeout.ts';
export { type Ticker, type Timer, ticker, timer } from './time/timer.ts';
export { withTimeout } from './with-timeout.ts';
