from tendu.bench.machine import facts, sentence
from tendu.bench.report import placed, section, write


def test_a_section_stands_under_its_command_and_machine(monkeypatch):
    monkeypatch.setattr("tendu.bench.report.sys.argv", ["/usr/bin/tendu", "bench", "model", "--model", "a b"])
    title, command, machine, table = section("Models", "a table").split("\n\n")
    assert title == "## Models"
    assert command == "    tendu bench model --model 'a b'"
    assert "cores: " in machine
    assert table == "a table\n"


def test_a_section_takes_the_place_of_its_older_self_and_leaves_the_others(tmp_path):
    page = tmp_path / "RESULTS.md"
    write(page, "## Models\n\nold\n")
    write(page, "## Peers\n\nkept\n")
    write(page, "## Models\n\nnew\n")
    assert page.read_text() == "# Results\n\n## Models\n\nnew\n\n## Peers\n\nkept\n"


def test_a_title_that_begins_like_another_is_another():
    page = placed("# Results\n\n## Models\n\na\n", "## Models again\n\nb\n")
    assert page == "# Results\n\n## Models\n\na\n\n## Models again\n\nb\n"


def test_the_facts_name_the_machine_and_every_library_that_does_the_work():
    told = facts()
    assert told["cores"] >= 1
    assert {"numpy", "av", "ai-edge-litert"} <= told.keys()
    assert sentence(told).startswith(told["processor"])
