// What the figures were taken on.
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { type ContenderName, contenderNames, contenders } from './contenders.ts';

export interface Machine {
  processor: string;
  cores: number;
  memory: string;
  system: string;
  node: string;
  date: string;
  versions: Partial<Record<ContenderName, string>>;
}

export function describeMachine(): Machine {
  const versions: Machine['versions'] = {};
  for (const name of contenderNames) {
    const place = contenders[name].locate();
    if (!('missing' in place) && place.version) versions[name] = place.version;
  }
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.arch}`,
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    versions,
  };
}
