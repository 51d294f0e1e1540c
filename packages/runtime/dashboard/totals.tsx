/** The figures that are looked at first. */
import type { Frame } from '../src/dashboard/frame.ts';
import { count, milliseconds, short } from './format.ts';
import type { History } from './history.ts';

export const STATES = [
  ['running', '▶', 'running'],
  ['runnable', '◷', 'ready to run'],
  ['waiting', '‖', 'waiting'],
] as const;

export function Totals({ frame, history }: { frame: Frame; history: History }) {
  const { census, totals } = frame;
  const all = Math.max(1, census.counted);
  const loop = frame.loop;
  return (
    <section class="totals" aria-label="Totals">
      <div class="tile wide">
        <h2>Goroutines</h2>
        <p class="figure" data-test="goroutines">
          {count(frame.goroutines)}
        </p>
        <div class="states" aria-hidden="true">
          {STATES.map(([name]) => (
            <span key={name} class={name} style={{ flexGrow: census[name] / all }} />
          ))}
        </div>
        <dl class="legend">
          {STATES.map(([name, sign, words]) => (
            <div key={name}>
              <dt>
                <span class={`sign ${name}`} aria-hidden="true">
                  {sign}
                </span>
                {words}
              </dt>
              <dd data-test={name}>{count(census[name])}</dd>
            </div>
          ))}
        </dl>
      </div>
      <Tile
        name="Switches"
        unit="a second"
        value={short(history.last('switches') ?? 0)}
        note={`${short(totals.switches)} so far`}
      />
      <Tile name="Started" unit="a second" value={short(history.last('started') ?? 0)} note={`${short(totals.started)} so far`} />
      <Tile
        name="Stolen"
        unit="goroutines"
        value={short(totals.stolen)}
        note={`in ${short(totals.steals)} steals`}
        test="stolen"
      />
      <Tile
        name="Handed on"
        unit="processors"
        value={short(totals.handoffs)}
        note={`${short(totals.blockingCalls)} blocking calls`}
      />
      <Tile
        name="Main loop, late by"
        unit="at most"
        value={loop === null ? '–' : milliseconds(loop.latency.max)}
        note={loop === null ? 'not yet measured' : loop.age > 2000 ? `busy: no answer for ${milliseconds(loop.age)}` : 'lately'}
      />
    </section>
  );
}

function Tile(props: { name: string; unit: string; value: string; note: string; test?: string }) {
  return (
    <div class="tile">
      <h2>{props.name}</h2>
      <p class="figure" data-test={props.test}>
        {props.value} <small>{props.unit}</small>
      </p>
      <p class="note">{props.note}</p>
    </div>
  );
}
