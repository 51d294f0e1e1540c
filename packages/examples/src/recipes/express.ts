// Express: a handler hands its work to `go` and awaits it; the server answers everyone else meanwhile. What the goroutine
// throws, Express reports as it reports any error of a handler. Try `curl localhost:8080/primes/20000000` and, while it
// computes, `curl localhost:8080/health`.

import type { AddressInfo } from 'node:net';
import express from 'express';
import { go } from 'goroutines';
import { countPrimes } from './primes.ts';

const app = express();

app.get('/health', (_request, response) => {
  response.json({ ok: true });
});

app.get('/primes/:limit', async (request, response) => {
  const limit = Number(request.params.limit);
  response.json({ limit, count: await go(countPrimes, 0, limit) });
});

const server = app.listen(Number(process.argv[2] ?? 8080), () => {
  console.log(`listening on http://localhost:${(server.address() as AddressInfo).port}`);
});
