import type { SamplingRule } from './sampling-rule.js';

/** What X-Ray allots to this process: https://docs.aws.amazon.com/xray/latest/api/API_SamplingTargetDocument.html */
export interface SamplingTarget {
  RuleName: string;
  FixedRate?: number;
  ReservoirQuota?: number;
  /** Until when the quota holds, seconds since the epoch. */
  ReservoirQuotaTTL?: number;
}

export interface Statistics {
  RequestCount: number;
  BorrowCount: number;
  SampledCount: number;
}

/** A rule and what this process did by it. Reservoir first, then the fixed rate. */
export class RuleState {
  private second = 0;
  private takenInSecond = 0;
  private quota: { size: number; until: number } | undefined;
  private rate: number;
  private statistics: Statistics = { RequestCount: 0, BorrowCount: 0, SampledCount: 0 };

  constructor(readonly rule: SamplingRule) {
    this.rate = rule.FixedRate;
  }

  /** @param share a number from 0 to 1 that belongs to the trace @param now seconds since the epoch */
  keeps(share: number, now: number): boolean {
    this.statistics.RequestCount++;
    const kept = this.fitsReservoir(Math.floor(now)) || share < this.rate;
    if (kept) this.statistics.SampledCount++;
    return kept;
  }

  setTarget({ FixedRate, ReservoirQuota, ReservoirQuotaTTL }: SamplingTarget): void {
    if (FixedRate !== undefined) this.rate = FixedRate;
    if (ReservoirQuota !== undefined && ReservoirQuotaTTL !== undefined) {
      this.quota = { size: ReservoirQuota, until: ReservoirQuotaTTL };
    }
  }

  /** The same rule in its new version keeps its reservoir and its counts. */
  withRule(rule: SamplingRule): RuleState {
    const next = new RuleState(rule);
    next.quota = this.quota;
    next.statistics = this.statistics;
    return next;
  }

  /** Since the last time; undefined when there was nothing. */
  takeStatistics(): Statistics | undefined {
    const { statistics } = this;
    if (statistics.RequestCount === 0) return undefined;
    this.statistics = { RequestCount: 0, BorrowCount: 0, SampledCount: 0 };
    return statistics;
  }

  /** Without a quota of its own, a process may borrow one trace a second. */
  private fitsReservoir(second: number): boolean {
    if (second !== this.second) {
      this.second = second;
      this.takenInSecond = 0;
    }
    const owned = this.quota && second < this.quota.until ? this.quota.size : undefined;
    const size = owned ?? Math.min(1, this.rule.ReservoirSize);
    if (this.takenInSecond >= size) return false;
    this.takenInSecond++;
    if (owned === undefined) this.statistics.BorrowCount++;
    return true;
  }
}
