// The steps, for clients in JavaScript that call methods by name.
const fs = require("fs");

const env = process.env;

function report(...words) {
  console.log(words.join("\t"));
}

function state(attachment) {
  const flags = attachment.flags.map((flag) => flag.name + flag.status).join("");
  return [attachment.summary, Number(attachment.is_obsolete), flags];
}

// Take all steps by way of the functions of `site`: login() -> user, list(bug) -> attachments,
// create(bug, values) -> id, get(id) -> attachment with its content as a Buffer, update(id, values);
// clients of Bugzilla have read(ids, noId) -> bugs too.
async function take(site) {
  if (site.read) {
    const bugs = await site.read(env.CLIENT_READ_BUGS.split(",").map(Number), Number(env.CLIENT_NO_BUG));
    report("read", ...bugs.map((bug) => `${bug.id} ${bug.summary}`));
  }
  if (env.CLIENT_LOGIN) {
    const user = await site.login();
    if (user) {
      report("login", user.id);
    }
  }
  const listed = await site.list(Number(env.CLIENT_LIST_BUG));
  report("list", listed.map((attachment) => attachment.id).join(","));
  const id = await site.create(Number(env.CLIENT_BUG), {
    data: fs.readFileSync(env.CLIENT_FILE),
    file_name: env.CLIENT_FILE_NAME,
    summary: env.CLIENT_SUMMARY,
    content_type: "application/octet-stream",
    is_private: false,
  });
  report("upload", id);
  const attachment = await site.get(id);
  fs.writeFileSync(env.CLIENT_DOWNLOAD, attachment.data);
  report("download", attachment.file_name, attachment.summary);
  const review = (status) => [{ name: "review", status }];
  await site.update(id, { summary: env.CLIENT_NEW_SUMMARY, is_obsolete: true, flags: review("+") });
  report("update", ...state(await site.get(id)));
  await site.update(id, { is_obsolete: false, flags: review("X") });
  report("clear", ...state(await site.get(id)));
}

// The site by way of `await call(method, params)`; the others turn a Buffer into `data` and back.
function byMethods(call, toWire, fromWire) {
  let credentials = { Bugzilla_api_key: env.CLIENT_API_KEY };
  const read = (params) => call("Bug.attachments", { ...credentials, ...params });
  return {
    async login() {
      const user = await call("User.login", { login: env.CLIENT_LOGIN, password: env.CLIENT_PASSWORD });
      credentials = { Bugzilla_token: user.token };
      return user;
    },
    list: async (bug) => (await read({ ids: [bug] })).bugs[bug],
    async create(bug, values) {
      const data = toWire(values.data);
      return (await call("Bug.add_attachment", { ...credentials, ids: [bug], ...values, data })).ids[0];
    },
    async get(id) {
      const attachment = (await read({ attachment_ids: [id] })).attachments[id];
      return { ...attachment, data: fromWire(attachment.data) };
    },
    update: (id, values) => call("Bug.update_attachment", { ...credentials, ids: [id], ...values }),
  };
}

function run(promise) {
  promise.catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}

const toBase64 = (buffer) => buffer.toString("base64");
const fromBase64 = (text) => Buffer.from(text, "base64");

module.exports = { env, take, byMethods, run, toBase64, fromBase64 };
