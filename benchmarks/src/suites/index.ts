// All suites, in the order of the report.
import { buffered } from './buffered.ts';
import { closure } from './closure.ts';
import { cpu } from './cpu.ts';
import { eventLoop } from './event-loop.ts';
import { http } from './http.ts';
import { memory } from './memory.ts';
import { million } from './million.ts';
import { mutex } from './mutex.ts';
import { parked } from './parked.ts';
import { payload } from './payload.ts';
import { pingPong } from './ping-pong.ts';
import { preemption } from './preemption.ts';
import { scaling } from './scaling.ts';
import { select } from './select.ts';
import { skynet } from './skynet.ts';
import { spawn } from './spawn.ts';
import { switching } from './switch.ts';

export const suites = [
  spawn,
  switching,
  pingPong,
  buffered,
  select,
  mutex,
  skynet,
  cpu,
  scaling,
  eventLoop,
  http,
  million,
  parked,
  memory,
  payload,
  closure,
  preemption,
];
