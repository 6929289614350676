-- Events to be told to other services, written in the transaction of what they tell of. The carrier is what the trace's
-- propagator wrote (https://www.w3.org/TR/trace-context/): delivery continues the trace of the request.
CREATE TABLE outbox (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  type text NOT NULL,
  data json NOT NULL,
  carrier json NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Times that the receiver has failed on this event, and when it may be tried again.
  failures integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  -- Given up, and why: a dead letter. To have it sent again: UPDATE outbox SET dead_at = NULL, failures = 0.
  dead_at timestamptz,
  last_error text
);

CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX outbox_dead ON outbox (dead_at) WHERE dead_at IS NOT NULL;

-- A trigger, so that nobody who writes an event can forget to wake the relay. Heard at commit, once per transaction.
CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox', '');
  RETURN NULL;
END $$;

CREATE TRIGGER outbox_wakes_relay AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();

-- Replies are exported in the order of their time.
CREATE INDEX replies_newest ON replies (created_at DESC, uuid DESC);
