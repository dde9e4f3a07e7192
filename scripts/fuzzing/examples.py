"""Whole examples of each language, to be damaged, and the tokens that it is made of."""

_CALL = b"""<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>Bug.add_attachment</methodName>
<params><param><value><struct><member><name>ids</name><value><array><data><value><int>7</int></value>
<value>a &amp; b</value><value><nil/></value><value><double>1.5</double></value><value><boolean>1</boolean></value>
</data></array></value></member><member><name>data</name><value><base64>YQ0K
Yg1j\r\nCg==&#10;</base64></value></member><member><name>when</name>
<value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value></member></struct></value></param></params>
</methodCall>"""
XML = (_CALL, _CALL.replace(b">7<", b">-2147483648<"), _CALL.replace(b"\n", b""))
XML_TOKENS = tuple(
    b"""<value> </value> <value/> <array><data> </data></array> <struct> </struct> <member><name> </name> <int> <i8>
    <nil/> <double> <base64> <string> <boolean> <dateTime.iso8601> </methodCall> <params/> &amp; &lt; &#0; &#xD800; &x;
    <!-- --> <![CDATA[ ]]> <?x ?> <!DOCTYPE encoding="UTF-16" encoding="latin1" xmlns="a" a:b \xff\xfe \xef\xbb\xbf
    """.split()
)

JSON = (
    b"""{"jsonrpc": "2.0", "method": "Bug.get",
    "params": [{"ids": [7, "a", null, true, 4.0, -1e3, 12345678901234567890]}]}""",
    b"""[{"a": "\\u00e9\\ud83d\\ude00\\"\\\\\\/\\b\\n", "b": {}, "c": []}, "QUJDREVGR0hJSktMTU5PUFFSU1RVVg=="]""",
    '{"é": "grüße 😀", "data": "QUJD\\nREVG", "flags": [{"name": "review", "status": "?"}]}'.encode(),
    b'"2026-01-02T03:04:05Z"',
    b"[1, 2]",
    b'" 7 "',
)
JSON_TOKENS = tuple(
    b"""{ } [ ] , : " \\ \\" \\u0000 \\ud800 \\udc00 \\u00 null true NaN -0.0 1e999 1e-9 4.0 9007199254740993 QUJD
    QUJDREVGR0hJSktM == \xed\xa0\x80 \xf0\x9f\x98\x80 \xc0\x80 // 0001-01-01T00:00:00+23:59 9999-12-31 ;""".split()
)

_DISPOSITION = b"Content-Disposition: form-data; "
MULTIPART = (
    b"multipart/form-data; boundary=b\n--b\r\n"
    + _DISPOSITION
    + b'name="Description"\r\n\r\nnotes\r\n--b\r\n'
    + _DISPOSITION
    + b'name="File"; filename="a%20b.txt"\r\nContent-Type: text/plain\r\n\r\nx\r\n-\r\n--b--\r\n',
    b'multipart/form-data; boundary="b c"\n--b c\r\n' + _DISPOSITION + b"name=File; filename*=UTF-8''a%C3%A9\r\n"
    b"Content-Transfer-Encoding: binary\r\n\r\n\x00\xff\r\n--b c--",
)
"""The Content-Type of each is in its first line."""

MULTIPART_TOKENS = (
    *b"""--b --b-- ; = " filename="a" filename*=UTF-8''%ff name="File" name="x" boundary= charset=utf-16""".split(),
    b"\r\n",
    b"\r\n\r\n",
    _DISPOSITION,
    b"Content-Type: text/plain; charset=utf-7\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
)

FORM = (b"ids=1&data=QUJD%0A&summary=gr%C3%BC%C3%9Fe+a&flags=&x;y=%zz&&=", b"a=1;b=%f0%9f%98%80&a=2")
FORM_TOKENS = (b"&", b";", b"=", b"%", b"%41", b"%0", b"%ff", b"+", b"%C3", b"\xc3\xa9", b"include_fields=a,b")

BASE64 = (b"QUJDREVGR0hJSktM\r\nTU5PUA==", b"QQ", b"", bytes(range(256)))
BASE64_TOKENS = (b"=", b"==", b"\n", b"\r\n", b" ", b"-_", b"QUJD", b"\x00", b"\xe9")
