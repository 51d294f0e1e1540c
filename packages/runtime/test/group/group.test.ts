import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { groups } from './groups.mjs';

for (const place of everywhere) programsSuite('groups', place, groups);
