"""The resources that no method declares: XML-RPC, JSON-RPC, the raw files, and the documents themselves."""

import re
from collections.abc import Iterable

from gateway.documents.description import (
    CONDITION,
    CREDENTIAL_HEADERS,
    CREDENTIAL_PARAMS,
    ETAG,
    JSON,
    Operation,
    ParameterDescription,
    Representation,
    Resource,
    Response,
    Style,
    header,
    query,
)
from gateway.methods.declaration import INT, STRING, Param, Registry

WADL_TYPE = "application/vnd.sun.wadl+xml"
HTML, TEXT, XML, SCRIPT = "text/html", "text/plain", "text/xml", "text/javascript"

XMLRPC_GRAMMAR, JSONRPC_GRAMMAR = "xmlrpc.xsd", "jsonrpc.json"

_XMLRPC_CALL = "<methodCall><methodName>Bugzilla.version</methodName><params/></methodCall>"
_JSONRPC_CALL = '{"jsonrpc": "2.0", "id": 1, "method": "Bugzilla.version", "params": {}}'


def of_calls(registry: Registry) -> list[Resource]:
    """Return the resources of XML-RPC and JSON-RPC, which call the methods of an API by name."""
    names = ", ".join(method.name for method in registry)
    return [_xmlrpc(names), _jsonrpc(names)]


def _xmlrpc(names: str) -> Resource:
    call = tuple(
        Representation(media_type, schema=XMLRPC_GRAMMAR, example=_XMLRPC_CALL)
        for media_type in (XML, "application/xml")
    )
    answer = Representation(XML, schema=XMLRPC_GRAMMAR)
    return Resource(
        "xmlrpc.cgi",
        (
            Operation(
                id="xmlrpc",
                verb="POST",
                doc=f"Call a method by XML-RPC, with one struct of its parameters. The methods are {names}.",
                parameters=CREDENTIAL_HEADERS,
                requests=call,
                responses=(Response(200, "A result or a fault: whatever goes wrong is a fault.", (answer,)),),
            ),
            Operation(
                id="xmlrpc.probe",
                verb="HEAD",
                doc="See whether XML-RPC is spoken here.",
                responses=(Response(200, "It is.", (answer,)),),
            ),
        ),
    )


def _jsonrpc(names: str) -> Resource:
    answer = Representation(JSON, schema=f"{JSONRPC_GRAMMAR}#/$defs/answer")
    calls = tuple(
        Representation(media_type, schema=f"{JSONRPC_GRAMMAR}#/$defs/request", example=_JSONRPC_CALL)
        for media_type in (JSON, "application/json-rpc")
    )
    in_query = (
        Param("method", STRING, "The name of the method.", required=True, example="Bugzilla.version"),
        Param("params", STRING, "Its parameters, as JSON.", example="[{}]"),
        Param("id", STRING, "What the answer is to be known by."),
        Param("version", STRING, "The version of the envelope: 1.0, or 1.1.", options=("1.0", "1.1"), default="1.0"),
        Param("callback", STRING, "A function of JavaScript: the answer is a call of it (JSONP)."),
    )
    return Resource(
        "jsonrpc.cgi",
        (
            Operation(
                id="jsonrpc",
                verb="POST",
                doc=f"Call a method by JSON-RPC 1.0, 1.1 or 2.0, or several at once by 2.0. The methods are {names}.",
                parameters=CREDENTIAL_HEADERS,
                requests=calls,
                responses=(Response(200, "A result or an error; nothing for a notification.", (answer,)),),
            ),
            Operation(
                id="jsonrpc.get",
                verb="GET",
                doc="Call a read-only method by JSON-RPC 1.0 or 1.1.",
                parameters=(*map(query, in_query), *CREDENTIAL_HEADERS),
                responses=(Response(200, "A result or an error.", (answer, Representation(SCRIPT))),),
            ),
        ),
    )


