import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const LIBS = ['contracts', 'messaging', 'page-files', 'postgres', 'service', 'telemetry', 'upstream'];
const SERVICES = ['gateway', 'home-activities', 'user-activities', 'trace-viewer'];

/** What each library may import of ours. A service may import every library and no other service. */
const LIBS_MAY_IMPORT = {
  telemetry: [],
  contracts: [],
  'page-files': [],
  messaging: ['telemetry'],
  postgres: ['telemetry'],
  upstream: ['contracts', 'telemetry'],
  service: ['contracts', 'telemetry'],
};

const sdkPackages = {
  regex: '^@opentelemetry/(?!api$)',
  message:
    'Only libs/telemetry knows the SDK. Use @opentelemetry/api, or export what you need from @cruddur/telemetry.',
};
const otherServices = {
  regex: `services/(${SERVICES.join('|')})/|^(\\.\\./)+(${SERVICES.join('|')})/`,
  message: 'A service never imports another service; talk to it over its API, with the schemas of @cruddur/contracts.',
};
const intoLibs = {
  regex: '(^|/)libs/',
  message: 'Import a library by its name (@cruddur/...), not by its path.',
};
const testingOnly = { group: ['@cruddur/telemetry/testing'], message: 'Testing helpers are for tests.' };

const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.data/', 'coverage/', 'test-results/', '**/page/dist/'] },
  // Its packages are there only once `npm run bench` has installed them, which then type checks it too.
  { ignores: ['bench/http/express/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['services/**/*.ts'],
    ignores: ['services/*/page/**'],
    rules: restrict(sdkPackages, otherServices, intoLibs, testingOnly),
  },
  ...LIBS.map((lib) => ({
    files: [`libs/${lib}/**/*.ts`],
    ignores: ['**/*.spec.ts'],
    rules: restrict(otherServices, intoLibs, ...(lib === 'telemetry' ? [] : [sdkPackages, testingOnly]), {
      group: LIBS.filter((other) => !LIBS_MAY_IMPORT[lib].includes(other)).map((other) => `@cruddur/${other}`),
      message: `libs/${lib} may import ${LIBS_MAY_IMPORT[lib].join(', ') || 'nothing of ours'}.`,
    }),
  })),
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: {
      ...restrict(otherServices),
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Tests read answers of every shape.
      '@typescript-eslint/no-explicit-any': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'setTimeout', 'fetch', 'performance', 'AbortSignal'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  { files: ['tools/**', '.ci/**', 'bench/**'], rules: { 'no-console': 'off' } },
);
