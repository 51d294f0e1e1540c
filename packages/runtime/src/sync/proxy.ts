/**
 * Calling an object that stays on its own thread: Comlink's protocol, over channels in place of message ports.
 *
 * The object's thread has a goroutine that receives requests and has Comlink carry them out. Each request brings two channels: in one
 * lies what is asked, so that what cannot be made there is this call's error and nobody else's, the other is for the answer. So
 * what Comlink would post is sent: arguments and results are copied as channel values are, channels and locks among
 * them arrive as themselves, and a call needs no thread in between. Whoever gets the proxy by a message has Comlink make his
 * own in front of the same channel.
 *
 * Lives. The object is held by its goroutine, that one ends when `requests` is closed, and this happens when no proxy is left: each
 * holds `life`, a channel on which nothing is ever sent and whose block closes `requests` when it is freed (`channel-end.ts`). Comlink
 * would drop requests in flight when a proxy is collected; here its release does nothing, and the call holds what it needs.
 *
 * A call also waits for the end of the goroutine that would serve it: so a thread that is lost leaves no caller behind.
 */

import { types } from 'node:util';
import * as Comlink from 'comlink';
import { DataCloneError, RuntimeStateError, textOf, typeName } from '../errors.ts';
import { withReserve } from '../memory/heap.ts';
import { setRemoteHook } from '../scheduler/function-values.ts';
import { PROXY_NAME } from '../scheduler/goroutine.ts';
import { type Goroutine, joinOperation } from '../scheduler/handle.ts';
import { spawnLocal } from '../scheduler/spawn.ts';
import { type Chan, chan, chanBefore } from './channel.ts';
import { select } from './select.ts';

/** An object on another thread, as it is seen here: every method gives a promise, and so does reading a property. */
export type Remote<T> = {
  [Name in keyof T]: T[Name] extends Function ? Remote<T[Name]> : Promise<Awaited<T[Name]>>;
} & (T extends (...parameters: infer Parameters) => infer Result
  ? (...parameters: Parameters) => Promise<Awaited<Result>>
  : unknown) &
  (T extends new (
    ...parameters: infer Parameters
  ) => infer Instance
    ? new (
        ...parameters: Parameters
      ) => Promise<Remote<Instance>>
    : unknown);

/** What Comlink asks and answers; only these are looked at here. */
interface Message {
  readonly id: string;
  readonly type: string;
}
type Request = [id: string, question: Chan<Message>, answer: Chan<Message>];
type Listener = (event: { data: Message }) => void;

/** What a proxy is made of, and what goes along when it is sent. */
type Line = [requests: Chan<Request>, life: Chan<never>, server: Goroutine<void>];

/**
 * Makes an object callable from other threads, where it does not go: what is given back can be passed on like any value, and
 * every call through it runs on the thread of the object and gives a promise. Arguments and results are copied, as channel
 * values are. Properties are read by `await remote.name`, classes are made by `await new remote.Class()`. Functions can be given
 * along as arguments by `proxy(fn)`. A call throws what the method throws, a DataCloneError for what cannot be copied, and
 * ThreadLostError when the object's thread has ended. The object is let go of some time after the last proxy of it.
 *
 * Throws TypeError for what is no object or function. Source: Comlink, https://github.com/GoogleChromeLabs/comlink.
 *
 * @example
 * const counter = proxy({ count: 0, add(n: number) { return (this.count += n); } });
 * go(function* () {
 *   console.log(yield* wait(counter.add(2))); // 2, added up on the thread of the counter
 * });
 */
export function proxy<T extends object>(object: T): Remote<T> {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) {
    throw new TypeError(`proxy() takes an object or a function, got ${typeName(object)}`);
  }
  if (lines.has(object)) return object as unknown as Remote<T>;
  const requests = chan<Request>();
  const life = chanBefore<never>(requests);
  const server = spawnLocal<void>(serving, [requests, new ServedObject(object)], PROXY_NAME);
  return remoteOn([requests, life, server]) as Remote<T>;
}

/** The proxies of this thread. */
const lines = new WeakMap<object, Line>();
/** This thread's proxy of each object, by the channel of its requests. */
const known = new WeakMap<Chan<Request>, WeakRef<object>>();

