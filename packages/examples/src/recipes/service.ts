// A service and a controller as NestJS has them, with TypeScript's decorators. A goroutine cannot use `this`, which stays on
// its own thread: what is needed of it is read into variables first, and those are copied.
// Try `curl localhost:8080/primes/3000000`.

import { go } from 'goroutines';
import { Controller, Get, Injectable, Param, serve } from './framework.ts';
import { countPrimes } from './primes.ts';

@Injectable()
class PrimesService {
  readonly portion = 100_000;
  private served = 0;

  async count(limit: number) {
    const { portion } = this;
    const counts = Array.from({ length: Math.ceil(limit / portion) }, (_, index) =>
      go(function* () {
        const from = index * portion;
        return yield* countPrimes(from, Math.min(from + portion, limit));
      }),
    );
    const primes = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    this.served++; // here, on the service's own thread, it is itself again
    return { limit, primes, served: this.served };
  }
}

@Controller('/primes')
class PrimesController {
  private readonly primes: PrimesService;

  constructor(primes: PrimesService) {
    this.primes = primes;
  }

  @Get('/:limit')
  count(@Param('limit') limit: string) {
    return this.primes.count(Number(limit));
  }
}

serve(new PrimesController(new PrimesService()), Number(process.argv[2] ?? 8080));
