"""How clients speak to the gateway: a folder a protocol, codecs without I/O and a thin aiohttp part."""
