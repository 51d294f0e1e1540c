/** What blocks are called in reports, by kind: the KIND_ numbers of `layout.ts`. */
export const KIND_NAMES: readonly string[] = [
  'free',
  'texts',
  'values',
  'goroutines',
  'waiters',
  'channels',
  'channel buffers',
  'mutexes',
  'wait groups',
  'atomics',
  'shared buffers',
  'functions',
  'arguments',
  'scratch',
  'parcels',
];
