-- Lua's xmlrpc. It knows no base64 on the way out, so what it uploads goes as text: a byte is the character of its number.
local http = require "xmlrpc.http"
local mime = require "mime"

local function env(name) return os.getenv("CLIENT_" .. name) end

local credentials = { Bugzilla_api_key = env "API_KEY" }

local function call(method, params)
  for name, value in pairs(credentials) do params[name] = value end
  local ok, result, code = http.call(env "URL" .. "xmlrpc.cgi", method, params)
  if not ok then error(code .. ": " .. result) end
  return result
end

local function list(item)
  return { ["*type"] = { type = "array", elemtype = type(item) == "number" and "int" or "struct" }, ["*value"] = { item } }
end

local function escaped(text)
  return (text:gsub("[&<>\r]", function(character) return "&#" .. character:byte() .. ";" end))
end

local function as_text(bytes)
  return (escaped(bytes):gsub("[\128-\255]", function(byte) return "&#" .. byte:byte() .. ";" end))
end

local function one(id) return call("Bug.attachments", { attachment_ids = list(id) }).attachments[tostring(id)] end

local function review(status)
  return { ["*type"] = { type = "array", elemtype = "struct" }, ["*value"] = { { name = "review", status = status } } }
end

local function report(...) io.write(table.concat({ ... }, "\t"), "\n") end

local function report_state(step, attachment)
  local flags = ""
  for _, flag in ipairs(attachment.flags) do flags = flags .. flag.name .. flag.status end
  report(step, attachment.summary, attachment.is_obsolete, flags)
end

if env "LOGIN" then
  credentials = {}
  local user = call("User.login", { login = env "LOGIN", password = env "PASSWORD" })
  credentials = { Bugzilla_token = user.token }
  report("login", user.id)
end
local ids = {}
for _, each in ipairs(call("Bug.attachments", { ids = list(tonumber(env "LIST_BUG")) }).bugs[env "LIST_BUG"]) do
  ids[#ids + 1] = each.id
end
report("list", table.concat(ids, ","))
local file = assert(io.open(env "FILE", "rb"))
local created = call("Bug.add_attachment", {
  ids = list(tonumber(env "BUG")),
  data = as_text(file:read("*a")),
  file_name = escaped(env "FILE_NAME"),
  summary = escaped(env "SUMMARY"),
  content_type = "application/octet-stream",
})
local id = created.ids[1]
report("upload", id)
local attachment = one(id)
local download = assert(io.open(env "DOWNLOAD", "wb"))
download:write((mime.unb64(attachment.data)))
download:close()
report("download", attachment.file_name, attachment.summary)
call("Bug.update_attachment", {
  ids = list(id), summary = escaped(env "NEW_SUMMARY"), is_obsolete = true, flags = review("+"),
})
report_state("update", one(id))
call("Bug.update_attachment", { ids = list(id), is_obsolete = false, flags = review("X") })
report_state("clear", one(id))
