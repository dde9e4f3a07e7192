# Ruby's xmlrpc.
require "xmlrpc/client"

$client = XMLRPC::Client.new2("#{ENV["CLIENT_URL"]}xmlrpc.cgi")
$credentials = { "Bugzilla_api_key" => ENV["CLIENT_API_KEY"] }

def report(*words) = puts(words.join("\t"))

def text(name) = ENV["CLIENT_#{name}"].dup.force_encoding("UTF-8")

def call(method, params = {}) = $client.call(method, $credentials.merge(params))

def one(id) = call("Bug.attachments", "attachment_ids" => [id])["attachments"][id.to_s]

def report_state(step, attachment)
  flags = attachment["flags"].map { |flag| flag["name"] + flag["status"] }.join
  report(step, attachment["summary"], attachment["is_obsolete"], flags)
end

if ENV["CLIENT_LOGIN"]
  user = $client.call("User.login", "login" => ENV["CLIENT_LOGIN"], "password" => ENV["CLIENT_PASSWORD"])
  $credentials = { "Bugzilla_token" => user["token"] }
  report("login", user["id"])
end
bug = ENV["CLIENT_LIST_BUG"]
report("list", call("Bug.attachments", "ids" => [bug.to_i])["bugs"][bug].map { |each| each["id"] }.join(","))
created = call(
  "Bug.add_attachment",
  "ids" => [ENV["CLIENT_BUG"].to_i],
  "data" => XMLRPC::Base64.new(File.binread(ENV["CLIENT_FILE"])),
  "file_name" => text("FILE_NAME"),
  "summary" => text("SUMMARY"),
  "content_type" => "application/octet-stream",
  "is_private" => false
)
id = created["ids"][0]
report("upload", id)
attachment = one(id)
File.binwrite(ENV["CLIENT_DOWNLOAD"], attachment["data"])
report("download", attachment["file_name"], attachment["summary"])
change = { "summary" => text("NEW_SUMMARY"), "is_obsolete" => true }
call("Bug.update_attachment", "ids" => [id], "flags" => [{ "name" => "review", "status" => "+" }], **change)
report_state("update", one(id))
clear = { "is_obsolete" => false, "flags" => [{ "name" => "review", "status" => "X" }] }
call("Bug.update_attachment", "ids" => [id], **clear)
report_state("clear", one(id))
