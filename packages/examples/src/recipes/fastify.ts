// Fastify: as with Express, and nobody computes for a client that has gone. `close` comes when the answer is sent or the
// connection lost; the signal cancels the goroutine, wherever its loop is, and does nothing once it has ended.

import { fastify } from 'fastify';
import { go, runtime } from 'goroutines';
import { countPrimes } from './primes.ts';

const app = fastify();

app.get('/health', () => ({ ok: true, goroutines: runtime.numGoroutine() }));

app.get<{ Params: { limit: string } }>('/primes/:limit', async (request, reply) => {
  const limit = Number(request.params.limit);
  const gone = new AbortController();
  reply.raw.on('close', () => gone.abort());
  return { limit, count: await go.with({ name: request.url, signal: gone.signal }, countPrimes, 0, limit) };
});

console.log(`listening on ${await app.listen({ host: 'localhost', port: Number(process.argv[2] ?? 8080) })}`);
