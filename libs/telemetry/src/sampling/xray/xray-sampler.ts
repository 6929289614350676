import { randomBytes } from 'node:crypto';
import { type Attributes, type Context, type SpanKind, ROOT_CONTEXT, context, diag } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { post } from '../../export/post.js';
import { RuleState, type SamplingTarget } from './rule-state.js';
import { type SamplingRule, matches } from './sampling-rule.js';

export interface XraySamplerSettings {
  /** The daemon's proxy, which signs what it is asked. */
  endpoint: URL;
  serviceName: string;
  /** Between two looks at the rules, milliseconds. */
  pollingIntervalMs: number;
  /** Between two reports of what was sampled, milliseconds. */
  targetIntervalMs: number;
}

const TIMEOUT_MS = 5_000;
const SHARES = 2 ** 52;
/** X-Ray's own default, as long as it has not been heard. */
const FALLBACK: SamplingRule = {
  ...{ RuleName: 'Fallback', Priority: 10_001, FixedRate: 0.05, ReservoirSize: 1 },
  ...{ ServiceName: '*', ServiceType: '*', Host: '*', HTTPMethod: '*', URLPath: '*', ResourceARN: '*' },
};

/** Samples by the rules that are kept in X-Ray: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html */
export class XraySampler implements Sampler {
  private rules: RuleState[] = [];
  private readonly fallback = new RuleState(FALLBACK);
  private readonly clientId = randomBytes(12).toString('hex');

  constructor(private readonly settings: XraySamplerSettings) {
    const { pollingIntervalMs, targetIntervalMs } = settings;
    setImmediate(() => void this.attempt(() => this.loadRules())).unref();
    setInterval(() => void this.attempt(() => this.loadRules()), pollingIntervalMs).unref();
    setInterval(() => void this.attempt(() => this.report()), targetIntervalMs).unref();
  }

  shouldSample(
    _context: Context,
    traceId: string,
    _name: string,
    _kind: SpanKind,
    attributes: Attributes,
  ): SamplingResult {
    const { serviceName } = this.settings;
    const state = this.rules.find(({ rule }) => matches(rule, serviceName, attributes)) ?? this.fallback;
    // By the trace id, so that the same trace has the same luck everywhere.
    const kept = state.keeps(Number.parseInt(traceId.slice(18, 31), 16) / SHARES, Date.now() / 1_000);
    return { decision: kept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return 'XraySampler';
  }

  private async loadRules(): Promise<void> {
    const loaded: SamplingRule[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.ask<{ SamplingRuleRecords: { SamplingRule: SamplingRule }[]; NextToken?: string }>(
        '/GetSamplingRules',
        { NextToken },
      );
      loaded.push(...page.SamplingRuleRecords.map(({ SamplingRule }) => SamplingRule));
      NextToken = page.NextToken;
    } while (NextToken);
    const known = new Map(this.rules.map((state) => [state.rule.RuleName, state]));
    loaded.sort((a, b) => a.Priority - b.Priority || (a.RuleName < b.RuleName ? -1 : 1));
    this.rules = loaded.map((rule) => known.get(rule.RuleName)?.withRule(rule) ?? new RuleState(rule));
  }

  private async report(): Promise<void> {
    const Timestamp = Math.floor(Date.now() / 1_000);
    const documents = this.rules.flatMap((state) => {
      const statistics = state.takeStatistics();
      return statistics ? [{ RuleName: state.rule.RuleName, ClientID: this.clientId, Timestamp, ...statistics }] : [];
    });
    if (documents.length === 0) return;
    const { SamplingTargetDocuments } = await this.ask<{ SamplingTargetDocuments: SamplingTarget[] }>(
      '/SamplingTargets',
      { SamplingStatisticsDocuments: documents },
    );
    for (const target of SamplingTargetDocuments) {
      this.rules.find(({ rule }) => rule.RuleName === target.RuleName)?.setTarget(target);
    }
  }

  private async ask<Answer>(path: string, body: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    const url = new URL(path, this.settings.endpoint);
    return JSON.parse(await post({ url, headers, body: JSON.stringify(body), timeoutMs: TIMEOUT_MS })) as Answer;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await context.with(suppressTracing(ROOT_CONTEXT), work);
    } catch (error) {
      diag.warn(`X-Ray's sampling rules are not to be had, the last known ones apply: ${(error as Error).message}`);
    }
  }
}
