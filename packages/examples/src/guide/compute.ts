// Something that takes time: for so many milliseconds.
export function compute(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}
