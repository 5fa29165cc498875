-- The system of record of one workspace. Times are milliseconds since 1970 UTC, enums the numbers of
-- esc/group.h, hashes SHA-256. A change here needs a new ESC_SQLITE_SCHEMA_VERSION and a migration.
--
-- Every table is STRICT. WITHOUT ROWID only where the natural key is nearly the whole row; rows that hold
-- blobs hang on a growing integer, so that inserts go to the right edge of the tree.

-- A `body` is bytes of the engine's own, which no statement looks into.

-- One row: whose file it is and which, how often it was opened and how left, and the engine's counters.
CREATE TABLE state (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    workspace       TEXT    NOT NULL CHECK (workspace <> ''),
    store_id        BLOB    NOT NULL CHECK (length(store_id) = 16),
    epoch           INTEGER NOT NULL,
    groups          INTEGER NOT NULL,
    is_clean        INTEGER NOT NULL CHECK (is_clean IN (0, 1)),
    next_escalation INTEGER NOT NULL,
    next_ticket     INTEGER NOT NULL,
    next_outbox     INTEGER NOT NULL,
    next_audit      INTEGER NOT NULL,
    next_timer      INTEGER NOT NULL,
    next_content    INTEGER NOT NULL,
    time_ms         INTEGER NOT NULL,
    body            BLOB    NOT NULL
) STRICT;

CREATE TABLE bundle (
    key   INTEGER PRIMARY KEY,
    hash  BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    at_ms INTEGER NOT NULL,
    bytes BLOB    NOT NULL
) STRICT;
CREATE INDEX bundle_by_time ON bundle (at_ms);

-- What was received in one group, compressed together (content.c). Keys are never used twice.
CREATE TABLE content (
    key   INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    size  INTEGER NOT NULL,
    bytes BLOB    NOT NULL
) STRICT;

-- What has been received: the digest tells a repetition from another event under the same key. Its
-- content is number `slot` of a row of contents; 0 when it was not kept.
CREATE TABLE event (
    source         TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    digest         BLOB    NOT NULL CHECK (length(digest) = 16),
    received_at_ms INTEGER NOT NULL,
    content        INTEGER NOT NULL,
    slot           INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE ticket (
    key           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE CHECK (id <> ''),
    title         TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    body          BLOB    NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    is_live       INTEGER NOT NULL CHECK (is_live IN (0, 1))
) STRICT;
CREATE INDEX ticket_live ON ticket (is_live) WHERE is_live = 1;

CREATE TABLE escalation (
    id           INTEGER PRIMARY KEY,
    ticket       TEXT    NOT NULL,
    template     TEXT    NOT NULL,
    bundle       INTEGER NOT NULL REFERENCES bundle (key),
    state        INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    role         INTEGER NOT NULL CHECK (role BETWEEN 0 AND 3),
    owner        TEXT    NOT NULL,
    is_acked     INTEGER NOT NULL CHECK (is_acked IN (0, 1)),
    opened_at_ms INTEGER NOT NULL,
    closed_at_ms INTEGER NOT NULL,
    outcome      TEXT    NOT NULL,
    step         TEXT    NOT NULL,
    next_due_ms  INTEGER NOT NULL,
    version      INTEGER NOT NULL DEFAULT 0,
    account      TEXT    NOT NULL DEFAULT '',
    severity     TEXT    NOT NULL DEFAULT '',
    rank         INTEGER NOT NULL DEFAULT 0, -- minus its place among the severities: the worst comes first
    due_ms       INTEGER NOT NULL DEFAULT 9223372036854775807, -- when nobody has to meet anything
    body         BLOB    NOT NULL,
    start        INTEGER NOT NULL,
    start_slot   INTEGER NOT NULL
) STRICT;
CREATE INDEX escalation_by_state ON escalation (state);
-- Lists of what is open, with all that they are filtered by: a page is read out of the index alone.
CREATE INDEX escalation_by_due ON escalation (due_ms, id, rank, state, owner, template, account, severity)
    WHERE state < 3;
CREATE INDEX escalation_by_rank ON escalation (rank, due_ms, id, state, owner, template, account, severity)
    WHERE state < 3;
CREATE INDEX escalation_live ON escalation (id) WHERE state < 3; -- by id, as a start reads them
CREATE INDEX escalation_by_start ON escalation (start) WHERE state < 3;
CREATE INDEX escalation_by_ticket ON escalation (ticket);

-- The event that started an escalation is a reference to where its content lies. An event that was never received, such as
-- the engine's own, is kept here: apart from the escalation, so that a step of it does not write it again.
CREATE TABLE start_event (
    escalation INTEGER PRIMARY KEY,
    json       TEXT NOT NULL
) STRICT;

CREATE TABLE outbox (
    id                 INTEGER PRIMARY KEY,
    key                TEXT    NOT NULL CHECK (key <> ''),
    escalation         INTEGER NOT NULL,
    ticket             TEXT    NOT NULL,
    kind               INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),
    target             TEXT    NOT NULL,
    medium             TEXT    NOT NULL,
    address            TEXT    NOT NULL,
    body               TEXT    NOT NULL,
    created_at_ms      INTEGER NOT NULL,
    deadline_ms        INTEGER NOT NULL,
    state              INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
    attempts           INTEGER NOT NULL,
    next_attempt_at_ms INTEGER NOT NULL,
    detail             TEXT    NOT NULL
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state);

-- What the engine keeps beside tickets (counts, silences): many small rows that come and go, found by their key alone.
CREATE TABLE kept (
    id   BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What people are to do, in the order in which it came up. Open ones are few among many that are done.
CREATE TABLE task (
    key           INTEGER PRIMARY KEY,
    escalation    INTEGER NOT NULL,
    number        INTEGER NOT NULL CHECK (number > 0),
    kind          INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 5),
    state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    ticket        TEXT    NOT NULL,
    assignee      TEXT    NOT NULL,
    candidates    TEXT    NOT NULL,
    created_at_ms INTEGER NOT NULL,
    due_at_ms     INTEGER NOT NULL,
    done_at_ms    INTEGER NOT NULL,
    body          BLOB    NOT NULL,
    UNIQUE (escalation, number)
) STRICT;
CREATE INDEX task_open ON task (escalation, number) WHERE state < 2;

-- A row holds up to 256 records of one ticket that follow each other, packed (audit.c); `at_ms` is the last one's. Read by
-- ticket; an escalation's records are those of its ticket that name it.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    count   INTEGER NOT NULL CHECK (count BETWEEN 1 AND 256),
    at_ms   INTEGER NOT NULL,
    ticket  TEXT    NOT NULL,
    records BLOB    NOT NULL
) STRICT;
CREATE INDEX audit_by_ticket ON audit (ticket) WHERE ticket <> '';

CREATE TABLE evidence (
    key        INTEGER PRIMARY KEY,
    escalation INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    at_ms      INTEGER NOT NULL,
    content    TEXT    NOT NULL
) STRICT;
CREATE INDEX evidence_by_escalation ON evidence (escalation);
