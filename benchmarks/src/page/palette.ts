// The colours of page and charts. A chart names them as variables of CSS, so that the page can be light or dark; a chart
// that stands alone has the light ones in their place.
import type { ContenderName } from '../harness/contenders.ts';

interface Colour {
  light: string;
  dark: string;
}

const contenderColours: Record<ContenderName, Colour> = {
  goroutines: { light: '#c2410c', dark: '#fb923c' },
  'goroutines-register': { light: '#a16207', dark: '#facc15' },
  'no-preempt': { light: '#9f1239', dark: '#fb7185' },
  go: { light: '#0369a1', dark: '#38bdf8' },
  'go-a-thread-each': { light: '#1e3a8a', dark: '#93c5fd' },
  promises: { light: '#4d7c0f', dark: '#a3e635' },
  'async-mutex': { light: '#0f766e', dark: '#2dd4bf' },
  'worker-threads': { light: '#6d28d9', dark: '#c4b5fd' },
  atomics: { light: '#57534e', dark: '#a8a29e' },
  piscina: { light: '#be185d', dark: '#f472b6' },
  multithreading: { light: '#475569', dark: '#94a3b8' },
};

const colours: Record<string, Colour> = {
  text: { light: '#1c1917', dark: '#e7e5e4' },
  quiet: { light: '#57534e', dark: '#a8a29e' },
  line: { light: '#d6d3d1', dark: '#44403c' },
  ground: { light: '#ffffff', dark: '#1c1917' },
  raised: { light: '#f5f5f4', dark: '#292524' },
  good: { light: '#15803d', dark: '#4ade80' },
  bad: { light: '#b91c1c', dark: '#f87171' },
  ...contenderColours,
};

/** A colour as a chart writes it. */
export function colour(name: string): string {
  return `var(--${name}, ${colours[name]!.light})`;
}

/** The variables, as declarations of CSS. */
export function declarations(mode: 'light' | 'dark'): string {
  return Object.entries(colours)
    .map(([name, modes]) => `--${name}: ${modes[mode]};`)
    .join(' ');
}

/** A chart that stands alone: every viewer of SVG knows plain colours, not all know variables. */
export function withPlainColours(svg: string): string {
  return svg.replaceAll(/var\(--[\w-]+, (#\w+)\)/g, '$1');
}
