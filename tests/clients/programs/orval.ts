// A client that orval makes.
import * as api from "./generated";
import { site } from "./orval_fetch";
import steps from "./steps.js";

const { env } = steps;
site.url = (env.CLIENT_URL as string).replace(/\/$/, "");
site.credentials = env.CLIENT_API_KEY ? { "X-Bugzilla-API-Key": env.CLIENT_API_KEY } : {};

function failed(answer: { status: number; data: unknown }): Error {
  return new Error(`${answer.status}: ${JSON.stringify(answer.data)}`);
}

steps.run(
  steps.take({
    async login() {
      const login = env.CLIENT_LOGIN as string;
      const answer = await api.userLogin({ login, password: env.CLIENT_PASSWORD as string });
      if (answer.status !== 200) {
        throw failed(answer);
      }
      site.credentials = { "X-Bugzilla-Token": answer.data.token as string };
      return answer.data;
    },
    async list(bug: number) {
      const answer = await api.bugAttachmentsByIds(String(bug));
      if (answer.status !== 200) {
        throw failed(answer);
      }
      return answer.data.bugs[bug];
    },
    async create(bug: number, values: any) {
      const answer = await api.bugAddAttachment(String(bug), { ...values, data: steps.toBase64(values.data) });
      if (answer.status !== 201) {
        throw failed(answer);
      }
      return answer.data.ids[0];
    },
    async get(id: number) {
      const answer = await api.bugAttachmentsByAttachmentIds(id);
      if (answer.status !== 200) {
        throw failed(answer);
      }
      const found = answer.data.attachments[id];
      return { ...found, data: steps.fromBase64(found.data as string) };
    },
    async update(id: number, values: any) {
      const answer = await api.bugUpdateAttachment(id, values);
      if (answer.status !== 200) {
        throw failed(answer);
      }
    },
  }),
);
