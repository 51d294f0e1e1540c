/** The threads, and what runs on each. */

import type { Frame, MachineRow } from '../src/dashboard/frame.ts';
import type { MachineState } from '../src/observe/snapshot.ts';
import { count } from './format.ts';
import { Scroll } from './scroll.tsx';

/** A sign for each, so that colour is not all that tells them apart. */
const STATES: Record<MachineState, [sign: string, words: string]> = {
  running: ['▶', 'runs'],
  spinning: ['↻', 'looks for work'],
  waiting: ['◷', 'waits for a processor'],
  blocked: ['■', 'held up, or blocking'],
  asleep: ['‖', 'its goroutines wait'],
  spare: ['z', 'spare'],
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
              <th scope="col" class="number" title="goroutines that have begun here and could go on">
                ready
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
              <Machine key={machine.id} machine={machine} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Machine({ machine }: { machine: MachineRow }) {
  const [sign, words] = STATES[machine.state];
  return (
    <tr data-test="machine">
      <th scope="row">M{machine.id}</th>
      <td class="state">
        <span class={`sign state-${machine.state}`} aria-hidden="true">
          {sign}
        </span>
        {words}
      </td>
      <td>{machine.processor === undefined ? '' : `P${machine.processor}`}</td>
      <td class="goroutine">
        {machine.runs !== null && (
          <>
            <span class="number">G{machine.runs.id}</span> {machine.runs.name}
          </>
        )}
      </td>
      <td class="number">{count(machine.queued + machine.runnext)}</td>
      <td class="number">{count(machine.ready)}</td>
      <td class="number">{count(machine.pinned)}</td>
      <td class="number">{count(machine.started)}</td>
      <td class="number">{count(machine.switches)}</td>
      <td class="number">{count(machine.steals)}</td>
      <td class="number">{count(machine.stolen)}</td>
    </tr>
  );
}
