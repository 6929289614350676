import { describe, expect, it } from '@jest/globals';
import { RuleState } from './rule-state.js';
import { type SamplingRule, matches } from './sampling-rule.js';

const rule = (own: Partial<SamplingRule> = {}): SamplingRule => ({
  ...{ RuleName: 'r', Priority: 1, FixedRate: 0.5, ReservoirSize: 10, ResourceARN: '*' },
  ...{ ServiceName: '*', ServiceType: '*', Host: '*', HTTPMethod: '*', URLPath: '*', Attributes: {} },
  ...own,
});
const keptOf = (state: RuleState, count: number, now: number, share = 0.9) =>
  Array.from({ length: count }, () => state.keeps(share, now)).filter(Boolean).length;

describe('a sampling rule', () => {
  const request = { 'http.request.method': 'GET', 'url.path': '/api/activities/home', 'server.address': 'example.org' };

  it.each<[Partial<SamplingRule>, boolean]>([
    [{}, true],
    [{ ServiceName: 'gate*', HTTPMethod: 'get', URLPath: '/api/*', Host: 'example.???' }, true],
    [{ ServiceName: 'home-activities' }, false],
    [{ HTTPMethod: 'POST' }, false],
    [{ URLPath: '/api' }, false],
    [{ URLPath: '/api.activities*' }, false],
    [{ ServiceType: 'AWS::ECS::Container' }, false],
    [{ Attributes: { 'server.address': 'example.*' } }, true],
    [{ Attributes: { absent: 'x' } }, false],
  ])('%j matches a request: %p', (own, expected) => {
    expect(matches(rule(own), 'gateway', request)).toBe(expected);
  });
});

describe('what a rule keeps', () => {
  it('is one borrowed trace a second and a share of the others, without a quota', () => {
    const state = new RuleState(rule());
    expect(keptOf(state, 10, 100.5)).toBe(1);
    expect(keptOf(state, 10, 101)).toBe(1);
    expect(keptOf(state, 10, 101.2, 0.4)).toBe(10);
    expect(state.takeStatistics()).toEqual({ RequestCount: 30, BorrowCount: 2, SampledCount: 12 });
    expect(state.takeStatistics()).toBeUndefined();
  });

  it('is the quota, as long as it holds, and the share that X-Ray now wants', () => {
    const state = new RuleState(rule({ FixedRate: 1 }));
    state.setTarget({ RuleName: 'r', FixedRate: 0, ReservoirQuota: 3, ReservoirQuotaTTL: 110 });
    expect(keptOf(state, 10, 109)).toBe(3);
    expect(keptOf(state, 10, 110)).toBe(1);
    expect(state.takeStatistics()).toMatchObject({ BorrowCount: 1, SampledCount: 4 });
  });

  it('is nothing with neither reservoir nor rate', () => {
    expect(keptOf(new RuleState(rule({ ReservoirSize: 0, FixedRate: 0 })), 10, 100, 0)).toBe(0);
  });
});
