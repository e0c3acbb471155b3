-- What was counted, by the hour: how often, never who. An hour holds a handful of rows for each portal and a few dozen beside them,
-- however many people there are; thirteen months are kept.
CREATE TABLE hourly_statistics (
    -- What is counted, such as sign_in.
    figure TEXT    NOT NULL,
    -- Whole hours since the Unix epoch.
    hour   INTEGER NOT NULL,
    -- What kind of it, such as webauthn.
    label  TEXT    NOT NULL,
    -- Of waiting times: the most milliseconds that what is counted here took. Otherwise 0.
    bound  INTEGER NOT NULL,
    -- The portal; empty where there is none.
    client TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (figure, hour, label, bound, client)
) STRICT, WITHOUT ROWID;
CREATE INDEX hourly_statistics_client ON hourly_statistics (client, figure, hour);
CREATE INDEX hourly_statistics_hour ON hourly_statistics (hour);
