"""The protocols that clients speak: a folder each, with codecs that do no I/O and a thin aiohttp endpoint."""
