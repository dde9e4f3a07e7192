"""Where everything is kept: an interface, and a backend a folder."""
