/* The public API as the page reads it; page-figures.spec.ts compares them with @cruddur/contracts. */

export interface Reply {
  readonly uuid: string;
  readonly reply_to_activity_uuid: string;
  readonly handle: string;
  readonly display_name: string;
  readonly message: string;
  readonly created_at: string;
}

export interface Activity {
  readonly uuid: string;
  readonly handle: string;
  readonly display_name: string;
  readonly message: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly likes_count: number;
  readonly replies_count: number;
  readonly reposts_count: number;
  readonly replies: readonly Reply[];
}

export interface Notification extends Activity {
  readonly kind: 'reply' | 'mention';
  readonly reply_to_activity_uuid: string | null;
}

export const MESSAGE_MAX = 280;
export const REPLY_MAX = 1024;
export const TTLS = {
  '30-days': '30 days',
  '7-days': '7 days',
  '3-days': '3 days',
  '1-day': '1 day',
  '12-hours': '12 hours',
  '3-hours': '3 hours',
  '1-hour': '1 hour',
} as const;
export type Ttl = keyof typeof TTLS;
export const DEFAULT_TTL: Ttl = '7-days';
