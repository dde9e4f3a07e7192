"""JSON (RFC 8259), for JSON-RPC and REST."""
