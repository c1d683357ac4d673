-- Facts that the chain's events state, each with the block that it is in: deleting a block takes back all that it said, so that a
-- reorganisation is one DELETE. Amounts are 32 bytes, big-endian; times are seconds since 1970.

CREATE TABLE IF NOT EXISTS block (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    parent BLOB NOT NULL,
    time INTEGER NOT NULL,
    -- Whether it says anything: if not, it is forgotten when it is old.
    says INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS sent (
    hash BLOB PRIMARY KEY,
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    sender BLOB NOT NULL,
    gas INTEGER NOT NULL,
    gas_price BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sent_block ON sent (block);

CREATE TABLE IF NOT EXISTS record (
    hash BLOB NOT NULL,
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    length INTEGER NOT NULL,
    PRIMARY KEY (hash, block, log)
) STRICT;
CREATE INDEX IF NOT EXISTS record_block ON record (block);

-- The first row of a listing has all of it but what is null here for good; later ones have what changed.
CREATE TABLE IF NOT EXISTS listing (
    id INTEGER NOT NULL,
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    record BLOB,
    owner BLOB,
    about TEXT,
    price BLOB,
    start_price BLOB,
    duration INTEGER,
    token BLOB,
    owner_bps INTEGER,
    share BLOB,
    deprecated INTEGER,
    PRIMARY KEY (id, block, log)
) STRICT;
CREATE INDEX IF NOT EXISTS listing_block ON listing (block);

CREATE TABLE IF NOT EXISTS job (
    id BLOB PRIMARY KEY,
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    requester BLOB NOT NULL,
    listing INTEGER NOT NULL,
    record BLOB NOT NULL,
    verifier BLOB NOT NULL,
    token BLOB NOT NULL,
    owner_bps INTEGER NOT NULL,
    floor_price BLOB NOT NULL,
    max_price BLOB NOT NULL,
    bond BLOB NOT NULL,
    collateral BLOB NOT NULL,
    curve_start INTEGER NOT NULL,
    curve_seconds INTEGER NOT NULL,
    lock_by INTEGER NOT NULL,
    prove_window INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    ack_window INTEGER NOT NULL,
    direct INTEGER NOT NULL,
    callback BLOB NOT NULL,
    callback_gas INTEGER NOT NULL,
    input BLOB NOT NULL,
    -- What its steps, taken in order, make of it: kept by the triggers below.
    status TEXT NOT NULL DEFAULT 'open',
    prover BLOB,
    payout BLOB,
    price BLOB,
    until INTEGER,
    cancel_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS job_block ON job (block, log);
CREATE INDEX IF NOT EXISTS job_status ON job (status, block);
CREATE INDEX IF NOT EXISTS job_listing ON job (listing, block);
CREATE INDEX IF NOT EXISTS job_requester ON job (requester, block);
CREATE INDEX IF NOT EXISTS job_prover ON job (prover, status);

CREATE TABLE IF NOT EXISTS step (
    job BLOB NOT NULL,
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    sent BLOB NOT NULL,
    name TEXT NOT NULL,
    -- Null where it stays.
    status TEXT,
    prover BLOB,
    payout BLOB,
    price BLOB,
    until INTEGER,
    -- A JSON object of decimal amounts, by name.
    amounts TEXT NOT NULL,
    -- What came with it: a ciphertext, an output.
    data BLOB,
    PRIMARY KEY (job, block, log)
) STRICT;
CREATE INDEX IF NOT EXISTS step_block ON step (block);

CREATE TRIGGER IF NOT EXISTS step_taken AFTER INSERT ON step BEGIN
    UPDATE job SET
        status = coalesce(new.status, status),
        prover = coalesce(new.prover, prover),
        payout = coalesce(new.payout, payout),
        price = coalesce(new.price, price),
        until = CASE WHEN new.name <> 'cancel_noticed' THEN coalesce(new.until, until) ELSE until END,
        cancel_at = CASE WHEN new.name = 'cancel_noticed' THEN new.until ELSE cancel_at END
    WHERE id = new.job;
END;
CREATE TRIGGER IF NOT EXISTS step_taken_back AFTER DELETE ON step BEGIN
    UPDATE job SET
        status = (SELECT status FROM step WHERE job = old.job AND status IS NOT NULL ORDER BY block DESC, log DESC LIMIT 1),
        prover = (SELECT prover FROM step WHERE job = old.job AND prover IS NOT NULL ORDER BY block DESC, log DESC LIMIT 1),
        payout = (SELECT payout FROM step WHERE job = old.job AND payout IS NOT NULL ORDER BY block DESC, log DESC LIMIT 1),
        price = (SELECT price FROM step WHERE job = old.job AND price IS NOT NULL ORDER BY block DESC, log DESC LIMIT 1),
        until = (SELECT until FROM step WHERE job = old.job AND until IS NOT NULL AND name <> 'cancel_noticed'
            ORDER BY block DESC, log DESC LIMIT 1),
        cancel_at = (SELECT until FROM step WHERE job = old.job AND name = 'cancel_noticed')
    WHERE id = old.job AND EXISTS (SELECT 1 FROM step WHERE job = old.job);
END;

CREATE TABLE IF NOT EXISTS payment (
    job BLOB NOT NULL,
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    listing INTEGER NOT NULL,
    token BLOB NOT NULL,
    payout BLOB NOT NULL,
    receiver BLOB NOT NULL,
    prover_amount BLOB NOT NULL,
    owner_amount BLOB NOT NULL,
    fee BLOB NOT NULL,
    late INTEGER NOT NULL,
    PRIMARY KEY (job, block, log)
) STRICT;
CREATE INDEX IF NOT EXISTS payment_block ON payment (block);
CREATE INDEX IF NOT EXISTS payment_payout ON payment (payout);
CREATE INDEX IF NOT EXISTS payment_listing ON payment (listing);

-- Stake that a prover's pool gained, or lost.
CREATE TABLE IF NOT EXISTS stake (
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    prover BLOB NOT NULL,
    account BLOB,
    name TEXT NOT NULL,
    gained BLOB NOT NULL,
    lost BLOB NOT NULL,
    PRIMARY KEY (block, log)
) STRICT;
CREATE INDEX IF NOT EXISTS stake_prover ON stake (prover);

CREATE TABLE IF NOT EXISTS delivery_key (
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    prover BLOB NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (block, log)
) STRICT;

CREATE TABLE IF NOT EXISTS work (
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    token BLOB NOT NULL,
    prover BLOB NOT NULL,
    creator BLOB NOT NULL,
    fee BLOB NOT NULL,
    PRIMARY KEY (block, log)
) STRICT;
CREATE INDEX IF NOT EXISTS work_epoch ON work (epoch);

CREATE TABLE IF NOT EXISTS epoch (
    number INTEGER NOT NULL,
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    proceeds BLOB NOT NULL,
    rewards BLOB NOT NULL,
    burned BLOB NOT NULL,
    to_treasury BLOB NOT NULL,
    PRIMARY KEY (block, log)
) STRICT;

CREATE TABLE IF NOT EXISTS claim (
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    account BLOB NOT NULL,
    prover_reward BLOB NOT NULL,
    creator_reward BLOB NOT NULL,
    withheld BLOB NOT NULL,
    PRIMARY KEY (block, log)
) STRICT;

-- What says that seals are not to be trusted: of a verifier, or of one record under it.
CREATE TABLE IF NOT EXISTS stop (
    block INTEGER NOT NULL REFERENCES block ON DELETE CASCADE,
    log INTEGER NOT NULL,
    verifier BLOB NOT NULL,
    record BLOB,
    PRIMARY KEY (block, log)
) STRICT;
