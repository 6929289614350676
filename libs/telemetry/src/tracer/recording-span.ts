import { performance } from 'node:perf_hooks';
import {
  type AttributeValue,
  type Attributes,
  type Exception,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  diag,
} from '@opentelemetry/api';
import {
  AddAttributeDecision,
  type InstrumentationScope,
  addHrTimes,
  cleanAttributes,
  cleanSimpleAttributes,
  hrTimeDuration,
  isTimeInput,
  maybeAddAttribute,
  timeInputToHrTime,
} from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { Span, TimedEvent } from '@opentelemetry/sdk-trace';
import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_STACKTRACE, ATTR_EXCEPTION_TYPE } from '../attributes.js';
import { durationOf, preciseTime, toHrTime } from './precise-time.js';
import type { AllSpanLimits } from './span-limits.js';

/** What the spans of one tracer have in common. */
export interface SpanOwner {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
  readonly limits: AllSpanLimits;
  ending(span: Span): void;
  ended(span: Span): void;
}

export interface SpanBeginning {
  name: string;
  kind: SpanKind;
  spanContext: SpanContext;
  parentSpanContext: SpanContext | undefined;
  links: readonly Link[] | undefined;
  startTime: TimeInput | undefined;
}

const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };
const NOT_YET: HrTime = [0, 0];
const UNKNOWN: HrTime = [-1, -1];
/** Most spans have none: an array of its own comes with the first. */
const NO_EVENTS = Object.freeze<TimedEvent[]>([]) as TimedEvent[];
const NO_LINKS = Object.freeze<Link[]>([]) as Link[];

/** Whether a value is kept as it is. */
function isPlain(value: unknown, lengthLimit: number): boolean {
  if (typeof value === 'string') return value.length <= lengthLimit;
  return typeof value === 'number' || typeof value === 'boolean';
}

/**
 * A span that is kept, with the behaviour of the SDK's own (https://opentelemetry.io/docs/specs/otel/trace/api/#span).
 * It begins with microseconds, where the SDK's begins with milliseconds: in a request of a few milliseconds children
 * would otherwise begin before their parents. A value of a primitive type, which nearly all are, is looked at once.
 */
export class RecordingSpan implements Span {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  endTime = NOT_YET;
  duration = UNKNOWN;
  status = UNSET;
  attributes: Attributes = {};
  events = NO_EVENTS;
  links = NO_LINKS;
  ended = false;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;

  private attributeCount = 0;
  private readonly context: SpanContext;
  /** On the monotonic clock; NaN when the caller gave the start. */
  private readonly started: number;

  constructor(
    private readonly owner: SpanOwner,
    { name, kind, spanContext, parentSpanContext, links, startTime }: SpanBeginning,
  ) {
    this.name = name;
    this.kind = kind;
    this.context = spanContext;
    this.parentSpanContext = parentSpanContext;
    if (!isTimeInput(startTime)) {
      this.started = performance.now();
      this.startTime = toHrTime(preciseTime(this.started));
    } else {
      this.started = NaN;
      this.startTime = timeInputToHrTime(startTime);
    }
    if (links) this.addLinks(links.slice(-owner.limits.linkCountLimit));
    this.droppedLinksCount = links ? links.length - this.links.length : 0;
  }

  get resource(): Resource {
    return this.owner.resource;
  }

  get instrumentationScope(): InstrumentationScope {
    return this.owner.scope;
  }

