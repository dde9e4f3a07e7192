"""aiohttp: a form of known length or in chunks; it encodes file names with percent signs."""

import asyncio
import os

import aiohttp


async def main() -> None:
    credentials = aiohttp.BasicAuth(os.environ["UPLOAD_LOGIN"], os.environ["UPLOAD_PASSWORD"])
    name, chunked = os.path.basename(os.environ["UPLOAD_FILE"]), os.environ["UPLOAD_HOW"] == "chunked"
    with open(os.environ["UPLOAD_FILE"], "rb") as file:
        form = aiohttp.FormData()
        form.add_field("File", file, filename=name)
        form.add_field("Description", os.environ["UPLOAD_DESCRIPTION"])
        async with (
            aiohttp.ClientSession(auth=credentials) as session,
            session.post(os.environ["UPLOAD_URL"], data=form, chunked=chunked or None) as answer,
        ):
            print(answer.status)


asyncio.run(main())
