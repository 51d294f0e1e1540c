/** A module that no worker ever has loaded. */
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) await new Promise(() => undefined);

export const nothing = undefined;
