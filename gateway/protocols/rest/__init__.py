"""REST, in the form of Bugzilla's rest.cgi: resources under /rest and /rest.cgi."""
