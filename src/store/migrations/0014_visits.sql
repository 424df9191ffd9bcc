-- Events, limits, letters and texts hang on a tree: a whistle with its summonses, or a visit with its findings.
ALTER TABLE events RENAME COLUMN whistle TO tree;
ALTER TABLE events RENAME COLUMN summons TO about;
ALTER TABLE obligations RENAME COLUMN whistle TO tree;
ALTER TABLE letters RENAME COLUMN whistle TO tree;
ALTER TABLE letters RENAME COLUMN summons TO about;
ALTER TABLE texts RENAME COLUMN whistle TO tree;
ALTER TABLE letters ADD COLUMN person TEXT;

CREATE TABLE visits (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    enterprise TEXT,
    town TEXT,
    date TEXT NOT NULL,
    period TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    tree_version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX visits_by_time ON visits (starts_at, id);
CREATE INDEX visits_of_firm ON visits (enterprise, date) WHERE enterprise IS NOT NULL;

-- Who sees a visit as it stands: laid anew with each of its rows, for a visit may be kept secret until it is entered.
CREATE TABLE visit_sights (
    visit TEXT NOT NULL,
    viewer TEXT NOT NULL,
    PRIMARY KEY (visit, viewer)
);
CREATE INDEX visit_sights_of_viewer ON visit_sights (viewer, visit);

CREATE TABLE visit_parts (
    visit TEXT NOT NULL,
    department TEXT NOT NULL,
    PRIMARY KEY (visit, department)
);

-- Whistles that a visit is about.
CREATE TABLE visit_whistles (
    visit TEXT NOT NULL,
    whistle TEXT NOT NULL,
    PRIMARY KEY (visit, whistle)
);
CREATE INDEX visit_whistles_of_whistle ON visit_whistles (whistle, visit);

-- People and cars, each on one visit in one part of a day.
CREATE TABLE claims (
    thing TEXT NOT NULL,
    slot TEXT NOT NULL,
    visit TEXT NOT NULL,
    PRIMARY KEY (thing, slot)
);
CREATE INDEX claims_of_visit ON claims (visit);

CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    visit TEXT NOT NULL,
    department TEXT NOT NULL,
    enterprise TEXT,
    hazard TEXT,
    whistle TEXT,
    status TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX findings_of_visit ON findings (visit, code);
CREATE INDEX findings_by_time ON findings (found_at, id);
CREATE INDEX findings_of_whistle ON findings (whistle) WHERE whistle IS NOT NULL;
CREATE INDEX findings_of_firm ON findings (enterprise, hazard) WHERE enterprise IS NOT NULL;
