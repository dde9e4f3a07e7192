"""`Bugzilla.*`: the version, extensions, time and parameters of the server."""

import re
from collections.abc import Iterable, Mapping

from gateway.methods import access
from gateway.methods.declaration import (
    DATETIME,
    STRING,
    Call,
    Field,
    Login,
    Param,
    Route,
    array,
    mapping,
    reads,
    struct,
)
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.store.interface import Reader
from gateway.values import Value

_CLASS = re.compile(r"Bugzilla(::[a-zA-Z0-9_]+)*\n?")
_PARAMETERS_FOR_ALL = ("maintainer", "requirelogin")
_PARAMETERS_FOR_USERS = (
    *_PARAMETERS_FOR_ALL,
    "allowemailchange",
    "attachment_base",
    "commentonchange_resolution",
    "commentonduplicate",
    "cookiepath",
    "defaultopsys",
    "defaultplatform",
    "defaultpriority",
    "defaultseverity",
    "duplicate_or_move_bug_status",
    "emailregexpdesc",
    "emailsuffix",
    "letsubmitterchoosemilestone",
    "letsubmitterchoosepriority",
    "mailfrom",
    "maxattachmentsize",
    "maxlocalattachment",
    "musthavemilestoneonaccept",
    "noresolveonopenblockers",
    "password_complexity",
    "rememberlogin",
    "search_allow_no_criteria",
    "urlbase",
    "use_see_also",
    "useclassification",
    "usemenuforusers",
    "useqacontact",
    "usestatuswhiteboard",
    "usetargetmilestone",
)
"""The parameters that Bugzilla shows to users who are logged in."""


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
    "Bugzilla.last_audit_time",
    read_only=False,
    params=(Param("class", array(STRING), "Whole names of Bugzilla's classes, such as Bugzilla::Product."),),
    result=struct(Field("last_audit_time", DATETIME, "The time; absent if nothing was changed.", optional=True)),
    routes=(Route("GET", "/last_audit_time"),),
)
def last_audit_time(call: Call[Reader]) -> Value:
    """Tell when an administrator last changed something, such as a product or its components."""
    times = call.tx.last_audit_times()
    classes = [each for each in call.params.texts("class") if _CLASS.fullmatch(each)]
    known = [times[each] for each in classes if each in times] if classes else times.values()
    return {"last_audit_time": max(known, default=None)}


@reads(
    "Bugzilla.parameters",
    login=Login.OPEN,
    params=FIELDS_PARAMS,
    result=struct(Field("parameters", mapping(STRING), "The parameters that the caller may see, by name.")),
    routes=(Route("GET", "/parameters"),),
)
def parameters(call: Call[Reader]) -> Value:
    """Return parameters of the site: a few for anonymous callers, more for users, all for administrators."""
    known, fields = {**call.site.shown_parameters, **_in_effect(call)}, FieldFilter(call.params)
    shown: Iterable[str] = _PARAMETERS_FOR_ALL if call.user is None else _PARAMETERS_FOR_USERS
    if access.in_group(call.user, "tweakparams"):
        shown = known
    return {"parameters": {name: known.get(name, "") for name in shown if fields.wants(name)}}


def _in_effect(call: Call[Reader]) -> Mapping[str, str]:
    """Return the parameters that the server itself decides, whatever the site was loaded with.

    The address is the one of the settings, else that of the site, else the one at which the client reached it.
    """
    return {
        "attachment_base": call.settings.attachment_base,
        "cookiepath": f"{call.settings.path_prefix}/",
        "maxattachmentsize": str(call.max_attachment_size // 1024),
        "maxlocalattachment": "0",
        "requirelogin": "1" if call.site.requires_login else "0",
        "urlbase": call.site_url if call.settings.url_base else call.site.parameters.get("urlbase") or call.site_url,
    }
