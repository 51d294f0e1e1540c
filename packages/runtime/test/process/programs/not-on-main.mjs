// A module that only threads can load.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) throw new Error('refused on the main thread');

export const factor = 2;
