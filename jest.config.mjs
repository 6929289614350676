const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: {
    '^@cruddur/telemetry/(testing|microservices|relay)$': '<rootDir>/libs/telemetry/src/$1/index.ts',
    '^@cruddur/telemetry/start$': '<rootDir>/libs/telemetry/src/start.ts',
    '^@cruddur/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};

/** unit: beside the code, in process. e2e: built services as processes, seen from outside. system: needs Debian packages. */
const projects = {
  unit: ['<rootDir>/libs/**/*.spec.ts', '<rootDir>/services/**/*.spec.ts', '<rootDir>/tools/**/*.spec.ts'],
  e2e: ['<rootDir>/test/e2e/**/*.spec.ts'],
  system: ['<rootDir>/test/system/**/*.spec.ts'],
};

export default {
  // Specs wait for processes more than they compute.
  maxWorkers: 2,
  // Real processes and brokers take their time on a busy machine.
  testTimeout: 20_000,
  projects: Object.entries(projects).map(([displayName, testMatch]) => ({ ...shared, displayName, testMatch })),
};
