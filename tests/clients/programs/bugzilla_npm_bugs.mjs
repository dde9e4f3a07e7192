// npm's bugzilla with bugs, which has to be bundled: Node does not find its modules as they are.
import assert from "assert/strict";

import BugzillaAPI from "bugzilla";

const { env } = process;
const who = env.CLIENT_LOGIN ? [env.CLIENT_LOGIN, env.CLIENT_PASSWORD] : [env.CLIENT_API_KEY];
const site = new BugzillaAPI(env.CLIENT_URL, ...who);

function report(step, ...words) {
  console.log([step, ...words].join("\t"));
}

async function main() {
  const found = await site.quicksearch(`product:${env.CLIENT_PRODUCT} "${env.CLIENT_WORD}"`);
  report("search", found.map((bug) => bug.id).join(","));
  const advanced = site.advancedSearch({ product: env.CLIENT_PRODUCT, short_desc: env.CLIENT_WORD, resolution: "---" });
  assert.deepEqual(await advanced.include(["id"]), found.map(({ id }) => ({ id })));
  const id = await site.createBug({
    product: env.CLIENT_PRODUCT,
    component: env.CLIENT_COMPONENT,
    version: env.CLIENT_VERSION,
    summary: env.CLIENT_SUMMARY,
    description: env.CLIENT_DESCRIPTION,
    keywords: env.CLIENT_KEYWORDS.split(","),
    op_sys: "All",
    platform: "All",
    severity: "normal",
    priority: "Normal",
  });
  report("file", id);
  await site.updateBug(id, { ids: [id], blocks: { add: [Number(env.CLIENT_BLOCKED_BUG)] } });
  await site.createComment(id, env.CLIENT_COMMENT);
  const [{ changes }] = await site.updateBug(id, { ids: [id], status: "RESOLVED", resolution: "FIXED" });
  assert.equal(changes.get("resolution").added, "FIXED");
  const [bug] = await site.getBugs([id]);
  assert.equal((await site.getBugComments(id)).at(-1).text, env.CLIENT_COMMENT);
  assert((await site.bugHistory(id)).length > 0);
  report("resolve", bug.status, bug.resolution);
}

main();
