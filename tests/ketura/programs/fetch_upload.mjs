// Node's own fetch with FormData: of known length, or as a stream in chunks.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const env = process.env;
const form = new FormData();
form.append("Description", env.UPLOAD_DESCRIPTION);
form.append("File", new Blob([readFileSync(env.UPLOAD_FILE)], { type: "text/x-log" }), basename(env.UPLOAD_FILE));
const encoded = new Request(env.UPLOAD_URL, { method: "POST", body: form });
const headers = {
  Authorization: "Basic " + Buffer.from(`${env.UPLOAD_LOGIN}:${env.UPLOAD_PASSWORD}`).toString("base64"),
  "Content-Type": encoded.headers.get("Content-Type"),
};
const body = env.UPLOAD_HOW === "chunked" ? encoded.body : await encoded.arrayBuffer();
const answer = await fetch(env.UPLOAD_URL, { method: "POST", headers, body, duplex: "half" });
console.log(answer.status);
