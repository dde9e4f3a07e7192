// libjson-rpc-cpp, in the version of JSON-RPC that the argument names: 1 takes params in order, 2 by name.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <jsonrpccpp/client.h>
#include <jsonrpccpp/client/connectors/httpclient.h>
#include <string>

#include "base64.hpp"

using std::string;

static Json::Value credentials(Json::objectValue);
static jsonrpc::Client* client;
static bool inOrder;

static string env(const char* name) {
    const char* found = std::getenv((string("CLIENT_") + name).c_str());
    return found ? found : "";
}

static Json::Value listOf(const Json::Value& only) {
    Json::Value list(Json::arrayValue);
    list.append(only);
    return list;
}

static Json::Value call(const string& method, Json::Value params) {
    for (const string& name : credentials.getMemberNames()) {
        params[name] = credentials[name];
    }
    return client->CallMethod(method, inOrder ? listOf(params) : params);
}

static Json::Value one(const Json::Value& id) {
    Json::Value params;
    params["attachment_ids"] = listOf(id);
    return call("Bug.attachments", params)["attachments"][id.asString()];
}

static void update(const Json::Value& id, const string& status, bool obsolete, Json::Value params) {
    Json::Value flag;
    flag["name"] = "review";
    flag["status"] = status;
    params["ids"] = listOf(id);
    params["is_obsolete"] = obsolete;
    params["flags"] = listOf(flag);
    call("Bug.update_attachment", params);
}

static void reportState(const string& step, const Json::Value& attachment) {
    std::cout << step << '\t' << attachment["summary"].asString() << '\t' << attachment["is_obsolete"].asInt() << '\t';
    for (const Json::Value& flag : attachment["flags"]) {
        std::cout << flag["name"].asString() << flag["status"].asString();
    }
    std::cout << '\n';
}

static Json::Value upload() {
    std::ifstream file(env("FILE"), std::ios::binary);
    Json::Value params;
    params["ids"] = listOf(env("BUG"));
    params["data"] = base64::encoded(string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
    params["file_name"] = env("FILE_NAME");
    params["summary"] = env("SUMMARY");
    params["content_type"] = "application/octet-stream";
    params["is_private"] = false;
    return call("Bug.add_attachment", params)["ids"][0];
}

int main(int, char** arguments) {
    inOrder = arguments[1] == string("1");
    jsonrpc::HttpClient connector(env("URL") + "jsonrpc.cgi");
    jsonrpc::Client made(connector, inOrder ? jsonrpc::JSONRPC_CLIENT_V1 : jsonrpc::JSONRPC_CLIENT_V2);
    client = &made;

    if (env("LOGIN").empty()) {
        credentials["Bugzilla_api_key"] = env("API_KEY");
    } else {
        Json::Value who;
        who["login"] = env("LOGIN");
        who["password"] = env("PASSWORD");
        Json::Value user = call("User.login", who);
        credentials["Bugzilla_token"] = user["token"];
        std::cout << "login\t" << user["id"].asInt() << '\n';
    }
    Json::Value bug;
    bug["ids"] = listOf(env("LIST_BUG"));
    Json::Value listed = call("Bug.attachments", bug)["bugs"][env("LIST_BUG")];
    string ids;
    for (const Json::Value& each : listed) {
        ids += (ids.empty() ? "" : ",") + each["id"].asString();
    }
    std::cout << "list\t" << ids << '\n';

    Json::Value id = upload();
    std::cout << "upload\t" << id.asInt() << '\n';

    Json::Value attachment = one(id);
    std::ofstream(env("DOWNLOAD"), std::ios::binary) << base64::decoded(attachment["data"].asString());
    std::cout << "download\t" << attachment["file_name"].asString() << '\t' << attachment["summary"].asString() << '\n';

    Json::Value summary;
    summary["summary"] = env("NEW_SUMMARY");
    update(id, "+", true, summary);
    reportState("update", one(id));
    update(id, "X", false, Json::Value(Json::objectValue));
    reportState("clear", one(id));
}
