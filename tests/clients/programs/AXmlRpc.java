import de.timroes.axmlrpc.XMLRPCClient;
import java.io.PrintStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** aXMLRPC. */
public final class AXmlRpc {
    private final Map<String, String> env = System.getenv();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final XMLRPCClient client;
    private Map<String, Object> credentials;

    private AXmlRpc() throws Exception {
        client = new XMLRPCClient(new URL(env.get("CLIENT_URL") + "xmlrpc.cgi"), XMLRPCClient.FLAGS_8BYTE_INT);
        credentials = env.containsKey("CLIENT_API_KEY")
                ? Map.of("Bugzilla_api_key", env.get("CLIENT_API_KEY"))
                : Map.of();
    }

    public static void main(String[] arguments) throws Exception {
        new AXmlRpc().run();
    }

    private void run() throws Exception {
        if (env.containsKey("CLIENT_LOGIN")) {
            Map<?, ?> user = call(
                    "User.login", Map.of("login", env.get("CLIENT_LOGIN"), "password", env.get("CLIENT_PASSWORD")));
            credentials = Map.of("Bugzilla_token", user.get("token"));
            report("login", user.get("id"));
        }
        String bug = env.get("CLIENT_LIST_BUG");
        Map<?, ?> bugs = (Map<?, ?>) call("Bug.attachments", Map.of("ids", new Object[] {bug})).get("bugs");
        report("list", Arrays.stream((Object[]) bugs.get(bug))
                .map(each -> ((Map<?, ?>) each).get("id").toString())
                .collect(Collectors.joining(",")));
        Object id = ((Object[]) call("Bug.add_attachment", Map.of(
                "ids", new Object[] {env.get("CLIENT_BUG")},
                "data", Files.readAllBytes(Path.of(env.get("CLIENT_FILE"))),
                "file_name", env.get("CLIENT_FILE_NAME"),
                "summary", env.get("CLIENT_SUMMARY"),
                "content_type", "application/octet-stream",
                "is_private", false)).get("ids"))[0];
        report("upload", id);
        Map<?, ?> attachment = one(id);
        Files.write(Path.of(env.get("CLIENT_DOWNLOAD")), (byte[]) attachment.get("data"));
        report("download", attachment.get("file_name"), attachment.get("summary"));
        update(id, Map.of("summary", env.get("CLIENT_NEW_SUMMARY"), "is_obsolete", true, "flags", review("+")));
        reportState("update", one(id));
        update(id, Map.of("is_obsolete", false, "flags", review("X")));
        reportState("clear", one(id));
    }

    private Map<?, ?> call(String method, Map<String, Object> params) throws Exception {
        Map<String, Object> all = new HashMap<>(params);
        all.putAll(credentials);
        return (Map<?, ?>) client.call(method, all);
    }

    private Map<?, ?> one(Object id) throws Exception {
        Map<?, ?> found = call("Bug.attachments", Map.of("attachment_ids", new Object[] {id}));
        return (Map<?, ?>) ((Map<?, ?>) found.get("attachments")).get(id.toString());
    }

    private void update(Object id, Map<String, Object> params) throws Exception {
        Map<String, Object> all = new HashMap<>(params);
        all.put("ids", new Object[] {id});
        call("Bug.update_attachment", all);
    }

    private static Object[] review(String status) {
        return new Object[] {Map.of("name", "review", "status", status)};
    }

    private void report(Object... words) {
        out.print(Arrays.stream(words).map(String::valueOf).collect(Collectors.joining("\t")) + "\n");
    }

    private void reportState(String step, Map<?, ?> attachment) {
        String flags = Arrays.stream((Object[]) attachment.get("flags"))
                .map(each -> "" + ((Map<?, ?>) each).get("name") + ((Map<?, ?>) each).get("status"))
                .collect(Collectors.joining());
        report(step, attachment.get("summary"), attachment.get("is_obsolete"), flags);
    }
}
