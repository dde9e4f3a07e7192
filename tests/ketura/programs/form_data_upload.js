// npm's form-data, piped into a request: of known length or in chunks.
const fs = require("fs");
const http = require("http");
const FormData = require("form-data");

const env = process.env;
const form = new FormData();
form.append("File", fs.createReadStream(env.UPLOAD_FILE));
form.append("Description", env.UPLOAD_DESCRIPTION);
form.getLength((problem, length) => {
  if (problem) throw problem;
  const headers = form.getHeaders();
  if (env.UPLOAD_HOW === "length") headers["Content-Length"] = length;
  const auth = `${env.UPLOAD_LOGIN}:${env.UPLOAD_PASSWORD}`;
  const request = http.request(env.UPLOAD_URL, { method: "POST", headers, auth }, (answer) => {
    console.log(answer.statusCode);
    answer.resume();
  });
  form.pipe(request);
});
