import io.github.logitlens.Lens

fun main() {
    val result = Lens.run("The Eiffel Tower is in")
    println("${result.top(result.finalPoint(), -1).first()}, from ${result.decisionLayer(-1)} on")
}
