// A web server that computes for its answers.
import { metric, type Suite } from '../harness/suite.ts';
import { burn } from '../work/cpu.ts';
import { connections, requestSteps } from '../work/tasks.ts';
import { wrkLacks } from '../work/wrk.ts';

export const http: Suite = {
  name: 'http',
  title: 'A web server with work to do',
  work:
    'A server of node:http, or net/http in Go, answers on /cpu with the result of about 5 ms of integer arithmetic, and on ' +
    `/health with a word. wrk asks both at once for three seconds (one with --quick), on ${connections.cpu} connections and on ` +
    `${connections.health}, each as soon as it has its answer, and on the same machine: wrk and the server share the cores. ` +
    'Requests for /health take processor time from /cpu, so the two rates belong together. Where no request was answered in time there is no p99.',
  rows: [
    {
      name: 'wrk',
      title: 'a web server under wrk, all cores',
      operation: 'a second of load',
      threads: 'all',
      size: 3,
      quickSize: 1,
      smokeSize: 1,
      samples: 2,
      rounds: 2,
      lacks: wrkLacks,
      measures: [
        metric('cpu', { title: '/cpu, requests', unit: '/s', better: 'more' }),
        metric('cpuP99', { title: '/cpu, p99', unit: 'ms' }),
        metric('health', { title: '/health, requests', unit: '/s', better: 'more' }),
        metric('healthP99', { title: '/health, p99', unit: 'ms' }),
      ],
      expected: () => burn(requestSteps),
      contenders: {
        goroutines: { note: 'the server on the main thread, `await go(…)` for each request' },
        go: { note: 'net/http' },
        promises: { note: 'plain Node: the handler computes' },
        piscina: { note: 'the server on the main thread, `await pool.run(…)` for each request' },
      },
    },
  ],
};
