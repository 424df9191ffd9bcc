-- What the console's pages read by and remember.

-- What is open, the soonest limit first.
CREATE INDEX obligations_open ON obligations (due_at, id) WHERE ended_at IS NULL;

-- What somebody typed and has not sent: by person and by the address that the form would go to. Sealed, for an
-- informer's name may be among it.
CREATE TABLE unsent_forms (
    person TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person, subject)
);
CREATE INDEX unsent_forms_by_time ON unsent_forms (at);

-- Complaints and advice, for the director. Without a person where somebody wants it so. Texts are sealed.
CREATE TABLE feedback (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    person TEXT,
    body TEXT NOT NULL,
    answer TEXT,
    answered_at BIGINT
);
CREATE INDEX feedback_by_time ON feedback (at, id);
CREATE INDEX feedback_of_person ON feedback (person, at, id);
