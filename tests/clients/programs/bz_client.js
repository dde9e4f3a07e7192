// npm's bz.
const assert = require("assert/strict");
const { promisify } = require("util");
const bz = require("bz");
const steps = require("./steps.js");

const { env } = steps;
const site = bz.createClient({
  url: `${env.CLIENT_URL}rest/`,
  username: env.CLIENT_LOGIN,
  password: env.CLIENT_PASSWORD,
  api_key: env.CLIENT_API_KEY,
});
const method = (name) => promisify(site[name].bind(site));

steps.run(
  steps.take({
    async read(ids) {
      const found = await method("searchBugs")({ id: ids.join(",") });
      assert.deepEqual(found.map((bug) => bug.id).sort(), [...ids].sort());
      return Promise.all(ids.map((id) => method("getBug")(id)));
    },
    login: method("login"),
    list: method("bugAttachments"),
    create: (bug, values) =>
      method("createAttachment")(bug, { ids: [bug], ...values, data: steps.toBase64(values.data) }),
    async get(id) {
      const attachment = await method("getAttachment")(id);
      return { ...attachment, data: steps.fromBase64(attachment.data) };
    },
    update: (id, values) => method("updateAttachment")(id, { ids: [id], ...values }),
  }),
);
