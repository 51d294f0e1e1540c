/** The environment variable that opens a dashboard: a port, and `,stay` if it shall keep the process at its end. */
export const DASHBOARD_VARIABLE = 'GODASHBOARD';

const MOST_PORT = 65_535;

export function variableFor(port: number, stays: boolean): string {
  return stays ? `${port},stay` : String(port);
}

/** What it says; undefined when it is not there, or empty. Throws RangeError for anything else. */
export function readVariable(text = process.env[DASHBOARD_VARIABLE]): { port: number; stays: boolean } | undefined {
  if (text === undefined || text === '') return undefined;
  const [, digits, stay] = /^(\d{1,5})(,stay)?$/.exec(text) ?? [];
  const port = digits === undefined ? Number.NaN : Number(digits);
  if (!(port <= MOST_PORT)) {
    throw new RangeError(`${DASHBOARD_VARIABLE} must be a port from 0 to ${MOST_PORT}, or one and ',stay', got '${text}'`);
  }
  return { port, stays: stay !== undefined };
}
