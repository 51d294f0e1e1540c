// Imported first on every thread: all but the main one end before they are ready, as ENDS says.
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  if (process.env.ENDS === 'exit') process.exit(3);
  throw new Error('nothing for threads');
}
