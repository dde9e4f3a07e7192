# Ruby's xmlrpc.
require "xmlrpc/client"

$client = XMLRPC::Client.new2(ARGV[0])

def call(method, *params) = $client.call("validator1.#{method}", *params)

def say(*words) = puts(words.join("\t"))

def members(struct) = struct.sort.map { |name, value| "#{name}=#{value}" }

odd = "<&> ü 世界"
stooges = { "moe" => 1, "larry" => 2, "curly" => 3 }
say("arrayOfStructsTest", call("arrayOfStructsTest", [stooges, stooges, stooges.merge("curly" => -10)]))
say("countTheEntities", *members(call("countTheEntities", "<<<>>&&&&'\"\"")))
say("easyStructTest", call("easyStructTest", stooges))
say("echoStructTest", *members(call("echoStructTest", stooges.merge("text" => odd))))
bytes = XMLRPC::Base64.new((0..255).to_a.pack("C*"))
number, truth, text, fraction, time, content =
  call("manyTypesTest", 42, true, odd, -1.5, XMLRPC::DateTime.new(2026, 1, 2, 3, 4, 5), bytes)
raise "no boolean: #{truth}" unless truth == true
stamp = format("%04d%02d%02dT%02d:%02d:%02d", *time.to_a)
say("manyTypesTest", number, 1, text, fraction, stamp, content.unpack1("H*"))
say("moderateSizeArrayCheck", call("moderateSizeArrayCheck", (0..199).map { |each| "text #{each}" }))
days = { "31" => { "moe" => 9 }, "01" => stooges }
say("nestedStructTest", call("nestedStructTest", { "1999" => {}, "2000" => { "03" => {}, "04" => days } }))
say("simpleStructReturnTest", *members(call("simpleStructReturnTest", 7)))
