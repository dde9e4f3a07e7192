"""WADL (W3C member submission of 31 August 2009), written with lxml.

The form is the one that existing readers can act on: one <resources>, whose resources all have a path and none another
inside, with methods in place; no `doc` directly in <resources>; types by the prefix `xs`. A part that is a file has the
type `binary`, by which wadllib knows one. Readers parse each included grammar as XML, so only XML Schemas are included;
JSON bodies name their schema in the attribute `describedby` of Jersey's extension for JSON.
"""

from collections.abc import Iterable, Mapping

from lxml import etree
from lxml.builder import ElementMaker

from gateway.documents.description import (
    JSON,
    Operation,
    ParameterDescription,
    Representation,
    Resource,
    Response,
    Style,
)
from gateway.documents.examples import curl
from gateway.methods.declaration import Login, Param, Type

NAMESPACE = "http://wadl.dev.java.net/2009/02"
MEDIA_TYPE = "application/vnd.sun.wadl+xml"
PATH = "application.wadl"
"""The path of the whole description; below it are its grammars."""

_JSON = "http://wadl.dev.java.net/2009/02/json-schema"
_MAP = {None: NAMESPACE, "xs": "http://www.w3.org/2001/XMLSchema", "json": _JSON}
_E = ElementMaker(namespace=NAMESPACE, nsmap=_MAP)
_LANGUAGE = {"{http://www.w3.org/XML/1998/namespace}lang": "en"}
_TYPES = {
    "int": "xs:int",
    "string": "xs:string",
    "boolean": "xs:boolean",
    "double": "xs:double",
    "dateTime.iso8601": "xs:dateTime",
    "base64": "xs:base64Binary",
    "file": "binary",
}

Attributes = Mapping[str, str]


def document(base: str, resources: Iterable[Resource], grammars: Iterable[str]) -> bytes:
    """Return the description of these resources. `base` is the address of the site, with a slash at the end.

    `grammars` are the files that there are.
    """
    described = list(resources)
    used = _used(described)
    application = _E.application(
        _doc("Resources of a Bugzilla and of Ketura, on one store of attachments.", title="Summary"),
        _doc("Credentials can be given in any one of the ways that each method lists.", title="Bugzilla gateway"),
        _E.grammars(*(_E.include(href=f"{base}{PATH}/{name}") for name in grammars if name in used and is_xml(name))),
        _E.resources(*(_resource(base, each) for each in described), base=base),
    )
    return etree.tostring(application, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def is_xml(grammar: str) -> bool:
    """Tell whether the grammar with this file name is an XML Schema; all others are JSON Schemas."""
    return grammar.endswith(".xsd")


def _used(resources: Iterable[Resource]) -> set[str]:
    """Return the names of the grammars that bodies have."""
    operations = [operation for resource in resources for operation in resource.operations]
    bodies = [body for each in operations for body in each.requests]
    bodies += [body for each in operations for response in each.responses for body in response.representations]
    return {body.schema.partition("#")[0] for body in bodies}


def _resource(base: str, resource: Resource) -> etree._Element:
    methods = (_method(base, resource, each) for each in resource.operations)
    return _element("resource", *_in_path(resource), *methods, path=resource.path)


def _in_path(resource: Resource) -> list[etree._Element]:
    """Describe the places in the path once for all operations, with the meaning for each where that differs."""
    places: dict[str, dict[str, ParameterDescription]] = {}
    for operation in resource.operations:
        for parameter in operation.parameters:
            if parameter.style is Style.TEMPLATE:
                places.setdefault(parameter.param.name, {})[operation.verb] = parameter
    return [_place(by_verb) for by_verb in places.values()]


def _place(by_verb: Mapping[str, ParameterDescription]) -> etree._Element:
    element = _outside(next(iter(by_verb.values())))
    if len({parameter.param.doc for parameter in by_verb.values()}) > 1:
        docs = [_doc(parameter.param.doc, title=verb) for verb, parameter in by_verb.items()]
        element[:1] = docs
    return element


def _method(base: str, resource: Resource, operation: Operation) -> etree._Element:
    request = _element(
        "request",
        *(_outside(each) for each in operation.parameters if each.style is not Style.TEMPLATE),
        *(_representation(base, each) for each in operation.requests),
    )
    return _element(
        "method",
        _doc(operation.doc),
        *([_doc("Required, in one of the ways below.", title="Login")] if operation.login is Login.REQUIRED else []),
        _doc(curl(base, resource, operation), title="Example"),
        *([request] if len(request) else []),
        *(_response(base, each) for each in operation.responses),
        name=operation.verb,
        id=operation.id,
    )


def _outside(parameter: ParameterDescription) -> etree._Element:
    """Describe a parameter outside of a body."""
    repeating = {"repeating": "true"} if parameter.repeats else {}
    return _param(parameter.param, parameter.type, parameter.style.value, repeating, parameter.pattern)


def _representation(base: str, body: Representation) -> etree._Element:
    is_json = bool(body.schema) and not is_xml(body.schema)
    described_by = {f"{{{_JSON}}}describedby": f"{base}{PATH}/{body.schema}"} if is_json else {}
    members = [_member(param, body.media_type == JSON) for param in body.members]
    return _element("representation", *members, mediaType=body.media_type, **described_by)


def _member(param: Param, is_json: bool) -> etree._Element:
    repeating = {"repeating": "true"} if param.type.name == "array" else {}
    if is_json:
        path = f"$.{param.name}"
        return _param(param, param.type.items or param.type, "plain", {**repeating, "path": path})
    return _param(param, param.type.items or param.type, "query", repeating)


def _param(param: Param, kind: Type, style: str, more: Attributes, pattern: str = "") -> etree._Element:
    docs = [_doc(param.doc)]
    if pattern:
        docs.append(_doc(pattern, title="Pattern"))
    if param.max_length is not None:
        docs.append(_doc(f"At most {param.max_length} characters.", title="Length"))
    attributes = {"name": param.name, "style": style, "required": "true" if param.required else "false", **more}
    attributes["type"] = _TYPES.get(kind.name, "xs:anyType")
    if param.default is not None:
        attributes["default"] = param.default
    options = [_element("option", value=value) for value in param.options]
    return _element("param", *docs, *options, **attributes)


def _response(base: str, response: Response) -> etree._Element:
    kinds = {kind.text: _doc(kind.text, title=str(kind.code)) for kind in response.kinds}
    return _element(
        "response",
        _doc(response.doc),
        *kinds.values(),
        *(_param(param, param.type, "header", {}) for param in response.headers),
        *(_representation(base, each) for each in response.representations),
        status=str(response.status),
    )


def _doc(text: str, title: str = "") -> etree._Element:
    return _element("doc", text, **({"title": title} if title else {}), **_LANGUAGE)


def _element(tag: str, /, *content: "str | etree._Element", **attributes: str) -> etree._Element:
    element: etree._Element = _E(tag, *content, **attributes)
    return element
