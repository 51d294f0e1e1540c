/** Threads with their processors and goroutines, the poller, and what waits: one moment of a run. */
import type { Names } from './captions.ts';
import type { MachineView, Scene } from './model.ts';

interface Shared {
  names: Names;
  touched: ReadonlySet<string>;
}

export function Diagram({ scene, names }: { scene: Scene; names: Names }) {
  const shared: Shared = { names, touched: new Set(scene.touched) };
  return (
    <div class="diagram">
      <ul class="threads-row">
        {scene.machines.map((machine) => (
          <Machine key={machine.id} machine={machine} isCollecting={scene.collecting === machine.id} {...shared} />
        ))}
      </ul>
      <div class="beside">
        <Box title="Poller" note="timers, files, sockets, promises" goroutines={scene.poller} {...shared} />
        <Box
          title="Waiting for others"
          note="channels, locks, ends"
          goroutines={scene.waiting.map(({ goroutine }) => goroutine)}
          {...shared}
        />
        <Box title="Ended" note="" goroutines={scene.done} {...shared} />
        <div class="box">
          <h3>Idle processors</h3>
          <p class="balls">
            {scene.idle.map((number) => (
              <Processor key={number} number={number} touched={shared.touched} />
            ))}
            {scene.idle.length === 0 && <span class="quiet">none</span>}
          </p>
        </div>
      </div>
    </div>
  );
}

function Machine({ machine, isCollecting, ...shared }: Shared & { machine: MachineView; isCollecting: boolean }) {
  const { id, processor, running, heldUp, queue, ready } = machine;
  const state = isCollecting
    ? 'collects garbage'
    : heldUp
      ? 'held up by a call'
      : running !== null
        ? 'runs'
        : 'has nothing to run';
  const classes = ['thread', shared.touched.has(`M${id}`) ? 'touched' : '', heldUp || isCollecting ? 'held-up' : ''];
  return (
    <li class={classes.join(' ')} data-test={`thread M${id}`}>
      <h3>
        M{id} <small>{id === 0 ? 'main thread' : 'thread'}</small>
        {processor === null ? (
          <span class="ball place">{id === 0 ? 'needs none' : 'no P'}</span>
        ) : (
          <Processor number={processor} touched={shared.touched} />
        )}
      </h3>
      <p class="state">
        <span aria-hidden="true">{isCollecting ? '♻' : heldUp ? '■' : running !== null ? '▶' : '·'}</span> {state}
      </p>
      <Row title="runs" goroutines={running === null ? [] : [running]} {...shared} />
      <Row title="ready, begun here" goroutines={ready} {...shared} />
      <Row title="queue, not begun" size="tallest" goroutines={queue} {...shared} />
    </li>
  );
}

function Row({
  title,
  size = '',
  goroutines,
  ...shared
}: Shared & { title: string; size?: string; goroutines: readonly number[] }) {
  return (
    <div class="row">
      <h4>{title}</h4>
      <p class={`balls ${size}`}>
        {goroutines.map((goroutine) => (
          <Goroutine key={goroutine} goroutine={goroutine} {...shared} />
        ))}
      </p>
    </div>
  );
}

function Box(props: Shared & { title: string; note: string; goroutines: readonly number[] }) {
  const { title, note, goroutines, ...shared } = props;
  return (
    <div class="box" data-test={title}>
      <h3>
        {title} <small>{note}</small>
      </h3>
      <p class="balls tall">
        {goroutines.map((goroutine) => (
          <Goroutine key={goroutine} goroutine={goroutine} {...shared} />
        ))}
      </p>
    </div>
  );
}

function Goroutine({ goroutine, names, touched }: Shared & { goroutine: number }) {
  return (
    <span class={`ball goroutine-ball ${touched.has(`G${goroutine}`) ? 'touched' : ''}`}>
      <b>G{goroutine}</b> <small>{names.get(goroutine)}</small>
    </span>
  );
}

function Processor({ number, touched }: { number: number; touched: ReadonlySet<string> }) {
  return <span class={`ball processor-ball ${touched.has(`P${number}`) ? 'touched' : ''}`}>P{number}</span>;
}
