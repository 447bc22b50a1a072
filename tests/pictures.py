"""What docs/picture.py makes of a recording of the echo server with three clients.

pictures.py ECHO.json: ends with 0 if all is as it should be.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

TOOL = Path(__file__).parent.parent / "docs" / "picture.py"
SVG = "{http://www.w3.org/2000/svg}"

source = Path(sys.argv[1])
recording = json.loads(source.read_text(encoding="utf-8"))
names = {event["tid"]: event["args"]["name"] for event in recording["traceEvents"]
         if event["ph"] == "M" and event["name"] == "thread_name"}


def run(path, *words):
    """The picture's text, or what is said on stderr."""
    with tempfile.NamedTemporaryFile(suffix=".svg") as made:
        result = subprocess.run([TOOL, path, made.name, *words], stderr=subprocess.PIPE, text=True,
                                check=False, timeout=20)
        return result.stderr if result.returncode else Path(made.name).read_text(encoding="utf-8")


def texts(picture):
    return [element.text for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def label(tid):
    return f"{names[tid]} #{tid}" if 0 < tid < 1000001 else names[tid]


def looks(picture):
    return [group.get("class") for group in ElementTree.fromstring(picture).iter(f"{SVG}g")]


def every_row_and_state():
    picture = run(source)
    for tid in names:
        assert label(tid) in texts(picture), f"row {label(tid)} is missing"
    tasks = sum(0 < tid < 1000001 for tid in names)
    for state in "run", "wait", "ready":
        assert looks(picture).count(f"spell {state}") == tasks, f"each task is once {state}"
    assert {"spell poll", "spell phase", "wake"} <= set(looks(picture))
    assert "prefers-color-scheme: dark" in picture


def a_part_of_it():
    tid = next(event["tid"] for event in recording["traceEvents"] if event.get("name") == "recv")
    picture = run(source, "--rows", f"loop,{tid}", "--from", "recv:1-0.05", "--to", "send:1+0.05")
    found = texts(picture)
    assert "loop" in found and label(tid) in found and "serve" not in " ".join(found), found
    marks = {title.text for title in ElementTree.fromstring(picture).iter(f"{SVG}title")}
    assert {"recv", "send"} <= marks, marks


def names_are_text():
    with tempfile.NamedTemporaryFile("w", suffix=".json") as other:
        other.write(source.read_text(encoding="utf-8").replace('"connection"', '"<b>&"'))
        other.flush()
        assert any(text.startswith("<b>& #") for text in texts(run(other.name)))


def what_is_wrong_is_said():
    assert 'no row "other" in it, but: loop' in run(source, "--rows", "other")
    assert 'no 999999 times "recv" in it' in run(source, "--from", "recv:999999")
    assert '"soon" is no time' in run(source, "--to", "soon")
    assert "No such file" in run("/nowhere.json")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as cut:
        text = source.read_text(encoding="utf-8")
        cut.write(text[:len(text) // 2])
        cut.flush()
        assert "cut short" in run(cut.name)


def a_task_beyond_the_first_million():
    tid = next(tid for tid, name in names.items() if name == "connection")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as other:
        other.write(re.sub(rf'"(tid|by)":{tid}\b', r'"\1":2000001',
                           source.read_text(encoding="utf-8")))
        other.flush()
        assert "connection #2000001" in texts(run(other.name))


def two_programs():
    """The second one began a millisecond later: so does all that it did."""
    with tempfile.TemporaryDirectory() as directory:
        later = dict(recording, otherData=dict(recording["otherData"]))
        later["otherData"]["started"] += 1000000
        Path(directory, "later.json").write_text(json.dumps(later), encoding="utf-8")
        both = f"{directory}/both.json"
        subprocess.run([TOOL.with_name("merge.py"), f"A={source}", f"B={directory}/later.json", both],
                       check=True, timeout=20)
        found = texts(run(both))
        for tid in names:
            assert {f"A {label(tid)}", f"B {label(tid)}"} <= set(found), (tid, found)
        times = [(event["tid"], event["ts"]) for event in
                 json.loads(Path(both).read_text(encoding="utf-8"))["traceEvents"] if event["ph"] == "B"]
        first = [time for tid, time in times if tid < 2**32]
        second = [time for tid, time in times if tid >= 2**32]
        assert all(abs(two - one - 1000) < 0.01 for one, two in zip(first, second, strict=True))
        assert sorted(times, key=lambda one: one[1]) == times, "time goes back"


def a_program_that_ctrl_c_ends():
    """The whole terminal gets it: make too."""
    words = ["make", "picture", "PROGRAM=02-coroutines-echo/echo-server", "ARGS=--port 0"]
    with subprocess.Popen(words, cwd=TOOL.parent.parent, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, start_new_session=True) as make:
        while "127.0.0.1:" not in (line := make.stdout.readline()):
            assert line, "the server does not start"
        os.killpg(make.pid, signal.SIGINT)
        assert make.communicate(timeout=20)[0].endswith("echo-server.svg\n"), "no picture"


for check in (every_row_and_state, a_part_of_it, names_are_text, what_is_wrong_is_said,
              a_task_beyond_the_first_million, two_programs, a_program_that_ctrl_c_ends):
    check()
    print(check.__name__)
