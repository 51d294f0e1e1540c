import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { atomicInts } from './atomic-ints.mjs';
import { mutexes } from './mutexes.mjs';
import { waitGroups } from './wait-groups.mjs';

for (const place of everywhere) {
  programsSuite(place, mutexes);
  programsSuite(place, waitGroups);
  programsSuite(place, atomicInts);
}
