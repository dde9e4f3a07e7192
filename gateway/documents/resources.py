"""The resources of REST and of Ketura's API, as the methods declare them."""

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
    Parameter,
    Representation,
    Resource,
    Response,
    Style,
    query,
)
from gateway.errors import ErrorKind
from gateway.methods.declaration import INT, STRING, Field, Login, Method, Param, Registry, Route

REST, KETURA = "rest", "Ketura/API"
"""Below which path an API has its resources."""

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
    Param("message", STRING, "What went wrong, for people.", required=True),
)


def of_rest(registry: Registry) -> list[Resource]:
    """The REST resources of an API."""
    return _resources(REST, registry, _rest_operation)


def of_ketura(registry: Registry) -> list[Resource]:
    """The resources of Ketura's API."""
    return _resources(KETURA, registry, _ketura_operation)


def path_of(base: str, route: Route) -> str:
    """The path of the resource that a route belongs to."""
    return base + route.template


def _resources(base: str, registry: Registry, describe: Callable[[Method, Route], Operation]) -> list[Resource]:
    by_path: dict[str, list[Operation]] = {}
    for route, method in registry.routes().items():
        by_path.setdefault(path_of(base, route), []).append(describe(method, route))
    return [
        Resource(path, tuple(sorted(operations, key=lambda operation: operation.verb)))
        for path, operations in sorted(by_path.items())
    ]


# ---- REST


def _rest_operation(method: Method, route: Route) -> Operation:
    others = tuple(param for param in method.params if param.name not in route.places)
    return _reading(method, route, others) if route.verb == "GET" else _writing(method, route, others)


def _reading(method: Method, route: Route, params: Sequence[Param]) -> Operation:
    kinds = (*_common_errors(method, route), errors.UNREADABLE)
    known = () if method.writes else (Response(304, "Not modified: it is what the client has.", headers=(ETAG,)),)
    result = Response(route.status, "Done.", (_result(method),), headers=() if method.writes else (ETAG,))
    return Operation(
        id=_operation_id(method, route),
        verb=route.verb,
        doc=method.doc,
        parameters=(
            *_in_path(method, route),
            *map(query, params),
            *(() if method.writes else (CONDITION,)),
            *_credentials(method),
        ),
        responses=(result, *known, *_failures(kinds, _rest_failure)),
        login=method.login,
        method=method,
    )


def _writing(method: Method, route: Route, params: Sequence[Param]) -> Operation:
    in_form = tuple(param for param in params if (param.type.items or param.type).name != "struct")
    body = Representation(JSON, tuple(params), json_schema.reference(method, "body"))
    kinds = (*_common_errors(method, route), *_BODY_ERRORS)
    return Operation(
        id=_operation_id(method, route),
        verb=route.verb,
        doc=method.doc,
        parameters=(*_in_path(method, route), *_credentials(method)),
        requests=(body, Representation(FORM, in_form)),
        responses=(Response(route.status, "Done.", (_result(method),)), *_failures(kinds, _rest_failure)),
        login=method.login,
        method=method,
    )


def _credentials(method: Method) -> tuple[Parameter, ...]:
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


def _ketura_operation(method: Method, route: Route) -> Operation:
    parts = tuple(param for param in method.params if param.name not in route.places)
    kinds = (*method.errors, *_login_errors(method), *_BODY_ERRORS, *_SERVER_ERRORS)
    return Operation(
        id=_operation_id(method, route),
        verb=route.verb,
        doc=method.doc,
        parameters=(*_in_path(method, route), *CREDENTIAL_HEADERS),
        requests=(Representation(MULTIPART, parts),),
        responses=(Response(route.status, "Done."), *_failures(kinds, _ketura_failure)),
        login=method.login,
        method=method,
    )


def _ketura_failure(kind: ErrorKind) -> tuple[int, Representation]:
    return kind.ketura_status, Representation(kind.ketura_media_type)


# ---- both


def _operation_id(method: Method, route: Route) -> str:
    """The name of the method, and where several routes lead to it also what is in the path of this one."""
    return "_by_".join([method.name, *route.places]) if len(method.routes) > 1 else method.name


def _in_path(method: Method, route: Route) -> tuple[Parameter, ...]:
    declared = {param.name: param for param in method.params}
    return tuple(
        Parameter(Style.TEMPLATE, replace(declared[name], required=True), pattern)
        for name, pattern in route.places.items()
    )


def _login_errors(method: Method) -> tuple[ErrorKind, ...]:
    return _LOGIN_ERRORS if method.login is Login.EXEMPT else (*_LOGIN_ERRORS, errors.LOGIN_REQUIRED)


def _failures(
    kinds: Iterable[ErrorKind], describe: Callable[[ErrorKind], tuple[int, Representation]]
) -> tuple[Response, ...]:
    """An answer for each status that these errors have, in order."""
    by_status: dict[int, tuple[Representation, list[ErrorKind]]] = {}
    for kind in dict.fromkeys(kinds):
        status, representation = describe(kind)
        by_status.setdefault(status, (representation, []))[1].append(kind)
    return tuple(
        Response(status, f"{HTTPStatus(status).phrase}.", (representation,), kinds=tuple(found))
        for status, (representation, found) in sorted(by_status.items())
    )
