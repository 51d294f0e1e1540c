import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { powerSeries } from './power-series.mjs';

for (const place of everywhere) programsSuite('power series', place, powerSeries);
