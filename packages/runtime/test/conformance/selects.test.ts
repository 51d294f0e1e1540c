import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { selects } from './selects.mjs';

for (const place of everywhere) programsSuite('select', place, selects);
