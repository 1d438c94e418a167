import io.github.logitlens.Lens

@main def app(): Unit =
  val result = Lens.run("The Eiffel Tower is in")
  println(s"${result.top(result.finalPoint, -1).getFirst}, from ${result.decisionLayer(-1)} on")
