import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { cancels } from './cancels.mjs';

for (const place of everywhere) programsSuite('cancelling', place, cancels);
