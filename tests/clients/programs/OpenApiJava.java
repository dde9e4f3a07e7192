import java.io.PrintStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.DefaultApi;
import org.openapitools.client.model.BugAddAttachmentBody;
import org.openapitools.client.model.BugAttachmentsAnswerBugsValueInner;
import org.openapitools.client.model.BugUpdateAttachmentBody;
import org.openapitools.client.model.BugAddAttachmentBodyFlagsInner;
import org.openapitools.client.model.UserLoginAnswer;

/** A client that openapi-generator makes for Java's own HTTP client. */
public final class OpenApiJava {
    private final Map<String, String> env = System.getenv();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private DefaultApi api = api("X-Bugzilla-API-Key", env.get("CLIENT_API_KEY"));

    public static void main(String[] arguments) throws Exception {
        new OpenApiJava().run();
    }

    private DefaultApi api(String header, String secret) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(env.get("CLIENT_URL").replaceAll("/$", ""));
        if (secret != null) {
            client.setRequestInterceptor((HttpRequest.Builder request) -> request.header(header, secret));
        }
        return new DefaultApi(client);
    }

    private void run() throws Exception {
        if (env.containsKey("CLIENT_LOGIN")) {
            UserLoginAnswer user = api.userLogin(
                    env.get("CLIENT_LOGIN"), env.get("CLIENT_PASSWORD"), null, null, null, null);
            report("login", user.getId());
            api = api("X-Bugzilla-Token", user.getToken());
        }
        String bug = env.get("CLIENT_LIST_BUG");
        List<BugAttachmentsAnswerBugsValueInner> listed =
                api.bugAttachmentsByIds(bug, null, null, null, null).getBugs().get(bug);
        report("list", listed.stream().map(each -> each.getId().toString()).collect(Collectors.joining(",")));
        Integer id = api.bugAddAttachment(env.get("CLIENT_BUG"), new BugAddAttachmentBody()
                        .data(Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(env.get("CLIENT_FILE")))))
                        .fileName(env.get("CLIENT_FILE_NAME"))
                        .summary(env.get("CLIENT_SUMMARY"))
                        .contentType("application/octet-stream"))
                .getIds()
                .get(0);
        report("upload", id);
        BugAttachmentsAnswerBugsValueInner attachment = one(id);
        if (attachment.getIsPrivate() != 0) {
            throw new IllegalStateException("the attachment is private");
        }
        Files.write(Path.of(env.get("CLIENT_DOWNLOAD")), Base64.getDecoder().decode(attachment.getData()));
        report("download", attachment.getFileName(), attachment.getSummary());
        api.bugUpdateAttachment(id, new BugUpdateAttachmentBody()
                .summary(env.get("CLIENT_NEW_SUMMARY"))
                .isObsolete(true)
                .flags(review("+")));
        reportState("update", one(id));
        api.bugUpdateAttachment(id, new BugUpdateAttachmentBody().isObsolete(false).flags(review("X")));
        reportState("clear", one(id));
    }

    private BugAttachmentsAnswerBugsValueInner one(Integer id) throws Exception {
        return api.bugAttachmentsByAttachmentIds(id, null, null, null, null)
                .getAttachments()
                .get(id.toString());
    }

    private static List<BugAddAttachmentBodyFlagsInner> review(String status) {
        return List.of(new BugAddAttachmentBodyFlagsInner().name("review").status(status));
    }

    private void report(Object... words) {
        out.print(List.of(words).stream().map(String::valueOf).collect(Collectors.joining("\t")) + "\n");
    }

    private void reportState(String step, BugAttachmentsAnswerBugsValueInner attachment) {
        String flags = attachment.getFlags().stream()
                .map(each -> each.getName() + each.getStatus())
                .collect(Collectors.joining());
        report(step, attachment.getSummary(), attachment.getIsObsolete(), flags);
    }
}
