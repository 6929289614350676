export type Scalar = string | number | boolean;
export type Bag = Record<string, Scalar>;
export type ServiceName = 'gateway' | 'home-activities' | 'user-activities';

export const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
export const LEVELS = { info: 9, warn: 13, error: 17 } as const;

/** A span to be, with its log line and what it waits for. */
export interface Step {
  readonly service: ServiceName;
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  /** Milliseconds after the start of the parent. */
  readonly at: number;
  readonly ms: number;
  readonly attributes?: Bag;
  /** The status message of a failed span. */
  readonly error?: string;
  readonly log?: { readonly level: keyof typeof LEVELS; readonly body: string; readonly attributes?: Bag };
  readonly steps?: readonly Step[];
}

export const server = (service: ServiceName, name: string, more: Omit<Step, 'service' | 'name' | 'kind'>): Step => ({
  service,
  name,
  kind: 'server',
  ...more,
});

export const client = (service: ServiceName, name: string, more: Omit<Step, 'service' | 'name' | 'kind'>): Step => ({
  service,
  name,
  kind: 'client',
  ...more,
});

/** A statement of user-activities. */
export const statement = (at: number, ms: number, name: string, text: string): Step =>
  client('user-activities', name, {
    at,
    ms,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'user_activities',
      'db.operation.name': name.split(' ')[0]!,
      'db.query.text': text,
    },
  });
