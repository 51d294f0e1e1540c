/** What blocks are called in reports, by kind: the KIND_ numbers of `layout.ts`. */
import { KIND_CONTEXT, KIND_DONE, KIND_EVENTS, KIND_GROUP, KIND_MEMBER, KIND_TIMER, KIND_TIMER_CHANNEL } from './layout.ts';

const names: string[] = [
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
  'semaphores',
  'reader/writer mutexes',
  'conditions',
  'onces',
  'barriers',
];
names[KIND_EVENTS] = 'events';
names[KIND_MEMBER] = 'members of groups';
names[KIND_CONTEXT] = 'contexts';
names[KIND_DONE] = 'contexts';
names[KIND_TIMER] = 'timers';
names[KIND_TIMER_CHANNEL] = 'timers';
names[KIND_GROUP] = 'groups';

export const KIND_NAMES: readonly string[] = names;
