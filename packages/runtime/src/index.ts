/** The public surface of `goroutines`, and nothing else. */
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
  withTimeout,
  withValue,
} from './context/context.ts';
export { type RuntimeControl, runtime } from './control.ts';
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
export type { GoroutineInfo } from './observe/goroutines.ts';
export type { Stats } from './observe/stats.ts';
export { after, gosched, sleep, wait } from './operations.ts';
export type { Goroutine } from './scheduler/handle.ts';
export type { Operation as Op } from './scheduler/operation.ts';
export type { Settings } from './settings.ts';
export { AtomicInt } from './sync/atomic-int.ts';
export { Chan, chan, type ReceiveOkOp, type ReceiveOp, type RecvChan, type SendChan } from './sync/channel.ts';
export { type Guard, Mutex } from './sync/mutex.ts';
export { proxy, type Remote } from './sync/proxy.ts';
export { type DefaultHit, type SelectCases, type SelectHit, select } from './sync/select.ts';
export { WaitGroup } from './sync/wait-group.ts';
export { type Ticker, type Timer, ticker, timer } from './time/timer.ts';
