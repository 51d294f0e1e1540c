/** What a parked goroutine waits for: a closed list of words that users read in reports. Each is unique and says what it is. */
export const WAIT_REASONS = [
  'sleep',
  'promise',
  'chan send',
  'chan receive',
  'select',
  'select (no cases)',
  'mutex lock',
  'mutex unlocked',
  'rwmutex lock',
  'rwmutex rlock',
  'semaphore acquire',
  'semaphore free',
  'cond wait',
  'once',
  'barrier',
  'wait group',
  'goroutine join',
  'end of main',
  'blocking call',
  'yield',
] as const;

export type WaitReason = (typeof WAIT_REASONS)[number];
