/**
 * What the package exports, as far as the rules must know it: which calls make an operation, and what the objects are that
 * have methods which do. The rules see syntax only, and these tables stand in for the types.
 */

/** `Op`: an operation. `Generator`: a generator that only `yield*` carries out. Any other name: an object of that class. */
export type Kind = string;
type Table<V> = Readonly<Record<string, V>>;

/** What a call of an exported function gives. */
export const callResults: Table<Kind> = {
  chan: 'Chan',
  sleep: 'Op',
  after: 'Op',
  gosched: 'Op',
  wait: 'Op',
  blocking: 'Op',
  select: 'Op',
  go: 'Goroutine',
  'go.local': 'Goroutine',
  'go.with': 'Goroutine',
  'Chan.from': 'Chan',
  group: 'Group',
  ticker: 'Ticker',
  timer: 'Timer',
  background: 'Context',
  withValue: 'Context',
  fromSignal: 'Context',
};

/** What the methods of an object give when they are called. */
export const methods: Table<Table<Kind>> = {
  Op: {},
  Goroutine: { join: 'Op' },
  Chan: { send: 'Op', recv: 'Op', recvOk: 'Op', forEach: 'Generator' },
  SendChan: { send: 'Op' },
  RecvChan: { recv: 'Op', recvOk: 'Op', forEach: 'Generator' },
  Mutex: { lock: 'Op' },
  RWMutex: { lock: 'Op', rLock: 'Op' },
  WaitGroup: { wait: 'Op' },
  Once: { do: 'Op' },
  Cond: { wait: 'Op' },
  Semaphore: { acquire: 'Op' },
  Barrier: { wait: 'Op' },
  Group: { wait: 'Op' },
  Ticker: {},
  Timer: {},
  Context: {},
};

/** What properties of an object are. */
export const properties: Table<Table<Kind>> = {
  Ticker: { chan: 'RecvChan' },
  Timer: { chan: 'RecvChan' },
  Context: { done: 'RecvChan' },
};

/** The functions that take one to another thread, and at which argument. `go.local` stays on its thread. */
export const starters: Table<number> = { go: 0, 'go.with': 1, blocking: 0 };
/** Objects whose method `go` does so. */
export const startingKinds: ReadonlySet<Kind> = new Set(['WaitGroup', 'Group']);
