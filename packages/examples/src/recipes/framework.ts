// As little of a framework as `service.ts` needs: decorators with the names and shapes of NestJS's, which write down what
// they decorate, and a server that reads it.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Route {
  path: string;
  method: string;
  parameters: string[];
}

const prefixes = new Map<Function, string>();
const routes = new Map<object, Route[]>();
/** By the method they are parameters of. */
const parameters = new Map<unknown, string[]>();

export function Injectable(): ClassDecorator {
  return () => undefined;
}

export function Controller(prefix: string): ClassDecorator {
  return (type) => void prefixes.set(type, prefix);
}

export function Get(path: string): MethodDecorator {
  return (prototype, method, { value }) => {
    const route = { path, method: String(method), parameters: parameters.get(value) ?? [] };
    routes.set(prototype, [...(routes.get(prototype) ?? []), route]);
  };
}

export function Param(name: string): ParameterDecorator {
  return (prototype, method, index) => {
    const decorated: unknown = Reflect.get(prototype, method!);
    const names = parameters.get(decorated) ?? [];
    names[index] = name;
    parameters.set(decorated, names);
  };
}

/** Answers every route of a controller with what its method gives, as JSON. */
export function serve(controller: object, port: number): void {
  const prototype = Object.getPrototypeOf(controller) as Record<string, (...args: string[]) => unknown>;
  const prefix = prefixes.get(controller.constructor) ?? '';
  const answer = async (url: string): Promise<unknown> => {
    for (const { path, method, parameters } of routes.get(prototype) ?? []) {
      const groups = new RegExp(`^${prefix}${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(url)?.groups;
      if (groups)
        return prototype[method]!.apply(
          controller,
          parameters.map((name) => groups[name]!),
        );
    }
    throw new Error(`no route for ${url}`);
  };
  const server = createServer((request, response) => {
    answer(request.url ?? '').then(
      (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  server.listen(port, () => console.log(`listening on http://localhost:${(server.address() as AddressInfo).port}`));
}
