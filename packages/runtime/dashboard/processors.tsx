/** Each processor with its machine, what runs there, and the queue of unstarted goroutines. */
import type { Frame } from '../src/dashboard/frame.ts';
import type { ProcessorSnapshot } from '../src/observe/snapshot.ts';
import { count } from './format.ts';

const CAPACITY = 256;

export function Processors({ frame }: { frame: Frame }) {
  return (
    <section class="panel">
      <h2>
        Processors <small>the right to run goroutines, each with its queue of those not started yet</small>
      </h2>
      {frame.processors.length === 0 ? (
        <p class="empty">All goroutines run on the main thread.</p>
      ) : (
        <ul class="processors">
          {frame.processors.map((processor) => (
            <Processor key={processor.id} processor={processor} frame={frame} />
          ))}
        </ul>
      )}
      <dl class="queues">
        <Queue name="Global queue" size={frame.globalQueue} />
        <Queue name="Blocking calls queued" size={frame.blockingQueue} />
        <Queue name="Threads looking for work" size={frame.spinning} />
      </dl>
    </section>
  );
}

function Processor({ processor, frame }: { processor: ProcessorSnapshot; frame: Frame }) {
  const machine = frame.machines.find(({ id }) => id === processor.machine);
  const { queued = 0, runnext = 0, runs = null } = machine ?? {};
  return (
    <li class={`processor ${processor.state}`} data-test="processor">
      <p class="who">
        <strong>P{processor.id}</strong>
        <span>{processor.state === 'held' ? `on M${processor.machine}` : processor.state}</span>
      </p>
      <p class="runs">
        {runs === null ? (
          <span class="quiet">{machine === undefined ? 'nobody holds it' : 'between goroutines'}</span>
        ) : (
          <>
            <span class="sign running" aria-hidden="true">
              ▶
            </span>
            <span class="number">G{runs.id}</span> {runs.name}
          </>
        )}
      </p>
      <div class="queue">
        <span class={`slot ${runnext > 0 ? 'filled' : ''}`} title="the one to run next" aria-hidden="true" />
        <span class="ring" aria-hidden="true">
          <span style={{ width: `${Math.min(100, (queued / CAPACITY) * 100)}%` }} />
        </span>
        <span class="number">
          {queued + runnext}
          <span class="hidden"> of {CAPACITY + 1} places in its queue taken</span>
        </span>
      </div>
    </li>
  );
}

function Queue({ name, size }: { name: string; size: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number">{count(size)}</dd>
    </div>
  );
}
