/** The threads, and what runs on each. */

import type { Frame, MachineRow, MachineState } from '../src/dashboard/frame.ts';
import { count } from './format.ts';
import { Scroll } from './scroll.tsx';

/** A sign for each, so that colour is not all that tells them apart. */
const STATES: Record<MachineState, [sign: string, words: string]> = {
  running: ['▶', 'runs a goroutine'],
  between: ['·', 'awake'],
  blocking: ['■', 'in a blocking call'],
  'no processor': ['◷', 'waits for a processor'],
  polling: ['~', 'waits for timers, I/O'],
  sleeping: ['z', 'sleeps'],
  lost: ['✕', 'lost'],
};

export function Machines({ frame }: { frame: Frame }) {
  return (
    <section class="panel">
      <h2>
        Threads <small>M0 is the main thread; there are more than processors, so that one held up can be replaced</small>
      </h2>
      <Scroll label="Threads" kind="threads">
        <table class="machines">
          <thead>
            <tr>
              <th scope="col">thread</th>
              <th scope="col">state</th>
              <th scope="col">on</th>
              <th scope="col">goroutine</th>
              <th scope="col" class="number">
                queued
              </th>
              <th scope="col" class="number" title="goroutines that have begun here; they cannot leave">
                begun here
              </th>
              <th scope="col" class="number">
                started
              </th>
              <th scope="col" class="number">
                switches
              </th>
              <th scope="col" class="number">
                steals
              </th>
              <th scope="col" class="number">
                stolen
              </th>
            </tr>
          </thead>
          <tbody>
            {frame.machines.map((machine) => (
              <Machine key={machine.number} machine={machine} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Machine({ machine }: { machine: MachineRow }) {
  const [sign, words] = STATES[machine.state];
  const kind = machine.state.replace(' ', '-');
  return (
    <tr data-test="machine">
      <th scope="row">M{machine.number}</th>
      <td class="state">
        <span class={`sign state-${kind}`} aria-hidden="true">
          {sign}
        </span>
        {words}
      </td>
      <td>{machine.processor === null ? '' : `P${machine.processor}`}</td>
      <td class="goroutine">
        {machine.goroutine !== null && (
          <>
            <span class="number">G{machine.goroutine.id}</span> {machine.goroutine.name}
          </>
        )}
      </td>
      <td class="number">{count(machine.queue)}</td>
      <td class="number">{count(machine.pinned)}</td>
      <td class="number">{count(machine.started)}</td>
      <td class="number">{count(machine.switches)}</td>
      <td class="number">{count(machine.steals)}</td>
      <td class="number">{count(machine.stolen)}</td>
    </tr>
  );
}
