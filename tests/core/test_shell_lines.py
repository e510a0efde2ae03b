"""Commands as a shell shows them: each can be copied with all of its lines."""

import pytest

from verenigingen_maintenance.core.shell_lines import prompted


@pytest.mark.parametrize(
    ("commands", "shown"),
    [
        ("df -h\nfree -m", ["$ df -h", "$ free -m"]),
        (
            "bench doctor\nbench mariadb -e 'select 1\norder by x limit 3'\ndf",
            ["$ bench doctor", "$ bench mariadb -e 'select 1", "order by x limit 3'", "$ df"],
        ),
        ("if a; then b\nelse c; false; fi\ndf", ["$ if a; then b", "else c; false; fi", "$ df"]),
        ("one \\\n--two\nthree", ["$ one \\", "--two", "$ three"]),
        ("", []),
    ],
)
def test_a_prompt_is_before_the_first_line_of_each_command_only(commands, shown):
    assert prompted(commands, "  ") == [f"  {line}" for line in shown]
