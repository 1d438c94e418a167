package app;

import io.github.logitlens.Lens;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class App {

    @GetMapping(path = "/lens", produces = "application/json")
    String lens(@RequestParam String prompt) {
        return Lens.run(prompt).toJson();
    }

    public static void main(String[] args) {
        SpringApplication.run(App.class, args);
    }
}
