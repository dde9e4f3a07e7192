(* OCaml's XmlRpc-Light. *)

let env name = Sys.getenv ("CLIENT_" ^ name)
let client = new XmlRpc.client (env "URL" ^ "xmlrpc.cgi")
let credentials = ref []
let call name params = client#call name [ `Struct (!credentials @ params) ]

let field name = function
  | `Struct members -> List.assoc name members
  | _ -> failwith (name ^ " of what is no struct")

let items = function `Array found -> found | _ -> failwith "no array"
let text = function `String found -> found | _ -> failwith "no string"

let number = function
  | `Int found -> string_of_int found
  | `Int32 found -> Int32.to_string found
  | _ -> failwith "no number"

let report words = print_endline (String.concat "\t" words)

let one id =
  field (number id) (field "attachments" (call "Bug.attachments" [ ("attachment_ids", `Array [ id ]) ]))

let update id status obsolete more =
  let flag = `Struct [ ("name", `String "review"); ("status", `String status) ] in
  let params = [ ("ids", `Array [ id ]); ("is_obsolete", `Boolean obsolete); ("flags", `Array [ flag ]) ] in
  ignore (call "Bug.update_attachment" (params @ more))

let report_state step attachment =
  let flag each = text (field "name" each) ^ text (field "status" each) in
  let flags = String.concat "" (List.map flag (items (field "flags" attachment))) in
  report [ step; text (field "summary" attachment); number (field "is_obsolete" attachment); flags ]

let content () =
  let file = open_in_bin (env "FILE") in
  really_input_string file (in_channel_length file)

let save bytes =
  let file = open_out_bin (env "DOWNLOAD") in
  output_string file bytes;
  close_out file

let () =
  (match Sys.getenv_opt "CLIENT_LOGIN" with
  | Some login ->
      let user = call "User.login" [ ("login", `String login); ("password", `String (env "PASSWORD")) ] in
      credentials := [ ("Bugzilla_token", field "token" user) ];
      report [ "login"; number (field "id" user) ]
  | None -> credentials := [ ("Bugzilla_api_key", `String (env "API_KEY")) ]);
  let bug = env "LIST_BUG" in
  let listed = field bug (field "bugs" (call "Bug.attachments" [ ("ids", `Array [ `String bug ]) ])) in
  report [ "list"; String.concat "," (List.map (fun each -> number (field "id" each)) (items listed)) ];
  let created =
    call "Bug.add_attachment"
      [
        ("ids", `Array [ `String (env "BUG") ]);
        ("data", `Binary (content ()));
        ("file_name", `String (env "FILE_NAME"));
        ("summary", `String (env "SUMMARY"));
        ("content_type", `String "application/octet-stream");
        ("is_private", `Boolean false);
      ]
  in
  let id = List.hd (items (field "ids" created)) in
  report [ "upload"; number id ];
  let attachment = one id in
  (match field "data" attachment with `Binary bytes -> save bytes | _ -> failwith "no base64");
  report [ "download"; text (field "file_name" attachment); text (field "summary" attachment) ];
  update id "+" true [ ("summary", `String (env "NEW_SUMMARY")) ];
  report_state "update" (one id);
  update id "X" false [];
  report_state "clear" (one id)
