"""JSON (RFC 8259), as JSON-RPC and REST have it in requests and answers."""
