// The types that openapi-typescript makes, with openapi-fetch.
import createClient from "openapi-fetch";
import type { paths } from "./generated";
import steps from "./steps.js";

const { env } = steps;
const site = createClient<paths>({ baseUrl: (env.CLIENT_URL as string).replace(/\/$/, "") });
let credentials: [string, string] | null = env.CLIENT_API_KEY ? ["X-Bugzilla-API-Key", env.CLIENT_API_KEY] : null;

site.use({
  onRequest({ request }) {
    if (credentials) {
      request.headers.set(...credentials);
    }
    return request;
  },
});

function ok<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) {
    throw new Error(JSON.stringify(answer.error));
  }
  return answer.data;
}

steps.run(
  steps.take({
    async login() {
      const query = { login: env.CLIENT_LOGIN as string, password: env.CLIENT_PASSWORD as string };
      const user = ok(await site.GET("/rest/login", { params: { query } }));
      credentials = ["X-Bugzilla-Token", user.token as string];
      return user;
    },
    async list(bug: number) {
      const path = { ids: String(bug) };
      return ok(await site.GET("/rest/bug/{ids}/attachment", { params: { path } })).bugs[bug];
    },
    async create(bug: number, values: any) {
      const body = {
        data: steps.toBase64(values.data) as string,
        file_name: values.file_name as string,
        summary: values.summary as string,
        content_type: values.content_type as string,
        is_patch: false,
        is_private: false,
      };
      const path = { ids: String(bug) };
      return ok(await site.POST("/rest/bug/{ids}/attachment", { params: { path }, body })).ids[0];
    },
    async get(id: number) {
      const path = { attachment_ids: id };
      const found = ok(await site.GET("/rest/bug/attachment/{attachment_ids}", { params: { path } })).attachments[id];
      return { ...found, data: steps.fromBase64(found.data as string) };
    },
    async update(id: number, body: { summary?: string; is_obsolete?: boolean; flags?: { status: string }[] }) {
      const path = { attachment_ids: id };
      ok(await site.PUT("/rest/bug/attachment/{attachment_ids}", { params: { path }, body }));
    },
  }),
);
