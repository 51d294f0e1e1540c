import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { goroutines } from './goroutines.mjs';

for (const place of everywhere) programsSuite('goroutines', place, goroutines);
