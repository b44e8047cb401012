from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, anchor, code_blocks, documents, headings, prose, read, relative_links

NAMES = [str(path.relative_to(ROOT)) for path in documents()]


def test_the_documents_are_there() -> None:
    guides = ("users", "operators", "api", "architecture", "troubleshooting", "threat-model")
    wanted = {
        "README.md",
        "README.zh-CN.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        *(f"docs/{name}.md" for name in guides),
    }
    assert wanted <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_relative_link_resolves(name: str) -> None:
    lost = []
    for link in relative_links(read(name)):
        target, _, fragment = link.partition("#")
        path = (ROOT / name).parent / target if target else ROOT / name
        known = (
            {anchor(title) for _, title in headings(path.read_text(encoding="utf-8"))}
            if fragment and path.is_file()
            else set()
        )
        if not path.exists() or (fragment and fragment not in known):
            lost.append(link)
    assert lost == []


def test_both_readmes_have_the_same_shape() -> None:
    english, chinese = read("README.md"), read("README.zh-CN.md")
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(chinese)]
    assert code_blocks(english) == code_blocks(chinese)
    theirs = [link for link in relative_links(chinese) if not link.startswith("README")]
    assert [link for link in relative_links(english) if not link.startswith("README")] == theirs
    assert _rows(english) == _rows(chinese)


def _rows(text: str) -> list[int]:
    return [line.count("|") for line in text.splitlines() if line.startswith("|")]


def test_the_two_commands_of_the_readme_exist() -> None:
    clone, make = code_blocks(read("README.md"))[0].splitlines()[1:-1]
    assert clone.startswith("git clone ")
    folder = clone.split()[-1]
    found = re.fullmatch(rf"make -C {folder} (\w+)", make)
    assert found and re.search(rf"^{found[1]}:", read("Makefile"), re.MULTILINE)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("docs/bench.md", "docs/faults.md")])
def test_measured_figures_stand_in_generated_tables_only(name: str) -> None:
    """A ratio or percentile in prose would go stale; bench.md and faults.md are written by their harnesses."""
    assert re.findall(r"\b\d[\d.]* ?[x×]\s(?:faster|as fast)|\bp(?:50|95|99) \D{0,9}\d", prose(read(name))) == []
