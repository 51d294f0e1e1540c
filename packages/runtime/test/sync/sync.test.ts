import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { atomicInts } from './atomic-ints.mjs';
import { barriers } from './barriers.mjs';
import { conds } from './conds.mjs';
import { exclusives } from './exclusives.mjs';
import { mutexes } from './mutexes.mjs';
import { onces } from './onces.mjs';
import { proxies } from './proxies.mjs';
import { rwMutexes } from './rw-mutexes.mjs';
import { semaphores } from './semaphores.mjs';
import { streams } from './streams.mjs';
import { transfers } from './transfers.mjs';
import { waitGroups } from './wait-groups.mjs';

for (const place of everywhere) {
  programsSuite('Mutex', place, mutexes);
  programsSuite('Mutex as of async-mutex', place, exclusives);
  programsSuite('RWMutex', place, rwMutexes);
  programsSuite('Once', place, onces);
  programsSuite('Cond', place, conds);
  programsSuite('Semaphore', place, semaphores);
  programsSuite('Barrier', place, barriers);
  programsSuite('WaitGroup', place, waitGroups);
  programsSuite('AtomicInt', place, atomicInts);
  programsSuite('streams', place, streams);
  programsSuite('transfer', place, transfers);
  programsSuite('proxy', place, proxies);
}
