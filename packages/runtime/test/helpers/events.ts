/** A page's stream of events, read as a browser does. */

import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { Frame } from '../../src/dashboard/frame.ts';

export interface Event {
  name: string;
  data: string;
}

export async function* eventsOf(response: IncomingMessage): AsyncGenerator<Event> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) {
    text += part;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      yield { name: field('event'), data: field('data') };
    }
  }
}

/** Asks for something; nothing is read before the caller does. */
export function get(url: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false, ...options }, resolve)
      .on('error', reject)
      .end();
  });
}

/** The first frame for which the condition holds. */
export async function frameWhere(url: string, holds: (frame: Frame) => boolean): Promise<Frame> {
  const response = await get(`${url}events`);
  try {
    for await (const { name, data } of eventsOf(response)) {
      if (name !== 'frame') continue;
      const frame = JSON.parse(data) as Frame;
      if (holds(frame)) return frame;
    }
  } finally {
    response.destroy();
  }
  throw new Error('the stream has ended before that');
}
