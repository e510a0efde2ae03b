"""Every read-only command that a run shows is one that works on this very site, typed as it stands there."""

import os
import re
import subprocess
import sys

import pytest
import warm

VERDICTS = range(4)
WRONG = re.compile(
    r"Traceback \(most|No such command|Usage:|command not found|SyntaxError|does not exist", re.I
)


@pytest.fixture(scope="session")
def commands(site):
    """Task and command of all seven procedures, filled in for this site."""
    site.script("log_a_job")
    return site.script("list_commands")


@pytest.fixture(scope="session")
def shell(site, tmp_path_factory):
    """A shell in the bench directory, with a `bench` that does what bench does with a command of an app."""
    folder = tmp_path_factory.mktemp("bin")
    bench = folder / "bench"
    asked = f'"{warm.__file__}" "{site.warm}" -m frappe.utils.bench_helper frappe "$@"'
    bench.write_text(f'#!/bin/sh\nexec "{sys.executable}" -SE {asked}\n')
    bench.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}

    def run(command):
        options = {"cwd": site.bench, "env": environment, "capture_output": True, "text": True}
        return subprocess.run(["bash", "-c", command], timeout=60, check=False, **options)

    return run


def test_each_read_only_command_ends_well_and_says_something(commands, shell, trouble):
    assert len(commands["read_only"]) >= 30
    failed = []
    once = {command: task for task, command in commands["read_only"]}
    for command, task in once.items():
        done = shell(command)
        expected = VERDICTS if " maintenance " in command else [0]
        said = done.stdout + done.stderr
        if done.returncode not in expected or WRONG.search(said) or not said.strip():
            failed.append(f"{task}: {command}\n  code {done.returncode}: {said[-400:]}")
    assert not failed, "\n".join(failed)


def test_a_command_that_changes_the_system_says_so(commands):
    changing = re.compile(r"\brestart\b|clear-cache|delete_keys|(?<!drill )\brestore\b|\bmigrate\b")
    assert commands["changing"]
    for task, command in commands["read_only"]:
        assert not changing.search(command), f"{task} changes the system and does not say so: {command}"


def test_no_placeholder_is_left_in_a_command(commands):
    for task, command in commands["read_only"] + commands["changing"]:
        assert not re.search(r"\{(site|bench|address)\}", command), task
