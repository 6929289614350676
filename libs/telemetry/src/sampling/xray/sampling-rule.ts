import type { Attributes } from '@opentelemetry/api';
import * as attr from '../../attributes.js';
import { attributeText } from '../../export/attribute-text.js';

/** A rule as X-Ray's API gives it: https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html */
export interface SamplingRule {
  RuleName: string;
  /** The least one that matches decides. */
  Priority: number;
  /** From 0 to 1. */
  FixedRate: number;
  /** Traces a second that are kept before the rate applies. */
  ReservoirSize: number;
  ServiceName: string;
  ServiceType: string;
  Host: string;
  HTTPMethod: string;
  URLPath: string;
  ResourceARN: string;
  Attributes?: Record<string, string>;
}

/** Whether a rule is for a span that is about to start; `*` and `?` are wildcards, case does not matter. */
export function matches(rule: SamplingRule, serviceName: string, attributes: Attributes): boolean {
  const text = (key: string) => attributeText(attributes[key]);
  return (
    matchesPattern(rule.ServiceName, serviceName) &&
    matchesPattern(rule.Host, text(attr.ATTR_SERVER_ADDRESS)) &&
    matchesPattern(rule.HTTPMethod, text(attr.ATTR_HTTP_REQUEST_METHOD)) &&
    matchesPattern(rule.URLPath, text(attr.ATTR_URL_PATH)) &&
    // Neither is known here: a rule for one kind or resource is a rule for others.
    matchesPattern(rule.ServiceType, '') &&
    matchesPattern(rule.ResourceARN, '') &&
    Object.entries(rule.Attributes ?? {}).every(([key, pattern]) => matchesPattern(pattern, text(key)))
  );
}

const patterns = new Map<string, RegExp>();

function matchesPattern(pattern: string, value: string): boolean {
  if (pattern === '*') return true;
  let expression = patterns.get(pattern);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, 'is');
    if (patterns.size >= 1_000) patterns.clear();
    patterns.set(pattern, expression);
  }
  return expression.test(value);
}
