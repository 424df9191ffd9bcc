-- What several processes on one ledger share beside the facts.

-- Who does what only one may do at a time. The beat goes on while its holder lives; no clock is compared.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    beat BIGINT NOT NULL
);

-- Things that a group of the stream could not act upon, until somebody has them tried again.
CREATE TABLE dead_letters (
    consumer_group TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (consumer_group, id)
);

-- Which holders of a post already have a letter to it that not every holder could be given at once.
CREATE TABLE letter_copies (
    letter TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (letter, person)
);
