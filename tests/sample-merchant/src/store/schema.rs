//! The tables. What must never happen is forbidden here, where no code path can forget it.

/// Made at every start, where they are not there yet.
pub(super) const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
-- A number must be on the disk before the wallet hears it: after a power cut an order that only the wallet knows would be
-- money without goods. FULL waits for the disk at each commit.
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;

CREATE TABLE IF NOT EXISTS orders (
  id            TEXT PRIMARY KEY,      -- also the wallet's unique_id: one number for one purchase, for ever
  request_key   TEXT UNIQUE,           -- Idempotency-Key: the same click twice is one order
  sku           TEXT NOT NULL,
  amount        INTEGER NOT NULL CHECK (amount > 0),   -- minor units
  coin          TEXT NOT NULL,
  -- Kept, since a repeated call must have the same content: after a restart the shop may listen elsewhere.
  callback_url  TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'expired', 'failed', 'refunded')),
  wallet_order  TEXT UNIQUE,           -- the wallet's order_id, once we have heard it
  pay_url       TEXT,
  payer         INTEGER,               -- who paid, and so whom to pay back
  created_ms    INTEGER NOT NULL,
  next_ask_ms   INTEGER                -- when the wallet is asked about it again; NULL: never
) STRICT;
CREATE INDEX IF NOT EXISTS orders_due ON orders (next_ask_ms) WHERE next_ask_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS orders_by_status ON orders (status);

-- The goods. Its key is what makes 'exactly once' true: a second credit of an order cannot be written.
CREATE TABLE IF NOT EXISTS credits (
  order_id  TEXT PRIMARY KEY REFERENCES orders (id),
  amount    INTEGER NOT NULL,
  at_ms     INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS payouts (
  id            TEXT PRIMARY KEY,
  request_key   TEXT UNIQUE,
  order_id      TEXT REFERENCES orders (id),           -- the order that is paid back, or NULL
  payee         INTEGER NOT NULL,
  amount        INTEGER NOT NULL CHECK (amount > 0),
  coin          TEXT NOT NULL,
  callback_url  TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'failed')),
  wallet_order  TEXT UNIQUE,
  created_ms    INTEGER NOT NULL,
  next_ask_ms   INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS payouts_due ON payouts (next_ask_ms) WHERE next_ask_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS payouts_by_order ON payouts (order_id);
CREATE INDEX IF NOT EXISTS payouts_by_status ON payouts (status);
";
