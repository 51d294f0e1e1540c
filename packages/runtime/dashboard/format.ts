/** Numbers and places, as the page writes them. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function count(value: number): string {
  return whole.format(value);
}

/** In at most five characters: 950, 12.3k, 4.5M. */
export function short(value: number): string {
  if (value < 1000) return value < 10 && value % 1 !== 0 ? value.toFixed(1) : String(Math.round(value));
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= size) return `${(value / size).toFixed(value / size < 100 ? 1 : 0)}${unit}`;
  }
  return String(value);
}

export function milliseconds(value: number): string {
  if (value < 0.1) return `${Math.round(value * 1000)} µs`;
  if (value < 1) return `${value.toFixed(2)} ms`;
  if (value < 1000) return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  return `${(value / 1000).toFixed(1)} s`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 ** 2) return `${(value / 1024).toFixed(1)} KiB`;
  if (value < 1024 ** 3) return `${(value / 1024 ** 2).toFixed(1)} MiB`;
  return `${(value / 1024 ** 3).toFixed(2)} GiB`;
}

export function duration(value: number): string {
  const seconds = Math.floor(value / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export function timeOfDay(at: number): string {
  return clock.format(at);
}

/** `name (file:line:column)` in its parts; the file without its folders. */
export function placeOf(frame: string): { name: string; place: string; whole: string } {
  const inParentheses = /^(.*) \((.*)\)$/.exec(frame);
  const where = inParentheses?.[2] ?? (/:\d+:\d+$/.test(frame) ? frame : '');
  const place = where
    .replace(/^async /, '')
    .replace(/^.*\//, '')
    .replace(/:\d+$/, '');
  return { name: inParentheses?.[1] ?? (where === '' ? frame : ''), place, whole: where };
}
