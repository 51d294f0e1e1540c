import { asyncCode, callingThread, mainGoroutine, oneThread, threads } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { classics } from './classics.mjs';

for (const place of [oneThread, threads, callingThread]) programsSuite('whole programs', place, classics);

const goTests = [
  'a chain of 10,000 goroutines', // test/chan/goroutines.go
  'the first 1,000 primes out of a sieve of goroutines', // test/chan/sieve1.go
  'many consumers with interruptions', // runtime/chan_test.go: TestMultiConsumer
] as const;
const onMain = Object.fromEntries(goTests.map((name) => [name, classics[name]]));
for (const place of [mainGoroutine, asyncCode]) programsSuite("Go's own tests among whole programs", place, onMain);
