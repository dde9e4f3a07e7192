// npm's bugzilla, which has to be bundled: Node does not find its modules as they are.
import BugzillaAPI from "bugzilla";

import steps from "./steps.js";

const { env } = steps;
const who = env.CLIENT_LOGIN ? [env.CLIENT_LOGIN, env.CLIENT_PASSWORD] : [env.CLIENT_API_KEY];
const site = new BugzillaAPI(env.CLIENT_URL, ...who);

steps.run(
  steps.take({
    login: () => undefined,
    list: (bug) => site.getBugAttachments(bug),
    create: async (bug, values) => (await site.createAttachment(bug, { ids: [bug], ...values }))[0],
    get: (id) => site.getAttachment(id),
    update: (id, values) => site.updateAttachment(id, { ids: [id], ...values }),
  }),
);
