"""bugsy, and mozsec-bugsy, which has the same name for its module, with bugs."""

import bug_steps as steps
import bugsy

who = {"username": steps.LOGIN, "password": steps.PASSWORD} if steps.LOGIN else {"api_key": steps.API_KEY}
site = bugsy.Bugsy(bugzilla_url=steps.URL + "rest", **who)
search = site.search_for.include_fields("id", "summary", "status").summary(steps.WORD)
(bug,) = search.search()
steps.report("search", bug.id)
bug = site.get(bug.id, include_fields="_default")
bug.status, bug.resolution = "RESOLVED", "FIXED"
bug = site.put(bug)
bug.add_comment(steps.COMMENT)
assert bug.get_comments()[-1].text == steps.COMMENT
steps.report("resolve", bug.status, bug.resolution)
