// A server of two routes: one computes for about 5 ms, the other only says that it is well; and the load for both at once.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Program, Sample } from '../harness/protocol.ts';
import type { StartTask } from './load.ts';
import { connections, requestSteps } from './tasks.ts';
import { underLoad } from './wrk.ts';

/** The program whose server answers with what `compute` gives; an operation is a second of load. */
export function served(compute: StartTask, around: Pick<Program, 'start' | 'stop'> = {}): Program {
  let server: Server;
  let address = '';
  return {
    async start(request) {
      await around.start?.(request);
      await compute(1); // The threads are there.
      server = createServer(async (request, response) => {
        if (request.url !== '/cpu') return response.end('well');
        try {
          return response.end(String(await compute(requestSteps)));
        } catch {
          return response.writeHead(500).end(); // wrk sees it; or the threads are being stopped, and nobody does.
        }
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    sample: (seconds) => serverSample(address, seconds),
    async stop() {
      server.closeAllConnections();
      server.close();
      await around.stop?.();
    },
  };
}

async function serverSample(address: string, seconds: number): Promise<Sample> {
  const result = Number(await (await fetch(`${address}/cpu`)).text());
  const [cpu, health] = await Promise.all([
    underLoad(`${address}/cpu`, connections.cpu, seconds),
    underLoad(`${address}/health`, connections.health, seconds),
  ]);
  return {
    nanoseconds: seconds * 1e9,
    result,
    metrics: {
      cpu: cpu.requestsPerSecond,
      cpuP99: cpu.p99,
      health: health.requestsPerSecond,
      healthP99: health.p99,
    },
  };
}
