import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const RULE = 'no-restricted-imports';
const repository = fileURLToPath(new URL('..', import.meta.url));
let config: Linter.Config[];

beforeAll(async () => {
  const configFile = '../eslint.config.mjs';
  const { default: all } = (await import(configFile)) as { default: Linter.Config[] };
  // Only the dependency rules: the others need types, and files that exist.
  config = all
    .filter(({ rules }) => rules?.[RULE])
    .map(({ files, ignores = [], rules }) => ({ files, ignores, rules: { [RULE]: rules?.[RULE] } }));
  config.unshift({ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } });
});

/** Whether a file with this path may import that module. */
function mayImport(file: string, module: string): boolean {
  const linter = new Linter({ cwd: repository });
  return linter.verify(`import '${module}';`, config, { filename: file }).length === 0;
}

describe('the dependency direction', () => {
  it.each([
    ['services/gateway/src/a.ts', '@cruddur/telemetry'],
    ['services/gateway/src/a.ts', '@cruddur/contracts'],
    ['services/gateway/src/a.ts', '@opentelemetry/api'],
    ['libs/telemetry/src/a.ts', '@opentelemetry/sdk-node'],
    ['libs/service/src/a.ts', '@cruddur/telemetry'],
  ])('%s may import %s', (file, module) => {
    expect(mayImport(file, module)).toBe(true);
  });

  it.each([
    ['services/gateway/src/a.ts', '../../user-activities/src/activity.store.js', 'a service never imports another'],
    ['services/gateway/src/a.ts', '../../../services/home-activities/src/main.js', 'a service never imports another'],
    ['services/gateway/src/a.ts', '@opentelemetry/sdk-node', 'only libs/telemetry knows the SDK'],
    ['libs/service/src/a.ts', '@opentelemetry/sdk-trace', 'only libs/telemetry knows the SDK'],
    ['libs/telemetry/src/a.ts', '@cruddur/contracts', 'libs/telemetry imports nothing of ours'],
    ['libs/telemetry/src/a.ts', '@cruddur/service', 'libs/telemetry imports nothing of ours'],
    ['libs/contracts/src/a.ts', '@cruddur/telemetry', 'contracts import nothing of ours'],
    ['libs/telemetry/src/a.ts', '../../../services/gateway/src/main.js', 'a library never imports a service'],
    ['services/gateway/src/a.ts', '../../../libs/telemetry/src/index.js', 'a library has a name'],
    ['services/gateway/src/a.ts', '@cruddur/telemetry/testing', 'testing helpers are for tests'],
  ])('%s may not import %s: %s', (file, module) => {
    expect(mayImport(file, module)).toBe(false);
  });
});
