import pytest
from running import Gateway
from visiting import Visitor


@pytest.fixture
def anybody(module_gateway: Gateway) -> Visitor:
    """Somebody who is not logged in."""
    return Visitor(module_gateway.url)


@pytest.fixture
def editor(module_gateway: Gateway) -> Visitor:
    """Somebody who may edit, but sees nothing private."""
    return logged_in(module_gateway, "editor")


@pytest.fixture
def insider(module_gateway: Gateway) -> Visitor:
    """Somebody who may edit and sees what is private."""
    return logged_in(module_gateway, "insider")


@pytest.fixture
def stranger(module_gateway: Gateway) -> Visitor:
    """Somebody who may nothing in particular."""
    return logged_in(module_gateway, "stranger")


def logged_in(gateway: Gateway, who: str) -> Visitor:
    visitor = Visitor(gateway.url)
    assert "Log out" in visitor.login(who).said
    return visitor
