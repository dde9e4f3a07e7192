<?php
// PHP's xmlrpc extension, which makes requests and reads answers, and leaves the transport to PHP's streams. Texts go
// as they are, in UTF-8: by default it would escape them byte by byte.

$credentials = ["Bugzilla_api_key" => getenv("CLIENT_API_KEY")];

function report(...$words): void
{
    echo implode("\t", $words), "\n";
}

function call(string $method, array $params): array
{
    global $credentials;
    $options = ["encoding" => "UTF-8", "escaping" => "markup"];
    $request = xmlrpc_encode_request($method, array_merge($credentials, $params), $options);
    $headers = ["Content-Type: text/xml"];
    $http = ["method" => "POST", "header" => $headers, "content" => $request];
    $answer = file_get_contents(getenv("CLIENT_URL") . "xmlrpc.cgi", false, stream_context_create(["http" => $http]));
    $result = xmlrpc_decode($answer, "UTF-8");
    if (xmlrpc_is_fault($result)) {
        fwrite(STDERR, $result["faultString"]);
        exit(1);
    }
    return $result;
}

function one(int $id): array
{
    return call("Bug.attachments", ["attachment_ids" => [$id]])["attachments"][$id];
}

function report_state(string $step, array $attachment): void
{
    $flags = array_map(fn ($flag) => $flag["name"] . $flag["status"], $attachment["flags"]);
    report($step, $attachment["summary"], $attachment["is_obsolete"], implode("", $flags));
}

function base64(string $bytes): object
{
    xmlrpc_set_type($bytes, "base64");
    return $bytes;
}

if (getenv("CLIENT_LOGIN")) {
    $credentials = [];
    $user = call("User.login", ["login" => getenv("CLIENT_LOGIN"), "password" => getenv("CLIENT_PASSWORD")]);
    $credentials = ["Bugzilla_token" => $user["token"]];
    report("login", $user["id"]);
}
$bug = getenv("CLIENT_LIST_BUG");
$listed = call("Bug.attachments", ["ids" => [(int) $bug]])["bugs"][$bug];
report("list", implode(",", array_column($listed, "id")));
$created = call("Bug.add_attachment", [
    "ids" => [(int) getenv("CLIENT_BUG")],
    "data" => base64(file_get_contents(getenv("CLIENT_FILE"))),
    "file_name" => getenv("CLIENT_FILE_NAME"),
    "summary" => getenv("CLIENT_SUMMARY"),
    "content_type" => "application/octet-stream",
    "is_private" => false,
]);
$id = $created["ids"][0];
report("upload", $id);
$attachment = one($id);
file_put_contents(getenv("CLIENT_DOWNLOAD"), $attachment["data"]->scalar);
report("download", $attachment["file_name"], $attachment["summary"]);
call("Bug.update_attachment", [
    "ids" => [$id],
    "summary" => getenv("CLIENT_NEW_SUMMARY"),
    "is_obsolete" => true,
    "flags" => [["name" => "review", "status" => "+"]],
]);
report_state("update", one($id));
$clear = ["is_obsolete" => false, "flags" => [["name" => "review", "status" => "X"]]];
call("Bug.update_attachment", ["ids" => [$id]] + $clear);
report_state("clear", one($id));
