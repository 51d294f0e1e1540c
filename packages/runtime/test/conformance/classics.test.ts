import { callingThread, oneThread, threads } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { classics } from './classics.mjs';

for (const place of [oneThread, threads, callingThread]) programsSuite('whole programs', place, classics);
