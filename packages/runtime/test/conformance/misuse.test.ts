import { asyncCode, callingThread } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { misuse } from './misuse.mjs';

// Where no other thread takes or gives memory meanwhile.
for (const place of [callingThread, asyncCode]) programsSuite('misuse', place, misuse);
