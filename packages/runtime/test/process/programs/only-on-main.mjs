// A module that only the main thread can load.
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) throw new Error('refused on threads');

export const factor = 3;
