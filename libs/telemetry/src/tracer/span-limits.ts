import type { SpanLimits } from '@opentelemetry/sdk-trace';

export type AllSpanLimits = Required<SpanLimits>;

export const DEFAULT_LIMITS: AllSpanLimits = {
  attributeCountLimit: 128,
  attributeValueLengthLimit: Infinity,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
};

/** The specification's name first, then what else is known for it. */
const VARIABLES: Record<keyof AllSpanLimits, string[]> = {
  attributeCountLimit: ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
  attributeValueLengthLimit: ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
  eventCountLimit: ['OTEL_SPAN_EVENT_COUNT_LIMIT'],
  linkCountLimit: ['OTEL_SPAN_LINK_COUNT_LIMIT'],
  attributePerEventCountLimit: ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT'],
  attributePerLinkCountLimit: ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT'],
};

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#span-limits */
export function readSpanLimits(env: NodeJS.ProcessEnv, problems: string[]): AllSpanLimits {
  const limits = { ...DEFAULT_LIMITS };
  for (const key of Object.keys(VARIABLES) as (keyof AllSpanLimits)[]) {
    const name = VARIABLES[key].find((candidate) => env[candidate]?.trim());
    if (name === undefined) continue;
    const value = Number(env[name]);
    // A count may be 0, a length may not: nothing would be left of any text.
    if (Number.isInteger(value) && value >= (key === 'attributeValueLengthLimit' ? 1 : 0)) limits[key] = value;
    else problems.push(`${name} is not a whole number that can be a limit: using ${limits[key]}`);
  }
  return limits;
}
