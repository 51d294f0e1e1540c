/** Each processor with its machine, what runs there, and the queue of unstarted goroutines. */
import type { Frame, ProcessorRow } from '../src/dashboard/frame.ts';
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
            <Processor key={processor.number} processor={processor} frame={frame} />
          ))}
        </ul>
      )}
      <dl class="queues">
        <Queue name="Global queue" size={frame.globalQueue} />
        <Queue name="Blocking calls queued" size={frame.blockingQueue} />
        <Queue name="Threads looking for work" size={frame.searching} />
      </dl>
    </section>
  );
}

function Processor({ processor, frame }: { processor: ProcessorRow; frame: Frame }) {
  const machine = frame.machines.find(({ number }) => number === processor.machine);
  const running = machine?.goroutine ?? null;
  return (
    <li class={`processor ${processor.machine === null ? 'idle' : 'held'}`} data-test="processor">
      <p class="who">
        <strong>P{processor.number}</strong>
        <span>{processor.machine === null ? 'idle' : `on M${processor.machine}`}</span>
      </p>
      <p class="runs">
        {running === null ? (
          <span class="quiet">{processor.machine === null ? 'nobody holds it' : 'between goroutines'}</span>
        ) : (
          <>
            <span class="sign running" aria-hidden="true">
              ▶
            </span>
            <span class="number">G{running.id}</span> {running.name}
          </>
        )}
      </p>
      <div class="queue">
        <span class={`slot ${processor.next ? 'filled' : ''}`} title="the slot of the one to run next" aria-hidden="true" />
        <span class="ring" aria-hidden="true">
          <span style={{ width: `${Math.min(100, (processor.queue / CAPACITY) * 100)}%` }} />
        </span>
        <span class="number">
          {processor.queue + (processor.next ? 1 : 0)}
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
