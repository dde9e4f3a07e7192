// npm's bugzilla, which has to be bundled: Node does not find its modules as they are.
import assert from "assert/strict";

import BugzillaAPI from "bugzilla";

import steps from "./steps.js";

const { env } = steps;
const who = env.CLIENT_LOGIN ? [env.CLIENT_LOGIN, env.CLIENT_PASSWORD] : [env.CLIENT_API_KEY];
const site = new BugzillaAPI(env.CLIENT_URL, ...who);

steps.run(
  steps.take({
    async read(ids, noId) {
      assert(await site.version());
      const [bug] = await site.getBugs(ids.slice(0, 1)).include(["id", "product", "component"]);
      assert.deepEqual(bug, { id: ids[0], product: "Widgets", component: "Core" });
      return site.getBugs([...ids, noId]);
    },
    login: () => undefined,
    list: (bug) => site.getBugAttachments(bug),
    create: async (bug, values) => (await site.createAttachment(bug, { ids: [bug], ...values }))[0],
    get: (id) => site.getAttachment(id),
    update: (id, values) => site.updateAttachment(id, { ids: [id], ...values }),
  }),
);
