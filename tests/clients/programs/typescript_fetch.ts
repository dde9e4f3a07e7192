// A client that openapi-generator makes for TypeScript and fetch.
import { Configuration, DefaultApi } from "./generated";
import steps from "./steps.js";

const { env } = steps;
const basePath = (env.CLIENT_URL as string).replace(/\/$/, "");

function api(name: string, secret: string) {
  return new DefaultApi(new Configuration({ basePath, apiKey: (asked) => (asked === name ? secret : "") }));
}

let site = api("X-Bugzilla-API-Key", env.CLIENT_API_KEY ?? "");

steps.run(
  steps.take({
    async login() {
      const login = env.CLIENT_LOGIN as string;
      const user = await site.userLogin({ login, password: env.CLIENT_PASSWORD as string });
      site = api("X-Bugzilla-Token", user.token as string);
      return user;
    },
    list: async (bug: number) => (await site.bugAttachmentsByIds({ ids: String(bug) })).bugs[bug],
    async create(bug: number, values: any) {
      const body = {
        data: steps.toBase64(values.data) as string,
        fileName: values.file_name as string,
        summary: values.summary as string,
        contentType: values.content_type as string,
      };
      const added = await site.bugAddAttachment({ ids: String(bug), bugAddAttachmentBody: body });
      return added.ids[0];
    },
    async get(id: number) {
      const found = (await site.bugAttachmentsByAttachmentIds({ attachmentIds: id })).attachments[id];
      if (found.isPrivate) {
        throw new Error("the attachment is private");
      }
      const data = steps.fromBase64(found.data as string);
      return { ...found, data, file_name: found.fileName, is_obsolete: found.isObsolete };
    },
    async update(id: number, values: any) {
      const body = { summary: values.summary, isObsolete: values.is_obsolete, flags: values.flags };
      await site.bugUpdateAttachment({ attachmentIds: id, bugUpdateAttachmentBody: body });
    },
  }),
);
