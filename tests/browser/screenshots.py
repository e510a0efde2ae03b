"""The pictures of the documentation: python tests/browser/screenshots.py BASE_URL PASSWORD OUT_DIR [NAME...]

Not a test. Takes those named, or all of docs/images but report.png, of a site as `./dev demo` makes it,
and works on it as people would: signs a run, closes an escalation, begins an incident, lists who is on duty.
Needs Chromium (CHROMIUM, or the first one on PATH) and pdftoppm. Weeks of metrics and a signed drill are not
made: what there is nothing to show of is said, its former picture stays, and the exit code is 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pictures_of_records
import pictures_of_reviews
import pictures_of_the_day
from camera import FLAGS, Camera, NothingToShow, chromium
from playwright.sync_api import Error, sync_playwright

PICTURES = {
    **pictures_of_the_day.PICTURES,
    **pictures_of_records.PICTURES,
    **pictures_of_reviews.PICTURES,
    **pictures_of_the_day.PICTURES_OF_ALL_RUNS,
}


def main(base_url: str, password: str, out: Path, names: list[str]) -> int:
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        camera = Camera(browser, base_url, password, out)
        missing = [name for name in names or PICTURES if not is_taken(camera, name)]
        browser.close()
    return 1 if missing else 0


def is_taken(camera: Camera, name: str) -> bool:
    try:
        PICTURES[name](camera, name)
    except (NothingToShow, Error) as error:
        print(f"{name}: not taken. {str(error).splitlines()[0]}")
        return False
    print(name)
    return True


if __name__ == "__main__":
    if len(sys.argv) < 4 or set(sys.argv[4:]) - set(PICTURES):
        sys.exit(f"{__doc__}\n{' '.join(PICTURES)}")
    sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:]))