def of_files() -> list[Resource]:
    """Return the resource of the raw bytes of attachments."""
    credentials = (*CREDENTIAL_HEADERS, *(query(param, is_credential=True) for param in CREDENTIAL_PARAMS))
    refused = (Representation(TEXT),)
    return [
        Resource(
            "attachment.cgi",
            (
                Operation(
                    id="attachment",
                    verb="GET",
                    doc="The bytes of an attachment.",
                    parameters=(
                        query(Param("id", INT, "The number of the attachment.", required=True, example="1")),
                        header("Range", "The part that is wanted, as bytes=first-last."),
                        CONDITION,
                        *credentials,
                    ),
                    responses=(
                        Response(200, "All of it, with its own type.", (Representation("*/*"),), (ETAG,)),
                        Response(206, "The part.", (Representation("*/*"),), (ETAG,)),
                        Response(
                            302, "It is at Location: on a host for content, or in a bucket, where the site has one."
                        ),
                        Response(304, "Not modified: it is what the client has.", headers=(ETAG,)),
                        Response(400, "The credentials are not valid.", refused),
                        Response(401, "The login or the password is wrong.", refused),
                        Response(404, "There is no such attachment, or none that the caller may see.", refused),
                        Response(416, "There is no such part."),
                        Response(500, "The server failed.", refused),
                        Response(503, "The server is busy.", refused),
                    ),
                ),
            ),
        )
    ]


# ---- the documents


def of_documents() -> list[Resource]:
    """Return the resources of the documents."""
    detail = query(
        Param(
            "detail",
            STRING,
            "true: describe the documents and OPTIONS too.",
            options=("true", "false"),
            default="false",
        )
    )
    grammar = ParameterDescription(
        Style.TEMPLATE, Param("grammar", STRING, "The name of a grammar.", required=True, example=XMLRPC_GRAMMAR)
    )
    missing = Response(404, "There is no such grammar.", (Representation(TEXT),))
    schemas = tuple(Representation(media_type) for media_type in ("application/xml", "application/schema+json"))
    return [
        _document("application.wadl", "This description.", (Representation(WADL_TYPE),), (detail,)),
        _document("application.wadl/{grammar}", "A grammar of this description.", schemas, (grammar,), (missing,)),
        _document("openapi.json", "The resources, in OpenAPI 3.1.", (Representation(JSON),)),
        _document("openrpc.json", "The methods of JSON-RPC, in OpenRPC.", (Representation(JSON),)),
        _document("docs", "This description, for people.", (Representation(HTML),)),
    ]


def _document(
    path: str,
    doc: str,
    forms: tuple[Representation, ...],
    parameters: tuple[ParameterDescription, ...] = (),
    responses: tuple[Response, ...] = (),
) -> Resource:
    found = Response(200, "The document.", forms, (ETAG, Param("Last-Modified", STRING, "Since when it is as it is.")))
    same = Response(304, "Not modified: it is what the client has.", headers=(ETAG,))
    conditions = (CONDITION, header("If-Modified-Since", "The Last-Modified of an answer that is there already."))
    reading = Operation(_name("GET", path), "GET", doc, (*parameters, *conditions), responses=(found, same, *responses))
    return Resource(path, (reading,))


def with_options(resources: Iterable[Resource]) -> list[Resource]:
    """Return these resources, each with the operation that describes it."""
    return [Resource(each.path, (*each.operations, _options(each))) for each in resources]


def _options(resource: Resource) -> Operation:
    described = Response(
        200,
        "The description, with the verbs that it knows in Allow.",
        (Representation(WADL_TYPE),),
        (Param("Allow", STRING, "The verbs."), ETAG),
    )
    accept = header("Accept", "This type, or a REST resource only tells its verbs.", example=WADL_TYPE)
    name = _name("OPTIONS", resource.path)
    return Operation(name, "OPTIONS", "Describe this resource.", (accept,), responses=(described,))


def _name(verb: str, path: str) -> str:
    """Name an operation that calls no method."""
    return f"{verb}.{re.sub(r'[^A-Za-z0-9.]+', '-', path).lstrip('-')}"
