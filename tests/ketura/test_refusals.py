"""What Ketura answers to each kind of error."""

import pytest

from gateway import errors
from gateway.errors import ErrorKind, GatewayError
from gateway.protocols.ketura.refusals import refusal

STATUSES = {
    400: (errors.PARAM_REQUIRED, errors.OUT_OF_RANGE, errors.UNREADABLE),
    401: (
        errors.LOGIN_REQUIRED,
        errors.LOGIN_FAILED,
        errors.LOCKED_OUT,
        errors.ACCOUNT_DISABLED,
        errors.API_KEY_INVALID,
        errors.API_KEY_REVOKED,
        errors.TOKEN_INVALID,
    ),
    403: (errors.PRODUCT_EDIT_DENIED,),
    404: (errors.BUG_ID_INVALID, errors.BUG_NOT_FOUND, errors.BUG_DENIED, errors.RESOURCE_NOT_FOUND),
    405: (errors.VERB_NOT_ALLOWED,),
    408: (errors.TIMED_OUT,),
    413: (errors.FILE_TOO_LARGE, errors.BODY_TOO_LARGE),
    415: (errors.MULTIPART_REQUIRED,),
    417: (errors.EXPECTATION_FAILED,),
    500: (errors.INTERNAL,),
    503: (errors.BUSY,),
}
KINDS = [(status, kind) for status, kinds in STATUSES.items() for kind in kinds]


@pytest.mark.parametrize(("status", "kind"), KINDS, ids=[kind.text[:30] for _, kind in KINDS])
def test_every_kind_has_its_status_and_form(status: int, kind: ErrorKind) -> None:
    answer = refusal(GatewayError(kind, "<what> & why"))
    is_text = status == 401 or status >= 500
    assert answer.status == status
    assert answer.headers["Content-Type"] == ("text/plain" if is_text else "text/html") + "; charset=UTF-8"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if is_text:
        assert answer.body == "<what> & why\n"
    else:
        assert f"<h1>{status} " in answer.body
        assert "<what>" not in answer.body


def test_what_may_not_be_seen_is_answered_like_what_is_not_there() -> None:
    answers = [refusal(GatewayError(kind, f"about {kind.code}")) for kind in STATUSES[404]]
    assert len({answer.body for answer in answers}) == 1
