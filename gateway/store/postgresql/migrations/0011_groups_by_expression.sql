-- The groups that users are in because their login matches the regular expression of the group. As in Bugzilla they are
-- found when an expression, or a login, is set; so a site that moves in keeps those that it has.

CREATE TABLE expression_memberships (
    user_id  bigint NOT NULL REFERENCES users,
    group_id bigint NOT NULL REFERENCES groups,
    CONSTRAINT expression_memberships_key PRIMARY KEY (user_id, group_id)
);

CREATE INDEX members_by_expression ON expression_memberships (group_id);
