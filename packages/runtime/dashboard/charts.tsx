/** Lines over the last two minutes, and how delays are spread. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { type Frame, LATENCY_BOUNDS, type Latency } from '../src/dashboard/frame.ts';
import { milliseconds, short } from './format.ts';
import type { Column, History } from './history.ts';

const HEIGHT = 190;

interface Line {
  column: Column;
  label: string;
  /** A colour's name in style.css. */
  color: string;
  dash?: number[];
}

export function GoroutinesChart({ history, frame }: { history: History; frame: Frame }) {
  return (
    <LineChart
      title="Goroutines"
      history={history}
      at={frame.at}
      lines={[
        { column: 'waiting', label: 'waiting', color: '--waiting' },
        { column: 'runnable', label: 'ready to run', color: '--runnable', dash: [6, 3] },
        { column: 'running', label: 'running', color: '--running', dash: [2, 2] },
      ]}
    />
  );
}

export function RatesChart({ history, frame }: { history: History; frame: Frame }) {
  return (
    <LineChart
      title="Switches and starts a second"
      history={history}
      at={frame.at}
      lines={[
        { column: 'switches', label: 'switches', color: '--accent' },
        { column: 'started', label: 'started', color: '--runnable', dash: [6, 3] },
      ]}
    />
  );
}

function LineChart(props: { title: string; history: History; at: number; lines: Line[] }) {
  const { title, history, at, lines } = props;
  const data = () => [history.times, ...lines.map(({ column }) => history.columns[column])] as uPlot.AlignedData;
  const place = useChart(
    (color) => ({
      scales: { y: { range: (_, __, most) => [0, Math.max(most, 4) * 1.08] } },
      axes: [axis(color), { ...axis(color), size: 48, values: (_, ticks) => ticks.map(short) }],
      series: [
        {},
        ...lines.map(({ label, color: name, dash }) => ({
          label,
          stroke: color(name),
          width: 2,
          points: { show: false },
          ...(dash && { dash }),
        })),
      ],
    }),
    data,
    at,
  );
  return (
    <section class="panel chart">
      <h2>{title}</h2>
      <ul class="lines">
        {lines.map(({ column, label, color, dash }) => (
          <li key={column}>
            <svg width="22" height="8" aria-hidden="true">
              <line x1="0" y1="4" x2="22" y2="4" stroke={`var(${color})`} stroke-width="2" stroke-dasharray={dash?.join(' ')} />
            </svg>
            {label} <span class="number">{short(history.last(column) ?? 0)}</span>
          </li>
        ))}
      </ul>
      <div class="plot" ref={place} aria-hidden="true" />
    </section>
  );
}

export function LoopChart({ frame }: { frame: Frame }) {
  return <LatencyChart title="Late" note="the main thread's event loop" latency={frame.loop?.latency ?? null} at={frame.at} />;
}

export function SchedulingChart({ frame }: { frame: Frame }) {
  return (
    <LatencyChart title="Waiting for a turn" note="goroutines, 50 ms of every 2 s" latency={frame.scheduling} at={frame.at} />
  );
}

function LatencyChart(props: { title: string; note?: string; latency: Latency | null; at: number }) {
  const { title, note = '', latency, at } = props;
  const counts = latency?.counts ?? [];
  const places = [...LATENCY_BOUNDS, Number.POSITIVE_INFINITY].map((_, index) => index);
  const place = useChart(
    (color) => ({
      scales: {
        x: { time: false, range: [-0.6, places.length - 0.4] },
        y: { range: (_, __, most) => [0, Math.max(most, 4) * 1.08] },
      },
      axes: [
        { ...axis(color), splits: () => places.filter((index) => index % 4 === 0), values: (_, ticks) => ticks.map(boundLabel) },
        { ...axis(color), size: 48, values: (_, ticks) => ticks.map(short) },
      ],
      series: [
        {},
        {
          stroke: color('--accent'),
          fill: color('--accent-soft'),
          width: 1,
          points: { show: false },
          paths: uPlot.paths.bars!({ size: [0.9, 60] }),
        },
      ],
    }),
    () => [places, places.map((index) => counts[index] ?? 0)] as uPlot.AlignedData,
    at,
  );
  return (
    <section class="panel chart">
      <h2>
        {title} <small>{note}</small>
      </h2>
      <ul class="lines">
        {(['p50', 'p90', 'p99', 'max'] as const).map((name) => (
          <li key={name}>
            {name} <span class="number">{latency === null ? '–' : milliseconds(latency[name])}</span>
          </li>
        ))}
      </ul>
      <div class="plot" ref={place} aria-hidden="true" />
    </section>
  );
}

function boundLabel(index: number): string {
  const bound = LATENCY_BOUNDS[index];
  if (bound === undefined) return `> ${milliseconds(LATENCY_BOUNDS.at(-1)!)}`;
  return bound < 0.1 ? `${bound * 1000} µs` : bound < 1000 ? `${bound} ms` : `${bound / 1000} s`;
}

type Color = (name: string) => string;

function axis(color: Color): uPlot.Axis {
  return {
    stroke: color('--muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line'), width: 1, size: 4 },
  };
}

/** A uPlot in an element: as wide as that, drawn anew when the colours change. */
function useChart(options: (color: Color) => Omit<uPlot.Options, 'width' | 'height'>, data: () => uPlot.AlignedData, at: number) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const [isDark, setDark] = useState(darkScheme().matches);

  useEffect(() => {
    const scheme = darkScheme();
    const changed = () => setDark(scheme.matches);
    scheme.addEventListener('change', changed);
    return () => scheme.removeEventListener('change', changed);
  }, []);

  useEffect(() => {
    const element = place.current!;
    const style = getComputedStyle(element);
    const color: Color = (name) => style.getPropertyValue(name).trim();
    const common = { width: element.clientWidth, height: HEIGHT, legend: { show: false }, cursor: { show: false } };
    const made = new uPlot({ ...common, ...options(color) }, data(), element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [isDark]);

  useEffect(() => chart.current?.setData(data()), [at]);
  return place;
}

function darkScheme(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)');
}
