// Sizes of tasks, in steps of `burn`: at one to two nanoseconds each about 1 ms, 5 ms and 50 ms.

export const taskSteps = { short: 600_000, long: 30_000_000 };
export const requestSteps = 3_000_000;
/** How many tasks wait for a server's thread at once, and how many ask whether it is well. */
export const connections = { cpu: 16, health: 1 };
