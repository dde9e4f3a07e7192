"""The resources of REST and of Ketura's API, as the methods declare them.

Paths that differ only in the names of their places, such as /user/{ids} and /user/{names}, are one resource: no client
could tell them apart.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus

from gateway import errors
from gateway.documents import json_schema
from gateway.documents.description import (
    CONDITION,
    CREDENTIAL_HEADERS,
    CREDENTIAL_PARAMS,
    ETAG,
    FORM,
    JSON,
    MULTIPART,
    Operation,
    ParameterDescription,
    Representation,
    Resource,
    Response,
    Style,
    as_text,
    query,
)
from gateway.errors import ErrorKind
from gateway.methods.declaration import INT, STRING, Field, Login, Method, Param, Registry, Route

REST, KETURA = "rest", "Ketura/API"
"""The path below which an API has its resources."""

_PLACE = re.compile(r"\{\w+\}")

_LOGIN_ERRORS = (
    errors.LOGIN_FAILED,
    errors.ACCOUNT_DISABLED,
    errors.API_KEY_INVALID,
    errors.API_KEY_REVOKED,
    errors.LOCKED_OUT,
    errors.TOKEN_INVALID,
)
_BODY_ERRORS = (errors.UNREADABLE, errors.BODY_TOO_LARGE, errors.TIMED_OUT)
_SERVER_ERRORS = (errors.INTERNAL, errors.BUSY)
_ERROR_MEMBERS = (
    Param("code", INT, "The code of the error.", required=True),
    Param("message", STRING, "The message of the error, for people.", required=True),
)


def of_rest(registry: Registry) -> list[Resource]:
    """Return the REST resources of an API, by path."""
    return _resources(REST, registry, _rest_operation)


def of_ketura(registry: Registry) -> list[Resource]:
    """Return the resources of Ketura's API, by path."""
    return _resources(KETURA, registry, _ketura_operation)


def shape_of(base: str, route: Route) -> str:
    """Return the path of the resource that a route belongs to, without the names of its places."""
    return shape(base + route.template)


def shape(path: str) -> str:
    """Return a path without the names of its places: `/user/{}` for `/user/{ids}`."""
    return _PLACE.sub("{}", path)


_Described = tuple[Route, Method]
_Describe = Callable[[Method, Route, Sequence[str]], Operation]


def _resources(base: str, registry: Registry, describe: _Describe) -> list[Resource]:
    by_shape: dict[str, list[_Described]] = {}
    for route, method in registry.routes().items():
        by_shape.setdefault(shape_of(base, route), []).append((route, method))
    resources = (_resource(path, found, describe) for path, found in by_shape.items())
    return sorted(resources, key=lambda resource: resource.path)


def _resource(path: str, alike: list[_Described], describe: _Describe) -> Resource:
    """Describe routes of one shape. Of those with one verb the widest, which takes most values, stands for all."""
    alike.sort(key=lambda described: _width(described[0]))
    names = _place_names(alike)
    by_verb: dict[str, Operation] = {}
    for route, method in alike:
        operation = describe(method, route, names)
        narrower = by_verb.get(route.verb)
        by_verb[route.verb] = _joined(narrower, operation) if narrower else operation
    return Resource(path.format(*(f"{{{name}}}" for name in names)), tuple(by_verb[verb] for verb in sorted(by_verb)))


def _width(route: Route) -> int:
    """Count the places in a path that take anything."""
    return sum(not pattern for pattern in route.places.values())


def _place_names(alike: Sequence[_Described]) -> list[str]:
    """Name the places as the route that reads does, whose other parameters are in the query string, by their names."""
    routes = [route for route, _ in alike]
    return [*next((route for route in reversed(routes) if route.verb == "GET"), routes[-1]).places]


def _joined(narrower: Operation, operation: Operation) -> Operation:
    """Return an operation whose places in the path also stand for those of a narrower one."""
    others = iter(_in_template(narrower))
    parameters = (_also(each, next(others)) if each.style is Style.TEMPLATE else each for each in operation.parameters)
    return replace(operation, parameters=tuple(parameters))


def _in_template(operation: Operation) -> list[ParameterDescription]:
    return [each for each in operation.parameters if each.style is Style.TEMPLATE]


def _also(place: ParameterDescription, other: ParameterDescription) -> ParameterDescription:
    return replace(place, param=replace(place.param, doc=f"{other.param.doc} Or: {place.param.doc}"))


# ---- REST


def _rest_operation(method: Method, route: Route, names: Sequence[str]) -> Operation:
    others = tuple(param for param in method.params if param.name not in route.places)
    in_path = _in_path(method, route, names)
    return (_reading if route.verb == "GET" else _writing)(method, route, in_path, others)


