import io.github.logitlens.Lens;
import io.github.logitlens.LensResult;

public class App {

    public static void main(String[] args) {
        LensResult result = Lens.run("The Eiffel Tower is in");
        System.out.println(result.top(result.finalPoint(), -1).getFirst() + ", from " + result.decisionLayer(-1) + " on");
    }
}
