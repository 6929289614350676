import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as attributes from '../../libs/telemetry/src/attributes.ts';
import { SERVICES } from '../services.ts';
import { readDefinitions } from './definitions.ts';
import { columnsOf } from './query.ts';

const definitions = readDefinitions(resolve(import.meta.dirname, '../..'));
const { columns, datasets } = definitions.columns;

describe('honeycomb/columns.json', () => {
  it('has a dataset for every service that is traced', () => {
    const traced = SERVICES.filter((service) => service.traced).map(({ name }) => name);
    expect([...datasets].sort()).toEqual(traced.sort());
  });

  it('describes every attribute of the vocabulary', () => {
    expect(Object.keys(columns)).toEqual(expect.arrayContaining(Object.values(attributes)));
  });

  it('describes every column that a query or a trigger names', () => {
    const named = [...definitions.queries, ...definitions.triggers].flatMap(({ query }) => columnsOf(query));
    expect(Object.keys(columns)).toEqual(expect.arrayContaining([...new Set(named)]));
  });
});
