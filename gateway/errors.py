"""Every error that a client can meet, declared once.

An `ErrorKind` says what went wrong and which code Bugzilla gives it. Call it to make the exception to raise:

    raise errors.BUG_NOT_FOUND(bug="99999")

Each protocol turns a `GatewayError` into its own form (a fault, a JSON-RPC error, a REST document, Ketura's answer)
using only the columns of this table. Codes are those of Bugzilla 5.2's `Bugzilla::WebService::Constants`; the
library codes of JSON-RPC 1.0 and 1.1 are those of Perl's JSON::RPC, plus 100,000.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.model import Person

_HTTP_STATUS = {
    **dict.fromkeys((51, 101, 32614), 404),
    **dict.fromkeys((102, 106, 109, 110, 113, 115, 120, 300, 301, 302, 303, 304, 410, 504, 505), 401),
}
_KETURA_STATUS = {
    **dict.fromkeys((100, 101, 102, 32614), 404),
    **dict.fromkeys((300, 301, 306, 410), 401),
    109: 403,
    600: 413,
}


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """One way in which a call can fail.

    `code` is Bugzilla's and `text` the message, with named placeholders. `http` is the status of a REST answer (by
    default that of the code); `jsonrpc1` and `rest` are the codes in JSON-RPC 1.0 and 1.1 and in REST where these have
    their own; `ketura` is the status of Ketura's answer (by default that of the code, else that of REST).
    """

    code: int
    text: str
    http: int = 0
    jsonrpc1: int = 0
    rest: int = 0
    ketura: int = 0

    def __call__(self, **placeholders: object) -> "GatewayError":
        """Make the exception to raise, with a value for each placeholder of the message."""
        return GatewayError(self, self.text.format_map(placeholders), placeholders)

    @property
    def http_status(self) -> int:
        """The HTTP status of a REST answer that carries this error."""
        return self.http or _HTTP_STATUS.get(self.code, 400)

    @property
    def ketura_status(self) -> int:
        """The HTTP status of Ketura's answer to this error."""
        return self.ketura or _KETURA_STATUS.get(self.code) or self.http or 400

    @property
    def ketura_media_type(self) -> str:
        """The media type of Ketura's answer: plain text if the login or the server failed, else a page."""
        return "text/plain" if self.ketura_status == 401 or self.ketura_status >= 500 else "text/html"

    @property
    def jsonrpc1_code(self) -> int:
        """The code in a JSON-RPC 1.0 or 1.1 answer."""
        return self.jsonrpc1 or self.code


