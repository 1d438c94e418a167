import io.github.logitlens.*
LensResult result = Lens.run("The Eiffel Tower is in");
System.out.println(result.top(result.finalPoint(), -1).getFirst() + ", from " + result.decisionLayer(-1) + " on");
/exit
