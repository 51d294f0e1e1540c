// A web server that computes. The handler is ordinary async code: `await go(…)` has the work done on another thread, so
// that the server answers everyone else meanwhile. There is no `run` here: nothing has to end, and the first `go` starts
// what is needed. Try `curl localhost:8080/fibonacci/40` and, while it computes, `curl localhost:8080/`.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { go } from 'goroutines';

function fibonacci(index: number): number {
  return index < 2 ? index : fibonacci(index - 1) + fibonacci(index - 2);
}

function reply(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

const server = createServer(async (request, response) => {
  if (request.url === '/') return reply(response, 200, { ok: true });

  const index = Number(request.url?.match(/^\/fibonacci\/(\d+)$/)?.[1]);
  if (!(index <= 45)) return reply(response, 404, { error: 'try /fibonacci/40; 45 is the most' });
  try {
    reply(response, 200, { index, value: await go(fibonacci, index) });
  } catch (error) {
    reply(response, 500, { error: String(error) });
  }
});

server.listen(Number(process.argv[2] ?? 8080), () => {
  console.log(`listening on http://localhost:${(server.address() as AddressInfo).port}`);
});
