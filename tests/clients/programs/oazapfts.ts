// A client that oazapfts makes.
import { ok } from "@oazapfts/runtime";
import * as site from "./generated";
import steps from "./steps.js";

const { env } = steps;
site.defaults.baseUrl = (env.CLIENT_URL as string).replace(/\/$/, "");
site.defaults.headers = { "X-Bugzilla-API-Key": env.CLIENT_API_KEY };

steps.run(
  steps.take({
    async login() {
      const user = await ok(site.userLogin(env.CLIENT_LOGIN as string, env.CLIENT_PASSWORD as string));
      site.defaults.headers = { "X-Bugzilla-Token": user.token };
      return user;
    },
    list: async (bug: number) => (await ok(site.bugAttachmentsByIds(String(bug)))).bugs[bug],
    async create(bug: number, values: any) {
      const { data, ...others } = values;
      return (await ok(site.bugAddAttachment(String(bug), { data: steps.toBase64(data), ...others }))).ids[0];
    },
    async get(id: number) {
      const found = (await ok(site.bugAttachmentsByAttachmentIds(id))).attachments[id];
      return { ...found, data: steps.fromBase64(found.data as string) };
    },
    update: (id: number, values: any) => ok(site.bugUpdateAttachment(id, values)),
  }),
);
