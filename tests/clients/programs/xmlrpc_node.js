// npm's xmlrpc.
const xmlrpc = require("xmlrpc");
const steps = require("./steps.js");

const url = `${steps.env.CLIENT_URL}xmlrpc.cgi`;
const client = url.startsWith("https:") ? xmlrpc.createSecureClient(url) : xmlrpc.createClient(url);

function call(method, params) {
  return new Promise((resolve, reject) => {
    client.methodCall(method, [params], (error, result) => (error ? reject(error) : resolve(result)));
  });
}

const asItIs = (buffer) => buffer;
steps.run(steps.take(steps.byMethods(call, asItIs, asItIs)));
