-- Filters that people have named for themselves. Sealed, for a filter may hold somebody's name.
CREATE TABLE saved_views (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX saved_views_of_person ON saved_views (person, at, id);