function remoteOn(line: Line): object {
  const [requests] = line;
  const before = known.get(requests)?.deref();
  if (before !== undefined) return before;
  const remote = Comlink.wrap(new Caller(line)) as object;
  lines.set(remote, line);
  known.set(requests, new WeakRef(remote));
  return remote;
}

setRemoteHook({
  lineOf: (value) => lines.get(value),
  make: (line) => remoteOn(line as Line) as Function,
});

function* serving(requests: Chan<Request>, object: ServedObject): Generator<unknown, void, any> {
  yield* requests.forEach(function* ([id, question, answer]) {
    let message: Message;
    try {
      message = (yield* question.recv())!;
    } catch (error) {
      sendError(answer, id, error);
      return;
    }
    object.serve(message, answer);
  });
}

/** What Comlink calls an endpoint, on the side of the object. */
class ServedObject implements Comlink.Endpoint {
  private readonly replies = new Map<string, Chan<Message>>();
  private listener: Listener = () => undefined;

  constructor(object: object) {
    Comlink.expose(object, this);
  }

  serve(message: Message, reply: Chan<Message>): void {
    this.replies.set(message.id, reply);
    this.listener({ data: message });
  }

  addEventListener(_type: string, listener: unknown): void {
    this.listener = listener as Listener;
  }

  removeEventListener(): void {
    // It serves as long as its goroutine.
  }

  postMessage(message: Message): void {
    const { id } = message;
    const reply = this.replies.get(id);
    this.replies.delete(id);
    if (reply === undefined) return;
    try {
      reply.trySend(message); // There is room for it.
    } catch (error) {
      sendError(reply, id, error);
    }
  }
}

/** What the answer failed with; of what cannot be copied either, its text. */
function sendError(reply: Chan<Message>, id: string, error: unknown): void {
  try {
    reply.trySend(thrown(id, error));
  } catch {
    const inWords = new DataCloneError(`the answer cannot be sent, nor the error about it: ${textOf(error)}`);
    withReserve(() => void reply.trySend(thrown(id, inWords)));
  }
}

/** The same on the side of a caller. */
class Caller implements Comlink.Endpoint {
  private readonly line: Line;
  private listener: Listener = () => undefined;

  constructor(line: Line) {
    this.line = line;
  }

  addEventListener(_type: string, listener: unknown): void {
    this.listener = listener as Listener;
  }

  removeEventListener(): void {
    // Nobody else would listen.
  }

  postMessage(message: Message): void {
    if (message.type === 'RELEASE') return; // The proxy was collected; `life` tells the other side.
    this.call(message).then(
      (reply) => this.listener({ data: reply }),
      (error: unknown) => this.listener({ data: thrown(message.id, error) }),
    );
  }

  private async call(message: Message): Promise<Message> {
    const [requests, , server] = this.line;
    const question = chan<Message>(1);
    const answer = chan<Message>(1);
    question.trySend(message);
    const sent = await select({ sent: requests.send([message.id, question, answer]), ended: joinOperation(server) });
    const hit = sent.key === 'sent' ? await select({ answer: answer.recv(), ended: joinOperation(server) }) : sent;
    if (hit.key === 'answer' && hit.ok) return hit.value;
    throw new RuntimeStateError('a call through a proxy: the object is not served any more');
  }
}

/** The reply that makes Comlink throw. */
function thrown(id: string, value: unknown): Message {
  return { id, type: 'HANDLER', name: 'throw', value } as Message;
}

// Errors travel whole, and what Comlink would give a message port of its own (a new instance of a class) is given a proxy of ours.
const throws = Comlink.transferHandlers.get('throw')!;
Comlink.transferHandlers.set('throw', {
  canHandle: throws.canHandle,
  serialize: (value) => [(value as { value: unknown }).value, []],
  deserialize(value): never {
    throw value;
  },
});
const proxies = Comlink.transferHandlers.get('proxy')!;
Comlink.transferHandlers.set('proxy', {
  // Every property of a proxy seems to be there, so it would be taken for marked, too.
  canHandle: (value): value is object => (types.isProxy(value) ? lines.has(value as object) : proxies.canHandle(value)),
  serialize: (value) => [proxy(value as object), []],
  deserialize: (value) => value as object,
});
