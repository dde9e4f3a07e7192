"""`system.*` and `rpc.discover`: what methods there are, and several calls at once.

The names and forms are those of the XML-RPC introspection of Dan Libby and Edd Dumbill (listMethods, methodHelp,
methodSignature, getCapabilities) and of Eric Kidd's system.multicall.
"""

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods.context import RequestContext
from gateway.methods.declaration import (
    ANY,
    INT,
    STRING,
    Call,
    Composer,
    Field,
    Login,
    Method,
    Param,
    Type,
    array,
    composes,
    mapping,
    reads,
    struct,
)
from gateway.store.interface import Reader
from gateway.values import Value

_NAME = Param("methodName", STRING, "The name of a method.", required=True, example="Bug.get")
_SPECIFICATIONS = {
    "xmlrpc": "http://www.xmlrpc.com/spec",
    "introspection": "http://xmlrpc-c.sourceforge.net/introspection.html",
    "system.multicall": "http://www.xmlrpc.com/discuss/msgReader$1208",
    "nil": "http://ontosys.com/xml-rpc/extensions.php",
    "faults_interop": "http://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php",
}


@reads("system.listMethods", login=Login.EXEMPT, result=array(STRING))
def list_methods(call: Call[Reader]) -> Value:
    """List the names of all methods."""
    return sorted(method.name for method in call.registry)


@reads(
    "system.methodHelp",
    login=Login.EXEMPT,
    params=(_NAME,),
    positional=("methodName",),
    result=STRING,
    errors=(errors.METHOD_NOT_FOUND,),
)
def method_help(call: Call[Reader]) -> Value:
    """Tell what a method does and which parameters it takes."""
    method = _asked_for(call)
    lines = [method.doc, ""]
    lines += [
        f"{each.name} ({type_name(each.type)}{', required' * each.required}): {each.doc}" for each in method.params
    ]
    return "\n".join(lines).strip()


@reads(
    "system.methodSignature",
    login=Login.EXEMPT,
    params=(_NAME,),
    positional=("methodName",),
    result=array(array(STRING)),
    errors=(errors.METHOD_NOT_FOUND,),
)
def method_signature(call: Call[Reader]) -> Value:
    """Tell the types of a method: of its result, then of its parameters, which for most is one struct."""
    method = _asked_for(call)
    if method.positional:
        taken = [type_name(each.type) for each in method.params]
    else:
        taken = ["struct"] if method.params else []
    return [[type_name(method.result), *taken]]


def _asked_for(call: Call[Reader]) -> Method:
    name = call.params.text("methodName") or ""
    method = call.registry.get(name)
    if method is None:
        raise errors.METHOD_NOT_FOUND(method=name)
    return method


def type_name(kind: Type) -> str:
    """The name of a type in a signature, where a map is a struct."""
    return {"map": "struct", "any": "undefined"}.get(kind.name, kind.name)


SPECIFICATION = struct(
    Field("specUrl", STRING, "Where the specification is."),
    Field("specVersion", INT, "Its version."),
)


@reads("system.getCapabilities", login=Login.EXEMPT, result=mapping(SPECIFICATION))
def capabilities(call: Call[Reader]) -> Value:
    """Tell which specifications the XML-RPC side follows."""
    return {name: {"specUrl": url, "specVersion": 1} for name, url in _SPECIFICATIONS.items()}


@reads("rpc.discover", login=Login.EXEMPT, result=ANY)
def discover(call: Call[Reader]) -> Value:
    """Describe all methods in OpenRPC."""
    return call.registry.describe(call.registry)


CALL = struct(Field("methodName", STRING, "The method."), Field("params", array(ANY), "Its parameters, in order."))


@composes(
    "system.multicall",
    params=(
        Param(
            "calls",
            array(CALL),
            "The calls, in order.",
            required=True,
            example='[{"methodName": "Bugzilla.version", "params": []}]',
        ),
    ),
    positional=("calls",),
    result=array(ANY),
    errors=(errors.PARAM_INVALID, errors.OUT_OF_RANGE),
)
async def multicall(service: Composer, params: dict[str, Value], context: RequestContext) -> Value:
    """Make several calls. Each answers an array of its one result, or a fault struct; none stops the others."""
    calls, limit = params.get("calls"), service.settings.max_multicall
    if not isinstance(calls, list):
        raise errors.PARAM_INVALID(param="calls", value="this", why="it must be an array of calls")
    if len(calls) > limit:
        raise errors.OUT_OF_RANGE(param="calls", value=f"{len(calls)} calls", range=f"1 to {limit}")
    return [await _one(service, each, context) for each in calls]


async def _one(service: Composer, one: Value, context: RequestContext) -> Value:
    try:
        name, arguments = _parts(one)
        method = service.method(name, context)
        _check_nesting(method)
        return [await service.call(method, method.named(arguments), context)]
    except GatewayError as error:
        return {"faultCode": error.kind.code, "faultString": error.message}


def _check_nesting(method: Method) -> None:
    if method.compose is not None:
        raise errors.INVALID_REQUEST(why=f"{method.name} cannot be called from within itself")


def _parts(one: Value) -> tuple[str, list[Value]]:
    if not isinstance(one, dict) or not isinstance(one.get("methodName"), str):
        raise errors.INVALID_REQUEST(why="each call is a struct with a methodName")
    arguments = one.get("params", [])
    return one["methodName"], arguments if isinstance(arguments, list) else [arguments]
