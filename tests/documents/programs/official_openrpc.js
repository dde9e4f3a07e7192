// The OpenRPC project's own validation of the document that the argument names.
const fs = require("fs");
const { parseOpenRPCDocument, validateOpenRPCDocument } = require("@open-rpc/schema-utils-js");

const document = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const problem = validateOpenRPCDocument(document);
if (problem !== true) throw problem;
parseOpenRPCDocument(document, { dereference: true }).then((parsed) => console.log(parsed.methods.length));
