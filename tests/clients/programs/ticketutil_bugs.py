"""ticketutil with bugs: it wants the product to be there before it does anything."""

import bug_steps as steps
from ticketutil.bugzilla import BugzillaTicket

ticket = BugzillaTicket(steps.URL.rstrip("/"), steps.PRODUCT, auth=(steps.LOGIN, steps.PASSWORD))


def done(result):
    assert result.status == "Success", result
    return result


done(
    ticket.create(
        summary=steps.SUMMARY,
        description=steps.DESCRIPTION,
        component=steps.COMPONENT,
        version=steps.VERSION,
        keywords=steps.KEYWORDS,
        blocks=[steps.BLOCKED_BUG],
        **steps.VALUES,
    )
)
steps.report("file", ticket.get_ticket_id())
done(ticket.edit(priority="High"))
done(ticket.add_comment("a comment"))
done(ticket.add_attachment("bug_steps.py", __file__, "the program"))
done(ticket.add_cc(steps.LOGIN))
done(ticket.change_status("RESOLVED", resolution="FIXED", comment={"body": steps.COMMENT}))
(content,) = done(ticket.get_ticket_content()).ticket_content["bugs"]
steps.report("resolve", content["status"], content["resolution"])
ticket.close_requests_session()
