"""The command line: exit statuses, messages of bad input, and what is loaded for what."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap

import pytest
from click.testing import CliRunner

from bpreport.cli import main
from tests.publish.decks import WORKED

DESCENT = """\
---
worked:
  descent:
    kind: gradient descent
    objective: {objective}
    runs: {{slow: {{learning_rate: {rate}}}}}
    start: 4
    tolerance: 1e-10
    stop: change of objective
---
$a = 1$
"""

PERCEPTRON = """\
---
worked:
  example:
    kind: perceptron
    layers: {l: 2, h: 2, o: 1}
    given: {l: [5, 10], target: [0.01], b: [0.35, 0.65], w: [0.1, 0.2, 0.3, 0.4, 0.5]}
    weights: {l-h: by target, h-o: by target}
    learning_rate: 0.5
---
$a = 1$
"""

RIGHT = "$$a = 0.1 * 5 + 0.35 = 0.85$$\n"
WRONG = "$$a = 0.1 * 5 + 0.35 = 0.95$$\n"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def deck(folder, source, name="notes.md"):
    path = folder / name
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return path


# -- exit status


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("", 0),
        (RIGHT, 0),
        ("$$a = 2 / 3 = 0.6666$$", 0),  # a note
        ("$$c = 1 +* 2$$", 0),  # unchecked
        (WRONG, 1),
        ("---\n[\n---\n", 2),
    ],
)
def test_status_of_check(tmp_path, source, status):
    assert run("check", deck(tmp_path, source)).exit_code == status


def test_errors_in_a_deck_do_not_change_the_status_of_other_commands(tmp_path):
    path = deck(tmp_path, WRONG)
    assert run("golden", path).exit_code == 0
    assert run("build", path, "-o", tmp_path / "out", "--format", "golden").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--format", "yaml"],
        ["check", "-j", "0"],
        ["check", "-j", "many"],
        ["check", "-o", "out"],
        ["check", "--fix"],
        ["check", "--lang", "fr"],
        ["build", "--format", "html,docx"],
        ["chekc"],
    ],
)
def test_a_request_that_cannot_be_carried_out(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_results_go_to_stdout_and_messages_to_stderr(tmp_path):
    good, bad = deck(tmp_path, RIGHT), tmp_path / "none.md"
    result = run("check", good, bad, "--format", "json")
    assert result.exit_code == 2
    assert [found["deck"] for found in json.loads(result.stdout)] == [str(good)]
    assert result.stderr == f"bpreport: {bad}: cannot be read: no such file or directory\n"


# -- bad input

BAD = {
    "a file that is not UTF-8": (b"# x\n\xff", r":2:1: not UTF-8 text"),
    "front matter that is not YAML": ("---\n[\n---\n", r":\d+:\d+: .*expected"),
    "front matter that is not closed": ("---\ntitle: a\n", r":1:1: .*expected a line '---'"),
    "an unknown key": ("---\ntitel: a\n---\n", r":2:1: .*titel.*expected"),
    "a missing key": (
        "---\nworked:\n  a:\n    kind: gradient descent\n---\n",
        r":\d+:\d+: worked\.a.*objective",
    ),
    "an unknown kind": ("---\nworked:\n  a:\n    kind: magic\n---\n", r":4:\d+: worked\.a\.kind"),
    "five weights for six connections": (PERCEPTRON, r":6:\d+: worked\.example\.given\.w: .*6.*5"),
    "an objective that does not parse": (
        DESCENT.format(objective=r'"0.5 (\\theta +* 2"', rate=0.5),
        r":5:\d+: worked\.descent\.objective: ",
    ),
    "an objective that diverges": (
        DESCENT.format(objective=r"0.5 (\theta - 0.25)^2", rate=2.5),
        r":6:\d+: worked\.descent\.runs\.slow.*diverges",
    ),
    "an objective that is not finite": (
        DESCENT.format(objective=r"\frac{1}{\theta - 4}", rate=0.5),
        r":\d+:\d+: worked\.descent\..*",
    ),
    "a learning rate of zero": (
        DESCENT.format(objective=r"0.5 (\theta - 0.25)^2", rate=0),
        r":6:\d+: worked\.descent\.runs\.slow\.learning_rate: .*0",
    ),
    "a heading of an unknown worked example": ("# A {worked=b}\n", r":1:\d+: .*expected"),
}


@pytest.mark.parametrize("command", ["check", "golden", "build"])
@pytest.mark.parametrize(("source", "told"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_message_with_its_place(tmp_path, command, source, told):
    path = deck(tmp_path, source)
    target = tmp_path / "out"
    target.mkdir()
    (target / "report.html").write_text("an earlier report")
    more = ["-o", target, "--format", "html"] if command == "build" else []
    result = run(command, path, *more)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.fullmatch(rf"bpreport: {re.escape(str(path))}{told}.*\n", result.stderr)
    assert (target / "report.html").read_text() == "an earlier report"


@pytest.mark.parametrize("command", ["check", "golden", "build"])
def test_a_missing_file(tmp_path, command):
    result = run(command, tmp_path / "none.md")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"bpreport: {tmp_path / 'none.md'}: cannot be read: no such file or directory\n"
    )


@pytest.mark.parametrize("command", ["golden", "build"])
def test_a_folder_for_a_command_that_wants_one_deck(tmp_path, command):
    result = run(command, tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"bpreport: {tmp_path}: is a folder; expected a file\n"


def test_a_formula_that_does_not_parse_is_unchecked_with_the_reason(tmp_path):
    result = run("check", deck(tmp_path, "$$c = 1 +* 2$$"), "--format", "json")
    assert result.exit_code == 0
    (claim,) = json.loads(result.stdout)["claims"]
    assert claim["verdict"] == "unchecked"
    assert "expected" in claim["message"]


@pytest.mark.parametrize("inside", ["out", "out/deeper"])
def test_an_output_folder_that_cannot_be_written(tmp_path, inside):
    """A file stands where the folder, or one above it, should be."""
    (tmp_path / "out").write_text("a file")
    target = tmp_path / inside
    result = run("build", deck(tmp_path, RIGHT), "-o", target, "--format", "golden")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(
        rf"bpreport: {re.escape(str(tmp_path / 'out'))}[^:\n]*: .+\n", result.stderr
    )
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write it all")
def test_an_output_folder_without_permission(tmp_path):
    target = tmp_path / "out"
    target.mkdir(mode=0o500)
    result = run("build", deck(tmp_path, RIGHT), "-o", target, "--format", "golden")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(": permission denied\n")


def test_golden_into_a_folder_that_is_missing(tmp_path):
    result = run("golden", deck(tmp_path, RIGHT), "-o", tmp_path / "none/golden.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("no such file or directory\n")


# -- an empty deck


def test_an_empty_deck_has_an_empty_valid_output_everywhere(tmp_path):
    path = deck(tmp_path, "")
    found = json.loads(run("check", path, "--format", "json").stdout)
    assert (found["summary"], found["claims"]) == ({}, [])
    (one,) = json.loads(run("check", path, "--format", "sarif").stdout)["runs"]
    assert one["results"] == []
    assert run("check", path, "--format", "github").stdout == ""
    assert str(path) in run("check", path).stdout
    assert json.loads(run("golden", path).stdout) is not None
    built = run("build", path, "-o", tmp_path / "out", "--format", "html")
    assert built.exit_code == 0
    assert "</html>" in (tmp_path / "out/report.html").read_text(encoding="utf-8")


# -- what is loaded


def loaded_by(*commands):
    """The modules that have been imported when these commands end, one after another."""
    program = (
        "import json, sys; from bpreport.cli import main\n"
        "for command in json.loads(sys.argv[1]):\n"
        "    try:\n        main(command)\n"
        "    except SystemExit:\n        pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program, json.dumps(commands)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert finished.returncode == 0
    return set(finished.stderr.split("\n"))


HEAVY = {
    "matplotlib", "weasyprint", "pikepdf", "dask", "distributed", "rich", "ziamath", "jinja2",
}  # fmt: skip


def test_check_does_not_load_what_draws(tmp_path):
    path = str(deck(tmp_path, f"{WORKED}\n{WRONG}"))
    forms = ("text", "json", "sarif", "github")
    modules = loaded_by(*(["check", path, "--format", form] for form in forms))
    assert "bpreport.audit.judge" in modules
    assert modules & HEAVY == set()


def test_help_loads_none_of_the_rooms():
    """And so it is there at once."""
    modules = loaded_by(["--help"])
    ours = {name for name in modules if name.startswith("bpreport")}
    assert ours == {"bpreport", "bpreport.cli"}
    assert modules & {"numpy", "mpmath", "lark", "yaml", "markdown_it", "jsonschema"} == set()
    assert modules & HEAVY == set()


def test_what_is_as_before_loads_neither_the_audit_nor_numpy(tmp_path):
    """The second time, nothing is loaded but what finds it, puts it in place and tells of it."""
    path, target = str(deck(tmp_path, RIGHT)), str(tmp_path / "out")
    commands = (
        ["check", path],
        ["build", path, "-v", "--format", "html,pdf", "-o", target],
        ["golden", path],
    )
    loaded_by(*commands)
    modules = loaded_by(*commands)
    assert modules & (HEAVY | {"numpy", "markdown_it", "jsonschema", "bpreport.worked"}) == set()


# -- watch


def test_the_preview_ends_with_ctrl_c_and_status_0(tmp_path):
    """It is how a preview ends; the address was printed, and nothing else is said of it."""
    path = deck(tmp_path, RIGHT)
    code = "from bpreport.cli import main; main()"
    command = [sys.executable, "-c", code, "watch", str(path), "--port", "0"]
    # Tests in the background of a shell are started with ctrl-C ignored, which is inherited.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        started = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with started as process:
        assert process.stdout is not None and process.stderr is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\n", process.stdout.readline())
        assert "built in" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


def test_the_preview_of_no_file_ends_with_status_2(tmp_path):
    """There would be nothing to watch."""
    result = run("watch", tmp_path / "none.md", "--port", "0")
    assert result.exit_code == 2
    assert "none.md" in result.stderr


def test_slides_are_built_with_all_other_formats(tmp_path):
    """Their paths are printed, each once."""
    path = deck(tmp_path, WRONG)
    result = run("build", path, "-o", tmp_path / "out", "--format", "slides,golden")
    assert result.exit_code == 0
    names = [line.rpartition("/")[2] for line in result.stdout.splitlines()]
    assert names == ["slides.html", "slides.pdf", "golden.json"]


def test_ctrl_c_ends_a_command_that_is_still_importing(tmp_path):
    """With status 130 and without a word: most of a short command is imports."""
    (tmp_path / "a.md").write_text("$a = 1$", encoding="utf-8")
    program = textwrap.dedent("""
        import sys
        from importlib.abc import MetaPathFinder
        from bpreport.cli import main

        class Interrupting(MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name == "bpreport.deck":
                    raise KeyboardInterrupt

        sys.meta_path.insert(0, Interrupting())
        main(["check", "--no-cache", "a.md"])
    """)
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


@pytest.mark.skipif(
    sys.platform != "linux" or (os.cpu_count() or 1) < 2,
    reason="only Linux lists the threads of a process, and a single processor has one",
)
def test_no_command_begins_threads_that_it_has_no_use_for():
    """NumPy's BLAS begins one for each processor, and is asked for nothing."""
    program = (
        "import os, sys; from bpreport.cli import main\n"
        "try:\n    main(['check', '--no-cache'])\n"
        "except SystemExit:\n    pass\n"
        "assert 'numpy' in sys.modules\n"
        "print(len(os.listdir('/proc/self/task')), file=sys.stderr)"
    )
    environment = {key: value for key, value in os.environ.items() if "THREADS" not in key}
    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert finished.stderr == "1\n"
