/** What the scheduler does now. */

import type { Frame } from '../src/dashboard/frame.ts';
import { GoroutinesChart, LoopChart, RatesChart, SchedulingChart } from './charts.tsx';
import { bytes, count, milliseconds } from './format.ts';
import { Happenings } from './happenings.tsx';
import type { Live } from './live.ts';
import { Machines } from './machines.tsx';
import { Processors } from './processors.tsx';
import { Scroll } from './scroll.tsx';
import { Sites } from './sites.tsx';
import { Totals } from './totals.tsx';

export function LiveView({ live, frame }: { live: Live; frame: Frame }) {
  return (
    <div class="view">
      <Totals frame={frame} history={live.history} />
      <div class="columns">
        <div class="stack">
          <Processors frame={frame} />
          <Machines frame={frame} />
        </div>
        <Happenings happenings={live.happenings} />
      </div>
      <div class="charts">
        <GoroutinesChart history={live.history} frame={frame} />
        <RatesChart history={live.history} frame={frame} />
        <SchedulingChart frame={frame} />
        <LoopChart frame={frame} />
      </div>
      <div class="columns">
        <Sites census={frame.census} />
        <Memory memory={frame.memory} />
      </div>
      <Cost frame={frame} />
    </div>
  );
}

function Memory({ memory }: { memory: Frame['memory'] }) {
  const rows = Object.entries(memory).sort((a, b) => b[1] - a[1]);
  const most = Math.max(1, ...rows.map(([, size]) => size));
  const all = rows.reduce((sum, [, size]) => sum + size, 0);
  return (
    <section class="panel">
      <h2>
        Shared memory <small class="number">{bytes(all)} in use</small>
      </h2>
      <Scroll label="Shared memory by what it holds" kind="fixed">
        <table>
          <thead>
            <tr>
              <th scope="col">holds</th>
              <th scope="col" class="number">
                bytes
              </th>
              <th scope="col">
                <span class="hidden">share</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, size]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{bytes(size)}</td>
                <td class="bar-cell">
                  <meter min={0} max={most} value={size} aria-hidden="true" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Cost({ frame }: { frame: Frame }) {
  const { cost, census } = frame;
  return (
    <p class="cost number">
      One refresh of this page: {milliseconds(cost.milliseconds)} of processor time on a thread of its own,{' '}
      {milliseconds(census.milliseconds)} of it for counting {count(census.counted)} goroutines; {bytes(cost.bytes)} a frame,{' '}
      {cost.pages} {cost.pages === 1 ? 'page' : 'pages'} open.
    </p>
  );
}
