"""What is said about one launch, and who said it."""

from workcell.launch.options import COMMAND_LINE, Options


def test_a_value_is_of_the_command_line_unless_another_place_says_it():
    said = Options(recipe="shell", said_by={"recipe": "night.yaml:4"})
    assert said.who("recipe") == "night.yaml:4" and said.who("name") == COMMAND_LINE


def test_nothing_is_said_by_default():
    said = Options()
    assert (said.recipe, said.worktree, said.beside, said.adopted) == (None, None, False, None)
    assert said.shell == {} and said.limits == {} and said.labels == ()