class GatewayError(Exception):
    """An error on its way to the client: its kind and a message that may be shown to anybody.

    `values` are those of the placeholders in the message. `account` is the user whose account was tried, if a login
    failed; it is for the log alone.
    """

    def __init__(self, kind: ErrorKind, message: str, values: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.values = values or {}
        self.account: Person | None = None

    def about(self, account: Person) -> "GatewayError":
        """Set the account that was tried, and return the error."""
        self.account = account
        return self


# ---- parameters and objects (50-99)
PARAM_REQUIRED = ErrorKind(50, "The parameter {param} is required.")
PARAMS_REQUIRED = ErrorKind(50, "One of these parameters is required: {params}.")
OBJECT_NOT_FOUND = ErrorKind(51, "There is no {what} {name}.")
NOT_NUMERIC = ErrorKind(52, "{param} must be a number; {value} is not.")
PARAM_INVALID = ErrorKind(53, "{param} cannot be {value}: {why}.")
TOO_MANY_FILES = ErrorKind(53, "At most {limit} files can be attached at once. Remove some.")
TOO_LARGE = ErrorKind(54, "{param} cannot be {value}; the largest number is {limit}.")
TEXT_TOO_LONG = ErrorKind(55, "The {what} is too long; at most {limit} characters are allowed.")
OUT_OF_RANGE = ErrorKind(55, "{param} cannot be {value}; the allowed range is {range}.")
ILLEGAL_DATE = ErrorKind(56, "{value} is not a valid date; write it as 2026-01-31 or 2026-01-31T23:59:59Z.")
COMMENT_ID_INVALID = ErrorKind(57, "{param} must be a whole number; '{value}' is not.")
NOT_SCALARS = ErrorKind(58, "{param} must be a list of numbers or strings, without nested values.")

# ---- bugs (100-134)
BUG_ID_INVALID = ErrorKind(100, "'{bug}' is neither a bug number nor a bug alias.")
BUG_NOT_FOUND = ErrorKind(101, "Bug {bug} does not exist.")
BUG_DENIED = ErrorKind(102, "You are not authorised to see bug {bug}.")
ALIAS_INVALID = ErrorKind(103, "'{alias}' cannot be an alias: {why}.")
FIELD_INVALID = ErrorKind(104, "'{value}' is not a valid {field}.")
COMPONENT_REQUIRED = ErrorKind(105, "A bug needs a component.")
COMPONENT_NAME_TOO_LONG = ErrorKind(105, "The name is too long; at most {limit} characters are allowed.")
ENTRY_DENIED = ErrorKind(106, "There is no product '{product}', or you may not enter bugs in it.")
PRODUCT_NOT_FOUND = ErrorKind(106, "There is no product {product}, or you may not look at it.")
SUMMARY_REQUIRED = ErrorKind(107, "A bug needs a summary.")
FIELD_NAME_INVALID = ErrorKind(108, "'{field}' is not a field with a list of values.")
SEARCH_FIELD_UNKNOWN = ErrorKind(108, "There is no field '{field}' that you can search.")
PRODUCT_EDIT_DENIED = ErrorKind(109, "You may not edit bugs of the product {product}.")
COMMENT_PRIVATE = ErrorKind(110, "Comment {comment} is private.")
COMMENT_NOT_FOUND = ErrorKind(111, "There is no comment {comment}.")
URL_INVALID = ErrorKind(112, "'{url}' cannot be in see_also: {why}.")
NOT_INSIDER = ErrorKind(113, "Only members of the insider group may mark attachments or comments as private.")
COMMENT_TOO_LONG = ErrorKind(114, "The comment is too long; at most {limit} characters are allowed.")
CHANGE_DENIED = ErrorKind(115, "You are not allowed to change the field {field} of bug {bug}.")
DEPENDENCY_LOOP = ErrorKind(116, "Bugs cannot depend on each other in a loop: {bugs}.")
OTHER_COMMENT = ErrorKind(117, "Comment {comment} is not a comment of bug {bug}.")
DUPLICATE_LOOP = ErrorKind(118, "Bug {bug} cannot be a duplicate of bug {other}, which duplicates it.")
DUPLICATE_REQUIRED = ErrorKind(119, "The resolution DUPLICATE needs the number of the other bug in dupe_of.")
GROUP_INVALID = ErrorKind(120, "You may not put bugs of {product} into the group '{group}'.")
RESOLUTION_REQUIRED = ErrorKind(121, "The status {status} needs a resolution.")
RESOLUTION_NOT_ALLOWED = ErrorKind(122, "A bug that is open cannot have a resolution.")
TRANSITION_DENIED = ErrorKind(123, "A bug of the status {old} cannot get the status {new}, or you may not give it.")
COMMENT_TAGS_DISABLED = ErrorKind(125, "Comments have no tags on this site.")
COMMENT_TAG_INVALID = ErrorKind(
    126, "'{tag}' cannot be a tag: use letters, digits, underscores, dots and hyphens only."
)
COMMENT_TAG_TOO_LONG = ErrorKind(127, "The tag '{tag}' is too long; at most {limit} characters are allowed.")
COMMENT_TAG_TOO_SHORT = ErrorKind(128, "The tag '{tag}' is too short; it needs at least {limit} characters.")
FLAG_STATUS_INVALID = ErrorKind(129, "'{status}' is not a valid status for this flag.")
FLAG_DENIED = ErrorKind(130, "You may not change the flag {flag} from '{old}' to '{new}'.")
REQUESTEE_NOT_ALLOWED = ErrorKind(131, "The flag {flag} cannot be requested of a particular user.")
FLAG_NOT_UNIQUE = ErrorKind(132, "Several {flag} flags are set; give the id of one.")
FLAG_TYPE_NOT_UNIQUE = ErrorKind(133, "Several flag types are named {flag}; give the type_id of one.")
FLAG_TYPE_INACTIVE = ErrorKind(134, "The flag type {flag} is no longer in use.")

# ---- accounts (300-505)
LOGIN_FAILED = ErrorKind(300, "The login or the password is wrong.")
ACCOUNT_DISABLED = ErrorKind(301, "This account is disabled: {text}")
NOT_AUTHORISED = ErrorKind(304, "You are not authorised to {action}.")
API_KEY_INVALID = ErrorKind(306, "This API key is not valid.")
API_KEY_REVOKED = ErrorKind(306, "This API key was revoked.")
API_KEY_EXPIRED = ErrorKind(306, "This API key has expired.")
LOGIN_REQUIRED = ErrorKind(410, "Log in before you call {method}.")
ACCOUNT_EXISTS = ErrorKind(500, "There is an account {login} already.")
ADDRESS_INVALID = ErrorKind(501, "'{address}' is not an address that can be a login.")
PASSWORD_UNFIT = ErrorKind(502, "This password cannot be taken: {why}.")
PASSWORD_TOO_SHORT = ErrorKind(502, "The password is too short; it needs at least {limit} characters.")
USER_UNKNOWN = ErrorKind(504, "There is no user {login}.")
USER_LOOKUP_DENIED = ErrorKind(505, "Log in before you look up users by {by}.")

# ---- attachments (600-606)
FILE_TOO_LARGE = ErrorKind(600, "The attachment is too large; at most {limit} bytes are allowed.")
BODY_TOO_LARGE = ErrorKind(600, "The request is too large; an attachment may have at most {limit} bytes.", http=413)
CONTENT_TYPE_INVALID = ErrorKind(601, "'{content_type}' is not a valid attachment content type.")
FILE_NAME_REQUIRED = ErrorKind(603, "An attachment needs a file name.")
ATTACHMENT_SUMMARY_REQUIRED = ErrorKind(604, "An attachment needs a summary.")
FILE_EMPTY = ErrorKind(606, "The attachment is empty.")

# ---- products (700-705)
PRODUCT_NAME_REQUIRED = ErrorKind(700, "A product needs a name.")
PRODUCT_NAME_TOO_LONG = ErrorKind(701, "The name is too long; at most {limit} characters are allowed.")
PRODUCT_EXISTS = ErrorKind(702, "There is a product {product} already.")
PRODUCT_DESCRIPTION_REQUIRED = ErrorKind(703, "A product needs a description.")
PRODUCT_VERSION_REQUIRED = ErrorKind(704, "A product needs a version.")
DEFAULT_MILESTONE_INVALID = ErrorKind(705, "The product {product} has no milestone '{milestone}'.")

# ---- groups and classifications (800-900)
GROUP_NAME_REQUIRED = ErrorKind(800, "A group needs a name.")
GROUP_EXISTS = ErrorKind(801, "There is a group {group} already.")
GROUP_DESCRIPTION_REQUIRED = ErrorKind(802, "A group needs a description.")
EXPRESSION_INVALID = ErrorKind(803, "'{expression}' is not a valid regular expression.")
GROUP_UNKNOWN = ErrorKind(804, "There is no group '{group}', or you are not in it.")
GROUPS_DENIED = ErrorKind(805, "You may not look at groups.")
CLASSIFICATIONS_DISABLED = ErrorKind(900, "This site does not use classifications.")

# ---- searches (1000)
CRITERIA_REQUIRED = ErrorKind(1000, "Say what to search for; this site does not list all bugs.")

# ---- flag types and components (1101-1200)
FLAG_TYPE_NAME_INVALID = ErrorKind(
    1101, "'{name}' cannot name a flag type: it needs 1 to 50 characters, without blanks and commas."
)
FLAG_TYPE_DESCRIPTION_REQUIRED = ErrorKind(1102, "A flag type needs a description.")
FLAG_TYPE_CC_TOO_LONG = ErrorKind(1103, "The cc list is too long; at most {limit} characters are allowed.")
FLAG_TYPE_SORT_KEY_INVALID = ErrorKind(1104, "'{value}' is not a sort key: it must be a number from 0 to {largest}.")
COMPONENT_EXISTS = ErrorKind(1200, "The product {product} has a component {component} already.")

# ---- errors of the client that have no code of their own (32000)
COMPONENT_INCOMPLETE = ErrorKind(32000, "A component needs a {param}.")
TAG_INVALID = ErrorKind(32000, "'{tag}' cannot be a tag: it needs 1 to {limit} characters.")
NOT_INVOLVED = ErrorKind(
    32000, "You are not involved in bug {bug}: visits are noted for its reporter, assignee, QA contact and cc."
)
GROUP_HIDDEN = ErrorKind(32000, "You may not look at the members of the group {group}.")
PRODUCT_LIST_INVALID = ErrorKind(32000, "There is no list of products '{kind}'; ask for {kinds}.")
SEARCH_OPERATOR_UNKNOWN = ErrorKind(32000, "There is no operator '{operator}' to search with.")
SEARCH_OPERATOR_INVALID = ErrorKind(32000, "The field {field} cannot be searched with {operator}.")
SEARCH_CONTENT_ONLY = ErrorKind(32000, "{field}: matches and notmatches are for content, which has no other operators.")
SEARCH_EXPRESSION_INVALID = ErrorKind(32000, "'{pattern}' is not a valid regular expression: {why}.")
SEARCH_CHART_INVALID = ErrorKind(32000, "The chart {name} is invalid: {why}.")
PRONOUN_NEEDS_LOGIN = ErrorKind(32000, "Log in before you search for {pronoun}.")
PRONOUN_UNKNOWN = ErrorKind(32000, "{pronoun} cannot be searched; write %user%, %reporter%, %assignee% or %qacontact%.")
QUICKSEARCH_INVALID = ErrorKind(32000, "This quicksearch cannot be read: {why}.")
QUICKSEARCH_FIELD_UNKNOWN = ErrorKind(32000, "The quicksearch has fields that are unknown or ambiguous: {fields}.")
ATTACHMENT_INVALID = ErrorKind(32000, "There is no attachment {attachment}.")
ATTACHMENT_DENIED = ErrorKind(32000, "You are not authorised to edit attachment {attachment}.")
ATTACHMENT_BUG_DENIED = ErrorKind(32000, "You are not authorised to edit attachments of bug {bug}.")
FILE_NAME_EMPTY = ErrorKind(32000, "A file name cannot be empty.")
FLAG_NOT_MULTIPLICABLE = ErrorKind(32000, "The flag {flag} can be set only once.")
REQUESTEE_DISABLED = ErrorKind(32000, "The account {requestee} is disabled and cannot be asked for a flag.")
REQUESTEE_DENIED = ErrorKind(
    32000, "The flag {flag} cannot be requested of {requestee}, who may not see the attachment."
)
REQUESTEE_NEEDS_PRIVILEGES = ErrorKind(
    32000, "The flag {flag} cannot be requested of {requestee}, who may not grant it."
)
VALUE_INACTIVE = ErrorKind(32000, "The {what} {name} is no longer in use.")
COMMENT_REQUIRED = ErrorKind(32000, "A change of {field} from '{old}' to '{new}' needs a comment.")
NOT_INTEGER = ErrorKind(32000, "{param} must be an integer; '{value}' is not.")
RELATION_LOOP = ErrorKind(32000, "{field} of bug {bug} cannot be bug {other}, which leads back to it.")
RELATED_TO_ITSELF = ErrorKind(32000, "Bug {bug} cannot be in its own see_also.")
CC_DENIED = ErrorKind(32000, "You may remove only yourself from the cc list of bug {bug}.")
FIELD_REQUIRED = ErrorKind(32000, "The field {field} is mandatory; give it a value.")
BLOCKERS_OPEN = ErrorKind(32000, "Bug {bug} cannot be fixed while bugs that it depends on are open: {bugs}.")
MILESTONE_REQUIRED = ErrorKind(32000, "Bug {bug} needs a target milestone before it gets the status {status}.")
DUPLICATES_DENIED = ErrorKind(32000, "Give dupe_of for one bug at a time.")
TOKEN_INVALID = ErrorKind(32000, "The login token is invalid or has expired; log in again.", ketura=401)
LOCKED_OUT = ErrorKind(
    32000, "Too many wrong passwords: {login} is locked for your address until {until} UTC.", ketura=401
)
ANSWERS_TOO_LARGE = ErrorKind(
    32000, "The answers to this request are too large together; make this call in another request."
)
FORM_EXPIRED = ErrorKind(32000, "This form has expired; look it through and send it again.", http=403)
CHANGED_MEANWHILE = ErrorKind(
    32000, "Someone else changed this attachment in the meantime; look at what they changed, and save again.", http=409
)
STORES_TOO_MUCH = ErrorKind(32000, "This request would store too much: make several smaller requests.")
TOO_SLOW = ErrorKind(32000, "This call takes too long; ask for less at once.")
FLAG_SETTER = ErrorKind(32000, "The setter of flag {flag} is always the caller and cannot be given.")
ADDRESS_TOO_LONG = ErrorKind(
    32000,
    "{method} with so many values is too long an address for the site behind this gateway; ask for fewer at once.",
)
METHOD_REQUIRED = ErrorKind(32000, "The query string needs the parameter method.")
JSON_UNREADABLE = ErrorKind(32000, "The JSON cannot be read: {why}.")

# ---- errors of the protocols
INTERNAL = ErrorKind(-32000, "The server failed. Its log has the details under {request_id}.", http=500)
BUSY = ErrorKind(-32000, "The server is busy: {why}. Try again in a moment.", http=503)
SITE_UNUSABLE = ErrorKind(-32000, "The site behind this gateway gives no usable answer: {why}.", http=502)
SITE_ANSWER_LOST = ErrorKind(
    -32000,
    "The answer of the site behind this gateway is lost: {why}. The change may have been made; look before you send it "
    "again.",
    http=502,
)
TIMED_OUT = ErrorKind(-32000, "The request did not arrive in time; send it again.", http=408)
INVALID_REQUEST = ErrorKind(-32600, "The request is invalid: {why}.", jsonrpc1=100300)
INVALID_VALUE = ErrorKind(-32600, "'{value}' is not a value of the type {type}.")
INVALID_PARAMS = ErrorKind(-32602, "params must be {wanted}.", jsonrpc1=100400)
METHOD_INVALID = ErrorKind(-32601, "'{method}' is not a valid method name.", jsonrpc1=100301)
SITE_LACKS_METHOD = ErrorKind(
    -32601, "The site behind this gateway cannot answer {method}: its REST has no resource for it.", jsonrpc1=100302
)
UNKNOWN_CHANGE = ErrorKind(-32601, "{method} has no parameter '{param}'.", jsonrpc1=67399, rest=67399)
METHOD_NOT_FOUND = ErrorKind(-32601, "There is no method '{method}'.", jsonrpc1=100302)
UNREADABLE = ErrorKind(-32700, "The request cannot be read: {why}.", jsonrpc1=100201)
BODY_UNREADABLE = ErrorKind(-32700, "The body of the request cannot be read: {why}.", jsonrpc1=100201)
READ_ONLY_REQUIRED = ErrorKind(32610, "{method} cannot be called with GET; use POST.")
CALLBACK_INVALID = ErrorKind(32611, "'{callback}' is not a valid JavaScript function name.")
XMLRPC_CONTENT_TYPE = ErrorKind(32612, "An XML-RPC request must be text/xml or application/xml, not {content_type}.")
JSONRPC_CONTENT_TYPE = ErrorKind(32613, "A JSON-RPC request must be application/json, not {content_type}.")
RESOURCE_NOT_FOUND = ErrorKind(32614, "There is no REST resource for {verb} {path}.")
ADDRESS_NOT_FOUND = ErrorKind(32614, "There is nothing at {path}.")
XMLRPC_ELSEWHERE = ErrorKind(32614, "There is no XML-RPC here; call {address} instead.")
MULTIPART_REQUIRED = ErrorKind(-32600, "An upload must be multipart/form-data, not {content_type}.", http=415)
EXPECTATION_FAILED = ErrorKind(-32600, "The expectation '{expected}' is not supported.", http=417)
VERB_NOT_ALLOWED = ErrorKind(-32600, "{verb} is not allowed here; use {allowed}.", http=405)