  spanContext(): SpanContext {
    return this.context;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.refuses()) return this;
    const { attributes, owner } = this;
    const { attributeCountLimit, attributeValueLengthLimit } = owner.limits;
    if (isPlain(value, attributeValueLengthLimit) && key !== '') {
      if (attributes[key] !== undefined && Object.hasOwn(attributes, key)) {
        attributes[key] = value;
        return this;
      }
      if (this.attributeCount < attributeCountLimit) {
        attributes[key] = value;
        this.attributeCount++;
        return this;
      }
    }
    this.addUnusual(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) {
      if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key]);
    }
    return this;
  }

  /**
   * Takes over an object that was made for this span, if it holds nothing that would have to be looked at closer.
   *
   * @returns whether it did
   */
  adopt(attributes: Attributes): boolean {
    const { attributeCountLimit, attributeValueLengthLimit } = this.owner.limits;
    let count = 0;
    for (const key in attributes) {
      if (!isPlain(attributes[key], attributeValueLengthLimit)) return false;
      count++;
    }
    if (count > attributeCountLimit) return false;
    this.attributes = attributes;
    this.attributeCount = count;
    return true;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.refuses()) return this;
    const { limits } = this.owner;
    const at = [time, attributesOrTime].find(isTimeInput);
    if (limits.eventCountLimit === 0) {
      this.droppedEventsCount++;
      return this;
    }
    if (this.events.length >= limits.eventCountLimit) {
      this.events.shift();
      this.droppedEventsCount++;
    }
    if (this.events === NO_EVENTS) this.events = [];
    this.events.push({
      name,
      time: at === undefined ? this.now() : timeInputToHrTime(at),
      ...cleanSimpleAttributes(isTimeInput(attributesOrTime) ? undefined : attributesOrTime, {
        attributeCountLimit: limits.attributePerEventCountLimit,
        attributeValueLengthLimit: limits.attributeValueLengthLimit,
      }),
    });
    return this;
  }

  addLink(link: Link): this {
    if (this.refuses()) return this;
    const { limits } = this.owner;
    if (limits.linkCountLimit === 0) {
      this.droppedLinksCount++;
      return this;
    }
    if (this.links.length >= limits.linkCountLimit) {
      this.links.shift();
      this.droppedLinksCount++;
    }
    if (this.links === NO_LINKS) this.links = [];
    this.links.push({
      context: link.context,
      ...cleanAttributes(link.attributes, {
        attributeCountLimit: limits.attributePerLinkCountLimit,
        attributeValueLengthLimit: limits.attributeValueLengthLimit,
      }),
    });
    return this;
  }

  addLinks(links: readonly Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  /** OK stands once it is set, and nothing goes back to unset. */
  setStatus({ code, message }: SpanStatus): this {
    if (this.refuses() || code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this;
    this.status = code === SpanStatusCode.ERROR && typeof message === 'string' ? { code, message } : { code };
    return this;
  }

  updateName(name: string): this {
    if (!this.refuses()) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const { code, name, message, stack } = typeof exception === 'string' ? { message: exception } : (exception ?? {});
    const attributes: Attributes = {};
    const type = code ? String(code) : name;
    if (type) attributes[ATTR_EXCEPTION_TYPE] = type;
    if (message) attributes[ATTR_EXCEPTION_MESSAGE] = message;
    if (stack) attributes[ATTR_EXCEPTION_STACKTRACE] = stack;
    if (type || message) this.addEvent('exception', attributes, time);
    else diag.warn('An exception without name and message was not recorded');
  }

  end(endTime?: TimeInput): void {
    if (this.refuses()) return;
    if (isTimeInput(endTime)) {
      this.endTime = timeInputToHrTime(endTime);
      this.duration = hrTimeDuration(this.startTime, this.endTime);
    } else if (Number.isNaN(this.started)) {
      this.endTime = this.now();
      this.duration = hrTimeDuration(this.startTime, this.endTime);
    } else {
      this.duration = durationOf(performance.now() - this.started);
      this.endTime = addHrTimes(this.startTime, this.duration);
    }
    if (this.duration[0] < 0) {
      diag.warn(`Span "${this.name}" ends before it starts: its duration is set to 0`);
      this.endTime = [...this.startTime];
      this.duration = [0, 0];
    }
    this.owner.ending(this);
    this.ended = true;
    this.owner.ended(this);
  }

  private now(): HrTime {
    const monotonic = performance.now();
    if (Number.isNaN(this.started)) return toHrTime(preciseTime(monotonic));
    return addHrTimes(this.startTime, durationOf(monotonic - this.started));
  }

  private refuses(): boolean {
    if (this.ended) diag.warn(`Span "${this.name}" has ended and can no longer be changed`);
    return this.ended;
  }

  private addUnusual(key: string, value: AttributeValue): void {
    const decision = maybeAddAttribute({
      key,
      value,
      attributes: this.attributes,
      limits: this.owner.limits,
      currentAttributesCount: this.attributeCount,
    });
    if (decision === AddAttributeDecision.ADD_NEW) this.attributeCount++;
    else if (decision === AddAttributeDecision.DROP_LIMIT_REACHED) this.droppedAttributesCount++;
  }
}
