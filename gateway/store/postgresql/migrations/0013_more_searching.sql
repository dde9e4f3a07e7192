-- Few bugs have a URL or a whiteboard, and only those are read to find a part of it.

CREATE INDEX bugs_with_url ON bugs (id) WHERE url <> '';
CREATE INDEX bugs_with_whiteboard ON bugs (id) WHERE whiteboard <> '';
