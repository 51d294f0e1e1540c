const factor = 3;

export function next(value: number): number {
  return value % 2 === 0 ? value / 2 : factor * value + 1;
}
