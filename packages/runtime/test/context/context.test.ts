import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { bound } from './bound.mjs';
import { contexts } from './contexts.mjs';

for (const place of everywhere) {
  programsSuite('contexts', place, contexts);
  programsSuite('goroutines of a context', place, bound);
}
