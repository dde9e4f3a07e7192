// npm's xmlrpc.
const xmlrpc = require("xmlrpc");
const steps = require("./steps.js");

const client = xmlrpc.createClient(`${steps.env.CLIENT_URL}xmlrpc.cgi`);

function call(method, params) {
  return new Promise((resolve, reject) => {
    client.methodCall(method, [params], (error, result) => (error ? reject(error) : resolve(result)));
  });
}

const asItIs = (buffer) => buffer;
steps.run(steps.take(steps.byMethods(call, asItIs, asItIs)));
