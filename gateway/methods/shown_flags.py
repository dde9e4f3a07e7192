"""Flags in results, on attachments and on bugs."""

from gateway.methods.declaration import DATETIME, INT, STRING
from gateway.methods.model_fields import ModelField, ObjectType
from gateway.model import Flag

FLAG = ObjectType[Flag](
    ModelField("id", INT, "Number of the flag."),
    ModelField("name", STRING, "Name of its type."),
    ModelField("type_id", INT, "Number of its type."),
    ModelField("creation_date", DATETIME, "Time when it was first set."),
    ModelField("modification_date", DATETIME, "Time of its last change."),
    ModelField("status", STRING, "Status: ?, + or -."),
    ModelField("setter", STRING, "Login of the user who last set or changed it.", attribute="setter.login"),
    ModelField(
        "requestee",
        STRING,
        "Login of the user asked for it; absent if nobody is.",
        optional=True,
        read=lambda flag: flag.requestee.login if flag.requestee else None,
        omit_none=True,
    ),
)
