"""`Bugzilla.*`: the version, extensions, time and parameters of the server."""

from collections.abc import Iterable

from gateway.methods import access
from gateway.methods.declaration import (
    DATETIME,
    STRING,
    Call,
    Field,
    Login,
    Route,
    Value,
    mapping,
    reads,
    struct,
)
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.store.interface import Reader

_PARAMETERS_FOR_ALL = ("maintainer", "requirelogin")
_PARAMETERS_FOR_USERS = (
    *_PARAMETERS_FOR_ALL,
    "attachment_base",
    "cookiepath",
    "insidergroup",
    "letsubmitterchoosepriority",
    "maxattachmentsize",
    "maxlocalattachment",
    "timetrackinggroup",
    "urlbase",
)


@reads(
    "Bugzilla.version",
    login=Login.EXEMPT,
    result=struct(Field("version", STRING, "Version of Bugzilla that the server behaves like.")),
    routes=(Route("GET", "/version"),),
)
def version(call: Call[Reader]) -> Value:
    """Return the version of Bugzilla that the server behaves like."""
    return {"version": call.site.version}


@reads(
    "Bugzilla.extensions",
    result=struct(
        Field(
            "extensions",
            mapping(struct(Field("version", STRING, "Version of the extension."))),
            "The extensions, by name.",
        )
    ),
    routes=(Route("GET", "/extensions"),),
)
def extensions(call: Call[Reader]) -> Value:
    """Return the extensions of the server and their versions."""
    return {"extensions": {name: {"version": number} for name, number in call.site.extensions.items()}}


@reads(
    "Bugzilla.timezone",
    login=Login.EXEMPT,
    result=struct(Field("timezone", STRING, "Always +0000: all times are UTC.")),
    routes=(Route("GET", "/timezone"),),
)
def timezone(call: Call[Reader]) -> Value:
    """Return the time zone of the server."""
    return {"timezone": "+0000"}


@reads(
    "Bugzilla.time",
    result=struct(
        Field("db_time", DATETIME, "Time of the store."),
        Field("web_time", DATETIME, "Time of the server."),
        Field("web_time_utc", DATETIME, "Time of the server."),
        Field("tz_name", STRING, "Always UTC."),
        Field("tz_short_name", STRING, "Always UTC."),
        Field("tz_offset", STRING, "Always +0000."),
    ),
    routes=(Route("GET", "/time"),),
)
def time(call: Call[Reader]) -> Value:
    """Return the current time in UTC."""
    times = dict.fromkeys(("db_time", "web_time", "web_time_utc"), call.tx.now)
    return {**times, "tz_name": "UTC", "tz_short_name": "UTC", "tz_offset": "+0000"}


@reads(
    "Bugzilla.parameters",
    params=FIELDS_PARAMS,
    result=struct(Field("parameters", mapping(STRING), "The parameters that the caller may see, by name.")),
    routes=(Route("GET", "/parameters"),),
)
def parameters(call: Call[Reader]) -> Value:
    """Return parameters of the site: a few for anonymous callers, more for users, all for administrators."""
    known, fields = call.site.parameters, FieldFilter(call.params)
    shown: Iterable[str] = _PARAMETERS_FOR_ALL if call.user is None else _PARAMETERS_FOR_USERS
    if access.in_group(call.user, "tweakparams"):
        shown = known
    return {"parameters": {name: known.get(name, "") for name in shown if fields.wants(name)}}