def _reading(
    method: Method, route: Route, in_path: Sequence[ParameterDescription], params: Sequence[Param]
) -> Operation:
    kinds = (*_common_errors(method, route), errors.UNREADABLE)
    known = () if method.writes else (Response(304, "Not modified: it is what the client has.", headers=(ETAG,)),)
    result = Response(route.status, "Done.", (_result(method),), headers=() if method.writes else (ETAG,))
    return Operation(
        id=_operation_id(method, route),
        verb=route.verb,
        doc=method.doc,
        parameters=(
            *in_path,
            *map(query, params),
            *(() if method.writes else (CONDITION,)),
            *_credentials(method),
        ),
        responses=(result, *known, *_failures(kinds, _rest_failure)),
        login=method.login,
        method=method,
    )


def _writing(
    method: Method, route: Route, in_path: Sequence[ParameterDescription], params: Sequence[Param]
) -> Operation:
    in_form = tuple(as_text(param) for param in params if (param.type.items or param.type).name != "struct")
    body = Representation(JSON, tuple(params), json_schema.reference(method, "body"))
    kinds = (*_common_errors(method, route), *_BODY_ERRORS)
    return Operation(
        id=_operation_id(method, route),
        verb=route.verb,
        doc=method.doc,
        parameters=(*in_path, *_credentials(method)),
        requests=(body, Representation(FORM, in_form)),
        responses=(Response(route.status, "Done.", (_result(method),)), *_failures(kinds, _rest_failure)),
        login=method.login,
        method=method,
    )


def _credentials(method: Method) -> tuple[ParameterDescription, ...]:
    in_query = (param for param in CREDENTIAL_PARAMS if param.name not in method.param_names)
    return (*CREDENTIAL_HEADERS, *(query(param, is_credential=True) for param in in_query))


def _result(method: Method) -> Representation:
    members = method.result.fields
    if json_schema.is_wrapped(method):
        members = (Field("result", method.result, "The result."),)
    params = tuple(Param(each.name, each.type, each.doc, required=not each.optional) for each in members)
    return Representation(JSON, params, json_schema.reference(method, "answer"))


def _common_errors(method: Method, route: Route) -> tuple[ErrorKind, ...]:
    unknown = (errors.RESOURCE_NOT_FOUND,) if route.places else ()
    return (*method.errors, *_login_errors(method), *unknown, *_SERVER_ERRORS)


def _rest_failure(kind: ErrorKind) -> tuple[int, Representation]:
    return kind.http_status, Representation(JSON, _ERROR_MEMBERS, json_schema.ERROR_NAME)


# ---- Ketura


def _ketura_operation(method: Method, route: Route, names: Sequence[str]) -> Operation:
    parts = tuple(as_text(param) for param in method.params if param.name not in route.places)
    kinds = (*method.errors, *_login_errors(method), *_BODY_ERRORS, *_SERVER_ERRORS)
    return Operation(
        id=_operation_id(method, route),
        verb=route.verb,
        doc=method.doc,
        parameters=(*_in_path(method, route, names), *CREDENTIAL_HEADERS),
        requests=(Representation(MULTIPART, parts),),
        responses=(Response(route.status, "Done."), *_failures(kinds, _ketura_failure)),
        login=method.login,
        method=method,
    )


def _ketura_failure(kind: ErrorKind) -> tuple[int, Representation]:
    return kind.ketura_status, Representation(kind.ketura_media_type)


# ---- both


def _operation_id(method: Method, route: Route) -> str:
    """Return the name of the method; where several routes lead to it, with the parameters in the path of this one."""
    return "_by_".join([method.name, *route.places]) if len(method.routes) > 1 else method.name


def _in_path(method: Method, route: Route, names: Sequence[str]) -> tuple[ParameterDescription, ...]:
    """Describe the places in a path, each by its name there."""
    declared = {param.name: param for param in method.params}
    return tuple(
        ParameterDescription(Style.TEMPLATE, replace(as_text(declared[param]), name=name, required=True), pattern)
        for name, (param, pattern) in zip(names, route.places.items(), strict=True)
    )


def _login_errors(method: Method) -> tuple[ErrorKind, ...]:
    never_required = method.login in (Login.EXEMPT, Login.OPEN)
    return _LOGIN_ERRORS if never_required else (*_LOGIN_ERRORS, errors.LOGIN_REQUIRED)


def _failures(
    kinds: Iterable[ErrorKind], describe: Callable[[ErrorKind], tuple[int, Representation]]
) -> tuple[Response, ...]:
    """Return a response for each status that these errors have, in order."""
    by_status: dict[int, tuple[Representation, list[ErrorKind]]] = {}
    for kind in dict.fromkeys(kinds):
        status, representation = describe(kind)
        by_status.setdefault(status, (representation, []))[1].append(kind)
    return tuple(
        Response(status, f"{HTTPStatus(status).phrase}.", (representation,), kinds=tuple(found))
        for status, (representation, found) in sorted(by_status.items())
    )
