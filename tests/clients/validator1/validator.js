// npm's xmlrpc.
const xmlrpc = require("xmlrpc");

const client = xmlrpc.createClient(process.argv[2]);

function call(method, ...params) {
  return new Promise((resolve, reject) => {
    client.methodCall(`validator1.${method}`, params, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

const say = (...words) => console.log(words.join("\t"));
const members = (struct) => Object.keys(struct).sort().map((name) => `${name}=${struct[name]}`);
const two = (number) => String(number).padStart(2, "0");
const day = (time) => time.getFullYear() + two(time.getMonth() + 1) + two(time.getDate());
const hour = (time) => [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");

async function main() {
  const odd = "<&> ü 世界";
  const stooges = { moe: 1, larry: 2, curly: 3 };
  say("arrayOfStructsTest", await call("arrayOfStructsTest", [stooges, stooges, { ...stooges, curly: -10 }]));
  say("countTheEntities", ...members(await call("countTheEntities", "<<<>>&&&&'\"\"")));
  say("easyStructTest", await call("easyStructTest", stooges));
  say("echoStructTest", ...members(await call("echoStructTest", { ...stooges, text: odd })));
  const bytes = Buffer.from([...Array(256).keys()]);
  const sent = [42, true, odd, -1.5, new Date(2026, 0, 2, 3, 4, 5), bytes];
  const [number, truth, text, fraction, time, content] = await call("manyTypesTest", ...sent);
  if (truth !== true) throw new Error(`no boolean: ${truth}`);
  say("manyTypesTest", number, 1, text, fraction, `${day(time)}T${hour(time)}`, content.toString("hex"));
  const texts = [...Array(200).keys()].map((each) => `text ${each}`);
  say("moderateSizeArrayCheck", await call("moderateSizeArrayCheck", texts));
  const days = { 31: { moe: 9 }, "01": stooges };
  say("nestedStructTest", await call("nestedStructTest", { 1999: {}, 2000: { "03": {}, "04": days } }));
  say("simpleStructReturnTest", ...members(await call("simpleStructReturnTest", 7)));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
