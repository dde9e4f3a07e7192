// npm's json-rpc-2.0, which leaves the transport to others.
const { JSONRPCClient } = require("json-rpc-2.0");
const steps = require("./steps.js");

const client = new JSONRPCClient(async (message) => {
  const response = await fetch(`${steps.env.CLIENT_URL}jsonrpc.cgi`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(message),
  });
  client.receive(await response.json());
});

const call = (method, params) => client.request(method, params);
steps.run(steps.take(steps.byMethods(call, steps.toBase64, steps.fromBase64)));
