"""Sessions of the pages on two nodes: begun on one, they are good on the other, and end on both."""

from node import nodes
from postgresql_server import Server
from running import load
from visiting import Visitor

from gateway.pages.page_session import SESSION


def test_a_session_is_good_on_both_until_its_logout_on_one(postgresql_server: Server) -> None:
    database = postgresql_server.new_database()
    load(database)
    with nodes(database) as two:
        here, there = (Visitor(node.gateway.url) for node in two)
        assert "Log out" in here.login("editor").said
        cookie = {"Cookie": f"{SESSION}={here.cookies[SESSION]}"}
        keys = there.get("keys", cookie)
        assert "Log out" in keys.said
        there.submit(keys, "logout", cookie)
        for visitor in (here, there):
            assert "Log out" not in visitor.get("./", cookie).said
