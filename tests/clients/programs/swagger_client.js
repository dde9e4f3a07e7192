// npm's swagger-client, which reads /openapi.json when it runs.
const SwaggerClient = require("swagger-client");
const steps = require("./steps.js");

const { env } = steps;

async function site() {
  const client = await new SwaggerClient({ url: `${env.CLIENT_URL}openapi.json` });
  if (client.errors.length) {
    throw client.errors[0];
  }
  const api = client.apis.default;
  client.authorizations = { apiKey: env.CLIENT_API_KEY };
  return {
    async login() {
      const { body } = await api["User_login"]({ login: env.CLIENT_LOGIN, password: env.CLIENT_PASSWORD });
      client.authorizations = { token: body.token };
      return body;
    },
    list: async (bug) => (await api["Bug_attachments_by_ids"]({ ids: bug })).body.bugs[bug],
    async create(bug, values) {
      const requestBody = { ...values, data: steps.toBase64(values.data) };
      return (await api["Bug_add_attachment"]({ ids: bug }, { requestBody })).body.ids[0];
    },
    async get(id) {
      const { body } = await api["Bug_attachments_by_attachment_ids"]({ attachment_ids: id });
      return { ...body.attachments[id], data: steps.fromBase64(body.attachments[id].data) };
    },
    update: (id, requestBody) => api["Bug_update_attachment"]({ attachment_ids: id }, { requestBody }),
  };
}

steps.run(site().then(steps.take));
