/** What is done of each kind while so many are parked; fewer than ten are only to show that the row runs. */
export function operationsBeside(parked: number): number {
  return parked < 10 ? 100 : 200_000;
}
