// xmlrpc-c, in C++.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>
#include <xmlrpc-c/base.hpp>
#include <xmlrpc-c/client_simple.hpp>

using std::string;
using xmlrpc_c::value;
using Struct = std::map<string, value>;
using Array = std::vector<value>;

static Struct credentials;

static string env(const char* name) {
    const char* found = std::getenv((string("CLIENT_") + name).c_str());
    return found ? found : "";
}

static value text(const string& characters) { return xmlrpc_c::value_string(characters); }

static value listOf(const value& only) { return xmlrpc_c::value_array(Array{only}); }

static string textOf(const value& found) { return xmlrpc_c::value_string(found).cvalue(); }

static Struct structOf(const value& found) { return xmlrpc_c::value_struct(found).cvalue(); }

static Array arrayOf(const value& found) { return xmlrpc_c::value_array(found).cvalue(); }

static int intOf(const value& found) { return xmlrpc_c::value_int(found).cvalue(); }

static Struct call(const string& method, Struct params) {
    params.insert(credentials.begin(), credentials.end());
    xmlrpc_c::clientSimple client;
    xmlrpc_c::paramList list;
    list.add(xmlrpc_c::value_struct(params));
    value result;
    client.call(env("URL") + "xmlrpc.cgi", method, list, &result);
    return structOf(result);
}

static Struct one(const value& id) {
    Struct found = call("Bug.attachments", {{"attachment_ids", listOf(id)}});
    return structOf(structOf(found["attachments"])[std::to_string(intOf(id))]);
}

static void update(const value& id, const string& status, bool obsolete, Struct params) {
    params["ids"] = listOf(id);
    params["is_obsolete"] = xmlrpc_c::value_boolean(obsolete);
    params["flags"] = listOf(xmlrpc_c::value_struct(Struct{{"name", text("review")}, {"status", text(status)}}));
    call("Bug.update_attachment", params);
}

static void reportState(const string& step, Struct attachment) {
    std::cout << step << '\t' << textOf(attachment["summary"]) << '\t' << intOf(attachment["is_obsolete"]) << '\t';
    for (const value& each : arrayOf(attachment["flags"])) {
        Struct flag = structOf(each);
        std::cout << textOf(flag["name"]) << textOf(flag["status"]);
    }
    std::cout << '\n';
}

int main() {
    if (env("LOGIN").empty()) {
        credentials = {{"Bugzilla_api_key", text(env("API_KEY"))}};
    } else {
        Struct user = call("User.login", {{"login", text(env("LOGIN"))}, {"password", text(env("PASSWORD"))}});
        credentials = {{"Bugzilla_token", user["token"]}};
        std::cout << "login\t" << intOf(user["id"]) << '\n';
    }
    Struct listed = call("Bug.attachments", {{"ids", listOf(text(env("LIST_BUG")))}});
    string ids;
    for (const value& each : arrayOf(structOf(listed["bugs"])[env("LIST_BUG")])) {
        ids += (ids.empty() ? "" : ",") + std::to_string(intOf(structOf(each)["id"]));
    }
    std::cout << "list\t" << ids << '\n';

    std::ifstream file(env("FILE"), std::ios::binary);
    std::vector<unsigned char> content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    Struct created = call("Bug.add_attachment", {
        {"ids", listOf(text(env("BUG")))},
        {"data", xmlrpc_c::value_bytestring(content)},
        {"file_name", text(env("FILE_NAME"))},
        {"summary", text(env("SUMMARY"))},
        {"content_type", text("application/octet-stream")},
        {"is_private", xmlrpc_c::value_boolean(false)},
    });
    value id = arrayOf(created["ids"])[0];
    std::cout << "upload\t" << intOf(id) << '\n';

    Struct attachment = one(id);
    std::vector<unsigned char> data = xmlrpc_c::value_bytestring(attachment["data"]).vectorUcharValue();
    std::ofstream(env("DOWNLOAD"), std::ios::binary).write(reinterpret_cast<const char*>(data.data()), data.size());
    std::cout << "download\t" << textOf(attachment["file_name"]) << '\t' << textOf(attachment["summary"]) << '\n';

    update(id, "+", true, {{"summary", text(env("NEW_SUMMARY"))}});
    reportState("update", one(id));
    update(id, "X", false, {});
    reportState("clear", one(id));
}
