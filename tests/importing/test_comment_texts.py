"""Comments that Bugzilla writes itself, told by the text that REST shows."""

import pytest

from gateway.importing.sources.rest.comment_texts import StoredComment, stored_comment

TEXTS: list[tuple[str, int | None, str | None, StoredComment]] = [
    ("plain", None, None, StoredComment("plain")),
    ("", None, None, StoredComment("")),
    ("Created attachment 5\nsummary\n\ntext\n\nmore ", 5, "summary", StoredComment("text\n\nmore ", 5, 5)),
    ("Created attachment 5\nsummary", 5, "summary", StoredComment("", 5, 5)),
    ("Created attachment 5\nsummary\n\n", 5, "summary", StoredComment("", 5, 5)),
    ("Created attachment 5\n\n\ntext", 5, "", StoredComment("text", 5, 5)),
    ("Comment on attachment 5\nsummary\n\ntext", 5, "summary", StoredComment("text", 6, 5)),
    (
        "Comment on attachment 5\nsummary\n\ntext",
        6,
        "summary",
        StoredComment("Comment on attachment 5\nsummary\n\ntext"),
    ),
    ("Created attachment 5\n\ntext", 5, None, StoredComment("Created attachment 5\n\ntext")),
    ("Created attachment 5\n\ntext", None, None, StoredComment("Created attachment 5\n\ntext")),
    ("Anlage 5 erstellt\nsummary", 5, "summary", StoredComment("Anlage 5 erstellt\nsummary")),
    ("\n\n*** This bug has been marked as a duplicate of bug 7 ***", None, None, StoredComment("", 1, 7)),
    ("so\n\n*** This bug has been marked as a duplicate of bug 7 ***", None, None, StoredComment("so", 1, 7)),
    ("*** Bug 7 has been marked as a duplicate of this bug. ***", None, None, StoredComment("", 2, 7)),
    *(
        (text, None, None, StoredComment(text))
        for text in (
            "so\n\n*** This bug has been marked as a duplicate of bug 8 ***",
            "*** Bug 8 has been marked as a duplicate of this bug. ***",
            "see: *** Bug 7 has been marked as a duplicate of this bug. ***",
        )
    ),
]
"""The text, the attachment that it is about with its summary, and the comment, on a site with bug 7."""


@pytest.mark.parametrize(("text", "attachment_id", "summary", "comment"), TEXTS)
def test_comments(text: str, attachment_id: int | None, summary: str | None, comment: StoredComment) -> None:
    assert stored_comment(text, attachment_id, summary, lambda number: number == 7) == comment
