/** A service that `npm start` runs. */
export interface Service {
  /** Of its folder in services/, and in messages. */
  name: string;
  /** The variable that says on which port it listens. */
  portVariable: string;
  defaultPort: number;
  /** The variable that says on which address it listens. */
  hostVariable: string;
  /** The variable by which the others know its address; it follows the port. */
  urlVariable?: string;
  /** Its database on the server; it gets DATABASE_URL for it. */
  database?: string;
  /** The variable that says where it keeps data of its own; a folder with its name beside the others' data. */
  dataVariable?: string;
  /** Further variables, unless the environment has them. */
  env?: Record<string, string>;
  /** False for one that has no telemetry.ts to preload. */
  traced: boolean;
  /** It takes the others' spans and logs over OTLP/HTTP. */
  takesOtlp: boolean;
  /** What listens on its port already is taken to do its work; otherwise a taken port is an error. */
  skipWhenPortTaken: boolean;
}

const plain = {
  hostVariable: 'HOST',
  traced: true,
  takesOtlp: false,
  skipWhenPortTaken: false,
};

/** In the order in which they are started; they are stopped in the opposite one, callers before those they call. */
export const SERVICES: readonly Service[] = [
  {
    name: 'trace-viewer',
    portVariable: 'VIEWER_PORT',
    defaultPort: 4318,
    hostVariable: 'VIEWER_HOST',
    dataVariable: 'VIEWER_DATA_DIR',
    // glibc keeps freed memory apart for each thread, of which there are many here: it costs a tenth more memory.
    env: { MALLOC_ARENA_MAX: '2' },
    // It would trace its own receiving.
    traced: false,
    takesOtlp: true,
    skipWhenPortTaken: true,
  },
  {
    ...plain,
    name: 'user-activities',
    portVariable: 'USER_ACTIVITIES_PORT',
    defaultPort: 4569,
    urlVariable: 'USER_ACTIVITIES_URL',
    database: 'user_activities',
  },
  {
    ...plain,
    name: 'home-activities',
    portVariable: 'HOME_ACTIVITIES_PORT',
    defaultPort: 4568,
    urlVariable: 'HOME_ACTIVITIES_URL',
    database: 'home_activities',
  },
  { ...plain, name: 'gateway', portVariable: 'GATEWAY_PORT', defaultPort: 4567 },
];

/** The port on which home-activities takes events, as long as there is no broker. */
export const HOME_ACTIVITIES_EVENTS: Service = {
  ...plain,
  name: 'home-activities',
  portVariable: 'EVENTS_PORT',
  defaultPort: 4571,
};
