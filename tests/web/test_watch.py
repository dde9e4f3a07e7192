import asyncio

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from gateway.web.metrics import Metrics
from gateway.web.watch import Watch


async def begun(watch: Watch, rest: asyncio.Event) -> asyncio.Task[web.StreamResponse]:
    """A request that is answered once `rest` is set."""

    async def handler(_: web.Request) -> web.StreamResponse:
        await rest.wait()
        return web.Response()

    task = asyncio.create_task(watch.middleware(make_mocked_request("GET", "/"), handler))
    await asyncio.sleep(0)
    return task


async def test_what_is_under_way_is_waited_for_and_its_connection_is_closed() -> None:
    watch, rest = Watch(Metrics()), asyncio.Event()
    request = await begun(watch, rest)
    finishing = asyncio.create_task(watch.finish(lambda: False, 3600))
    await asyncio.sleep(0)
    assert not finishing.done()
    rest.set()
    await finishing
    assert (await request).keep_alive is False


async def test_what_does_not_end_is_given_up() -> None:
    watch = Watch(Metrics())
    request = await begun(watch, asyncio.Event())
    await watch.finish(lambda: False, 0.01)
    await asyncio.wait([request])
    assert request.cancelled()


async def test_nothing_under_way_is_not_waited_for() -> None:
    watch, rest = Watch(Metrics()), asyncio.Event()
    rest.set()
    answer = await (await begun(watch, rest))
    assert answer.keep_alive is None  # as the client wants it
    await watch.finish(lambda: False, 3600)
