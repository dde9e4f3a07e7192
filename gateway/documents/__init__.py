"""What describes the gateway to programs and people, made of the declarations of methods and of nothing else.

WADL and the grammars that it includes, OpenAPI, OpenRPC, and a page. There is no I/O here, and nothing that knows of a
protocol's code: `resources` says once what there is to describe, and a module a form of document writes it down.
"""
