// npm's jayson, in the version of JSON-RPC that the argument names: 1 takes params in order, 2 by name.
const jayson = require("jayson/promise");
const steps = require("./steps.js");

const version = Number(process.argv[2]);
const { protocol, hostname, port, pathname } = new URL("jsonrpc.cgi", steps.env.CLIENT_URL);
const client = jayson.Client[protocol.slice(0, -1)]({ hostname, port, path: pathname, version });

async function call(method, params) {
  const answer = await client.request(method, version === 1 ? [params] : params);
  if (answer.error) {
    throw new Error(answer.error.message);
  }
  return answer.result;
}

steps.run(steps.take(steps.byMethods(call, steps.toBase64, steps.fromBase64)));
