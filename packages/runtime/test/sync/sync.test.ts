import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { atomicInts } from './atomic-ints.mjs';
import { mutexes } from './mutexes.mjs';
import { proxies } from './proxies.mjs';
import { streams } from './streams.mjs';
import { transfers } from './transfers.mjs';
import { waitGroups } from './wait-groups.mjs';

for (const place of everywhere) {
  programsSuite('Mutex', place, mutexes);
  programsSuite('WaitGroup', place, waitGroups);
  programsSuite('AtomicInt', place, atomicInts);
  programsSuite('streams', place, streams);
  programsSuite('transfer', place, transfers);
  programsSuite('proxy', place, proxies);
}
