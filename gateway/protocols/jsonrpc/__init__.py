"""JSON-RPC 1.0, 1.1 (a working draft of 2006) and 2.0 (jsonrpc.org), in the forms of Bugzilla's jsonrpc.cgi."""
