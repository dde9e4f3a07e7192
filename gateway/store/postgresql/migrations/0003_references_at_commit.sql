-- What refers to an attachment that the same transaction made is looked at when it is committed. The look is at the last
-- page of an index, to which everybody adds: the longer it is ago, the more serializable transactions it is in the way of.

ALTER TABLE pieces ALTER CONSTRAINT pieces_attachment_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE comments ALTER CONSTRAINT comments_bug_id_attachment_id_fkey DEFERRABLE INITIALLY DEFERRED;
