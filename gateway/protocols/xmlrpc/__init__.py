"""XML-RPC (http://xmlrpc.com/spec.md), in the form of Bugzilla's xmlrpc.cgi."""
