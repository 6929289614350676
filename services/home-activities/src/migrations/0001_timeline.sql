-- Times are kept to the millisecond, which is what the API and its cursors show: a position read back is exact.

CREATE FUNCTION rfc3339(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- The events that were processed, each in the transaction of what it changed: a delivery more changes nothing.
CREATE TABLE inbox (
  id uuid PRIMARY KEY,
  received_at timestamptz NOT NULL DEFAULT now(),
  deliveries integer NOT NULL DEFAULT 1
);

CREATE INDEX inbox_received ON inbox (received_at);

-- Names are the last known ones, for when user-activities cannot be asked.
CREATE TABLE timeline (
  uuid uuid PRIMARY KEY,
  user_uuid uuid NOT NULL,
  handle text NOT NULL,
  display_name text NOT NULL,
  message text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  likes_count integer NOT NULL DEFAULT 0,
  reposts_count integer NOT NULL DEFAULT 0
);

CREATE INDEX timeline_newest ON timeline (created_at DESC, uuid DESC);
CREATE INDEX timeline_expiry ON timeline (expires_at);

-- No foreign key: a reply may arrive before the activity that it answers.
CREATE TABLE timeline_replies (
  uuid uuid PRIMARY KEY,
  activity_uuid uuid NOT NULL,
  user_uuid uuid NOT NULL,
  handle text NOT NULL,
  display_name text NOT NULL,
  message text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL
);

CREATE INDEX timeline_replies_of_activity ON timeline_replies (activity_uuid, created_at DESC, uuid DESC);
CREATE INDEX timeline_replies_expiry ON timeline_replies (expires_at);

-- The timeline is complete once it was filled from user-activities; before, events may be missing.
CREATE TABLE timeline_rebuilds (
  finished_at timestamptz PRIMARY KEY DEFAULT now(),
  activities integer NOT NULL,
  replies integer NOT NULL
);
