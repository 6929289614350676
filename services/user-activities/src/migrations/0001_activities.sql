-- Times are kept to the millisecond, which is what the API and its cursors show: a position read back is exact.

CREATE FUNCTION rfc3339(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

CREATE TABLE users (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  handle text NOT NULL UNIQUE CHECK (handle ~ '^[a-z0-9_]{1,30}$'),
  display_name text NOT NULL CHECK (display_name <> ''),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE activities (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_uuid uuid NOT NULL REFERENCES users,
  message text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  likes_count integer NOT NULL DEFAULT 0,
  replies_count integer NOT NULL DEFAULT 0,
  reposts_count integer NOT NULL DEFAULT 0,
  search tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('english', message)) STORED
) WITH (fillfactor = 90); -- room for a count to change in place, without touching an index

CREATE INDEX activities_newest ON activities (created_at DESC, uuid DESC);
CREATE INDEX activities_of_user ON activities (user_uuid, created_at DESC, uuid DESC);
CREATE INDEX activities_search ON activities USING gin (search);
CREATE INDEX activities_expiry ON activities (expires_at);

CREATE TABLE replies (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  activity_uuid uuid NOT NULL REFERENCES activities ON DELETE CASCADE,
  user_uuid uuid NOT NULL REFERENCES users,
  message text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE INDEX replies_of_activity ON replies (activity_uuid, created_at DESC, uuid DESC);

-- Written together with what they tell of, so that reading them is one walk along an index. `uuid` is the activity's
-- or the reply's own: whoever is answered and mentioned by one reply hears of it once.
CREATE TABLE notifications (
  user_uuid uuid NOT NULL REFERENCES users,
  uuid uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('reply', 'mention')),
  activity_uuid uuid NOT NULL REFERENCES activities ON DELETE CASCADE,
  reply_uuid uuid REFERENCES replies ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_uuid, uuid)
);

CREATE INDEX notifications_newest ON notifications (user_uuid, created_at DESC, uuid DESC);
CREATE INDEX notifications_of_activity ON notifications (activity_uuid);
CREATE INDEX notifications_of_reply ON notifications (reply_uuid);

CREATE TABLE idempotency_keys (
  user_uuid uuid NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  -- json, not jsonb: the second answer has its fields in the order of the first. Null only while it is being made.
  answer json,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_uuid, key)
);

CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
