"""Documents that describe the gateway to programs and people, generated from the declarations of methods alone.

They are WADL and the grammars that it includes, OpenAPI, OpenRPC, and a page. This package does no I/O and does not
depend on the code of protocols: `resources` makes one description, and there is a module for each form of document.
"""
