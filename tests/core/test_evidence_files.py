"""What is kept beside a row as evidence: nothing that a browser would run."""

import pytest

from verenigingen_maintenance.core.evidence_files import is_image, size_in_words, why_not


@pytest.mark.parametrize(
    "name",
    ["screen.png", "IMG_2041.JPEG", "a photo, of the rack (2).webp", "trace.log", "x.tar.gz", "X.LOG.GZ"],
)
def test_pictures_and_documents_are_kept(name):
    assert why_not(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "x.svg",
        "x.html",
        "x.HTM",
        "x.xhtml",
        "x.xml",
        "x.js",
        "x.png.html",
        "README",
        ".png.",
        "x.exe",
        "x.shtml",
        "x.mht",
    ],
)
def test_what_a_browser_would_run_or_nobody_knows_is_not(name):
    assert why_not(name).startswith("only these kinds")


@pytest.mark.parametrize(
    "name", ["x.html.gz", "x.svg.gz", "x.XHTML.GZ", "x.html.gz.gz", "x.gz", ".gz", "gz.gz"]
)
def test_what_is_packed_is_kept_only_where_a_browser_does_not_run_it(name):
    assert "says what is in it" in why_not(name)


@pytest.mark.parametrize(
    "name", ['"><img src=x onerror=alert(1)>.png', "a/b.png", "a\\b.png", "a\nb.png", "a" * 140 + ".png"]
)
def test_a_name_with_markup_is_not_kept_under_it(name):
    assert "rename it" in why_not(name)


@pytest.mark.parametrize(
    ("name", "shown"), [("a.PNG", True), ("a.gif", True), ("a.heic", False), ("a.pdf", False)]
)
def test_only_what_every_browser_draws_is_shown_as_a_picture(name, shown):
    assert is_image(name) is shown


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (812, "812 B"), (34_400, "34 kB"), (2_140_000, "2.1 MB")]
)
def test_a_size_is_told_for_people(size, words):
    assert size_in_words(size) == words
