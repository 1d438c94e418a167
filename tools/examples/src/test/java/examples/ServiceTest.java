package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class ServiceTest {

    @Test
    void answersWithAResultOrWithWhatIsWrong() throws Exception {
        try (Service service = new Service(0); HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> result = ask(client, service, "The Eiffel Tower is in");
            assertEquals(200, result.statusCode());
            assertTrue(result.body().contains("\" Paris\""), result.body());
            HttpResponse<String> refused = ask(client, service, "");
            assertEquals(422, refused.statusCode());
            assertTrue(refused.body().startsWith("prompt: expected"), refused.body());
        }
    }

    private static HttpResponse<String> ask(HttpClient client, Service service, String prompt) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + service.port() + "/lens");
        return client.send(HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.ofString(prompt)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
