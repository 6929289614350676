import { UnprocessableError } from '../query/errors.js';
import { MalformedRequestError } from '../receiver/otlp/records.js';
import type { Engine, Update } from './engine.js';

/** What may be asked of the engine from another thread. */
export type Method = {
  [K in keyof Engine]: Engine[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Engine];
export type Arguments<M extends Method> = Parameters<Engine[M]>;
export type Answer<M extends Method> = Awaited<ReturnType<Engine[M]>>;

export interface Request {
  id: number;
  method: Method;
  args: unknown[];
  /** Answer with JSON text: made here, so that the HTTP thread need neither copy nor serialise large results. */
  asJson: boolean;
}

export interface Failure {
  name: string;
  message: string;
  problems?: UnprocessableError['problems'];
}

export type Message =
  | { type: 'ready' }
  | { type: 'failed'; failure: Failure }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'error'; id: number; failure: Failure }
  | { type: 'update'; update: Update };

export function toFailure(error: unknown): Failure {
  if (error instanceof UnprocessableError) return { ...pick(error), problems: error.problems };
  return error instanceof Error ? pick(error) : { name: 'Error', message: String(error) };
}

const pick = ({ name, message }: Error): Failure => ({ name, message });

/** Errors that mean something to the sender keep their class; all others are ours. */
export function fromFailure({ name, message, problems }: Failure): Error {
  if (problems) return new UnprocessableError(problems);
  if (name === 'MalformedRequestError') return new MalformedRequestError(message);
  return new Error(message);
}

export interface Store {
  call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>>;
  /** As `call`, with the answer as JSON text. */
  json<M extends Method>(method: M, ...args: Arguments<M>): Promise<string>;
  onUpdate(listener: (update: Update) => void): void;
  close(): Promise<void>;
}

/** `engine[method](...args)`, for both kinds of store. */
export async function perform(engine: Engine, { method, args, asJson }: Omit<Request, 'id'>): Promise<unknown> {
  const value: unknown = await (engine[method] as (...args: unknown[]) => unknown).apply(engine, args);
  return asJson ? JSON.stringify(value) : value;
}
