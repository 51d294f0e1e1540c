// Medians and their spread. No means: a shared machine's outliers are its neighbours, not the work.

export interface Summary {
  median: number;
  /** Half the distance between the quartiles. */
  spread: number;
  minimum: number;
  /** The quartiles. */
  lower: number;
  upper: number;
  maximum: number;
  count: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower, upper] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  return {
    median: quantile(sorted, 0.5),
    spread: (upper - lower) / 2,
    minimum: quantile(sorted, 0),
    lower,
    upper,
    maximum: quantile(sorted, 1),
    count: sorted.length,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
