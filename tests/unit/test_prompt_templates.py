"""Templates: reading, choosing, pins, layers, rendering; and our own files."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import templates
from prompts.templates import Library, TemplateError, fenced, folder, ours, parse, stacked

README = Path(templates.__file__).with_name("README.md")


def text(body="## user\nhello\n", *, identity="generate", version="1", languages="[]", more=""):
    return f'+++\nid = "{identity}"\nversion = "{version}"\nlanguages = {languages}\n{more}+++\n{body}'


def made(**keys):
    return parse(text(keys.pop("body", "## user\nhello\n"), **keys), "made.md")


def user(library, template, **values):
    return dict(library.render(template, values))["user"]


def test_a_template_is_read_with_its_parts_and_digest():
    source = text("## system\nBe brief.\n\n## user\n{{code}}\n\n## assistant\nx\n\n## user\nand {{code}}{{path}}\n")
    got = parse(source, "x.md")
    assert got.parts == (
        ("system", "Be brief."),
        ("user", "{{code}}"),
        ("assistant", "x"),
        ("user", "and {{code}}{{path}}"),
    )
    assert got.digest == hashlib.sha256(source.encode()).hexdigest()
    assert got.reference == f"generate@1#{got.digest[:12]}"
    assert got.used == ("code", "path")


def test_line_ends_and_a_byte_order_mark_change_neither_text_nor_digest():
    source = text("## user\na\nb\n")
    assert parse("\ufeff" + source.replace("\n", "\r\n"), "x.md") == parse(source, "x.md")


def test_what_it_was_read_from_reads_the_same_again():
    got = made(body="## user\n{{code}}\n", more='places = ["path"]\n')
    assert parse(got.source, "again.md") == got


@pytest.mark.parametrize(
    ("source", "where", "said"),
    [
        ("hello", "x.md:1:", "opens with front matter"),
        ('+++\nid = "a"\n', "x.md:1:", "not closed"),
        ("+++\nid = \n+++\n", "x.md:", "front matter"),
        ('+++\nversion = "1"\nlanguages = []\n+++\n## user\nx\n', "x.md:1:", "no id"),
        (text(more="lang = 1\n"), "x.md:5:", "did you mean languages"),
        (text(version="v1"), "x.md:3:", "version is a string"),
        (text().replace('"1"', "1.10"), "x.md:3:", "version is a string"),
        (text(identity="Generate!"), "x.md:2:", "id is"),
        (text(languages='["Python"]'), "x.md:4:", "small letters"),
        (text("hello\n## user\nx\n"), "x.md:6:", "before the first part"),
        (text("## User\nx\n"), "x.md:6:", "write ## user"),
        (text("## sytem\nx\n## user\nx\n"), "x.md:6:", "write ## system"),
        (text("## user\nx\n## system\ny\n"), "x.md:8:", "first part"),
        (text("## user\nx\n## user\ny\n"), "x.md:8:", "## assistant"),
        (text("## user\nx\n## assistant\ny\n"), "x.md:10:", "last part is ## user"),
        (text("## system\nx\n"), "x.md:8:", "last part is ## user"),
        (text("## user\n\n"), "x.md:8:", "empty"),
        (text("## user\n{{ code }}\n"), "x.md:7:", "{{ code }}"),
        (text("## user\n{{Code}}\n"), "x.md:7:", "{{Code}}"),
        (text("## user\na\rb\n"), "x.md:7:", "carriage return"),
        ("", "x.md:1:", "opens with"),
    ],
)
def test_a_file_that_is_no_template_is_refused_with_its_place(source, where, said):
    with pytest.raises(TemplateError) as caught:
        parse(source, "x.md")
    assert str(caught.value).startswith(where)
    assert said in str(caught.value)


def test_headings_and_braces_of_a_prompts_own_text_stay():
    body = "## user\n## Rules\n### user\n{{{code}}} {{ add(1); }} { {x} }\n"
    assert user(Library(), made(body=body), code="C") == "## Rules\n### user\n{C} {{ add(1); }} { {x} }"


@given(st.text(), st.text())
def test_a_value_is_put_in_as_it_is_and_never_rendered_again(one, two):
    values = {"code": one + "{{path}}{{code}}", "path": two}
    assert (
        user(Library(standards="S"), made(body="## user\n<{{code}}|{{path}}>\n"), **values)
        == f"<{one}{{{{path}}}}{{{{code}}}}|{two}>"
    )


@given(st.dictionaries(st.sampled_from(["code", "path", "language"]), st.text(), min_size=3))
def test_the_same_values_give_the_same_bytes(values):
    template = made(body="## system\n{{language}}\n## user\nFile: {{path}}\n{{code}}\n{{standards}}\n")
    assert Library().render(template, values) == Library().render(template, dict(reversed(values.items())))


def test_a_place_without_a_value_is_an_error_that_names_it():
    with pytest.raises(TemplateError, match=r"generate@1#\w{12}: no value for {{code}}; there are path, standards"):
        Library().render(made(body="## user\n{{code}}\n"), {"path": "x"})


def test_a_line_whose_places_are_all_empty_disappears_with_one_blank_line():
    template = made(
        body="## system\n{{standards}}\n\n## user\nA\n\nFile: {{path}}\n\nB {{code}}\nC {{code}}{{path}}\n\n{{path}}\n"
    )
    assert Library().render(template, {"path": "", "code": "x"}) == (("user", "A\n\nB x\nC x"),)
    assert dict(Library(standards="\nuse Decimal\n").render(template, {"path": "p", "code": ""})) == {
        "system": "use Decimal",
        "user": "A\n\nFile: p\n\nC p\n\np",
    }


def test_the_language_of_a_template_comes_before_the_layer_and_the_layer_before_the_version():
    library = Library(extra=(made(version="0.1", languages='["zig"]'), made(version="0.2"), made(version="0.10")))
    assert library.choose("generate", "zig").version == "0.1"
    assert library.choose("generate", "fortran").version == "0.10"  # by number, not by letter; ours is hidden
    assert library.choose("generate", None).version == "0.10"
    python = next(t for t in ours() if t.id == "generate" and t.languages == ("python",))
    assert library.choose("generate", "python") == python


def test_a_pin_chooses_the_version_wherever_it_lies():
    mine = tuple(made(version=version) for version in ("70", "71", "72"))
    assert Library(mine, ("generate@71", "fix@1")).choose("generate", "zig").version == "71"
    default = next(t for t in ours() if t.id == "generate" and not t.languages)
    assert Library(mine, (f"generate@{default.version}",)).choose("generate", "zig") == default


def test_a_pin_that_nothing_satisfies_says_what_there_is():
    with pytest.raises(TemplateError, match=r"pin generate@9\.9; there are generate@1, generate@70\."):
        Library((made(version="70"),), ("generate@9.9",)).choose("generate", "python")
    with pytest.raises(TemplateError, match="no pin"):
        Library(pins=("generate",)).choose("generate", "python")


def test_a_task_or_a_language_without_a_template_says_what_there_is():
    with pytest.raises(TemplateError, match=r"No template poem; there are .*complete.*generate"):
        Library().choose("poem", "python")
    with pytest.raises(TemplateError, match="for zig, and no default; it has python"):
        Library((made(identity="poem", languages='["python"]'),)).choose("poem", "zig")


def test_an_override_with_a_place_that_the_task_does_not_fill_is_refused_with_those_it_fills():
    library = Library((made(body="## user\n{{cod}} {{standards}}\n", version="99"),))
    with pytest.raises(TemplateError, match=r"generate@99#\w{12}: {{cod}} is no value of generate; there are .*code"):
        library.choose("generate", "fortran")
    own = Library((made(identity="poem", body="## user\n{{verse}}\n"),))
    assert own.choose("poem", None).used == ("verse",)


def test_what_would_fail_later_is_told_at_the_start():
    bad = made(body="## user\n{{cod}}\n", version="99")
    said = templates.problems(Library((bad, made(version="70")), ("generate@70", "generate@7", "poem@1", "fix")))
    assert [line.partition(";")[0] for line in said] == [
        f"Template {bad.reference}: {{{{cod}}}} is no value of generate",
        "No template satisfies the pin generate@7",
        "No template poem",
        "'fix' is no pin",
    ]
    assert templates.problems(Library()) == ()


def test_an_upper_layer_hides_every_version_of_its_languages_below():
    upper = made(version="1", languages='["python"]')
    below = (made(version="8", languages='["python", "java"]'), made(version="9"))
    got = stacked([(upper,), below])
    assert [(t.version, t.languages) for t in got] == [("1", ("python",)), ("8", ("java",)), ("9", ())]
    assert [t.version for t in stacked([(upper,), below], ("generate@8",))] == ["8"]


def test_a_folder_is_read_whole_and_two_of_a_kind_are_refused(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "python.md").write_text(text(version="2", languages='["python"]'), "utf-8")
    (tmp_path / "default.md").write_text(text(version="10"), "utf-8")
    (tmp_path / "README.md").write_text("# not a template", "utf-8")
    assert [t.version for t in folder(tmp_path)] == ["2", "10"]
    (tmp_path / "same.md").write_text(text(version="2", languages='["java", "python"]'), "utf-8")
    with pytest.raises(TemplateError, match=r"same.md: generate@2 for python stands in b/python.md already"):
        folder(tmp_path)


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"+++\n\xff", "bad.md:2: not UTF-8"), (b"+" * 300_000, "larger than"), (b"x", "bad.md:1:")],
)
def test_a_folder_with_a_bad_file_says_which(tmp_path, data, said):
    (tmp_path / "bad.md").write_bytes(data)
    with pytest.raises(TemplateError, match=said):
        folder(tmp_path)
    with pytest.raises(TemplateError, match="no such folder"):
        folder(tmp_path / "none")


@given(st.lists(st.sampled_from(["`", "```", "````", "a", "\n", "~~~", " "])).map("".join), st.text(max_size=9))
def test_a_fence_is_longer_than_anything_inside(inside, language):
    first, *_, last = fenced(inside, language).split("\n")
    assert set(last) == {"`"}
    assert last not in inside
    assert re.fullmatch(r"(`{3,})[\w+#.-]*", first, re.ASCII)
    assert fenced(inside, language).startswith(last)
    assert f"\n{inside}" in fenced(inside, language)


def test_each_of_our_tasks_has_a_default_and_every_file_lies_where_its_id_says():
    home = Path(templates.__file__).parent
    files = [path for path in home.glob("*/*.md") if path.name != "README.md"]
    assert len(files) == len(ours()) > 0
    for path in files:
        template = parse(path.read_text("utf-8"), path.name)
        assert template.id == path.parent.name
        assert template.languages == (() if path.stem == "default" else (path.stem,))
        assert Library().choose(template.id, template.languages[0] if template.languages else None) == template
    for identity in {t.id for t in ours()}:
        assert Library().choose(identity, "brainfuck").languages == ()


def test_our_templates_take_the_banks_standards():
    for template in ours():
        assert "standards" in template.used, template.reference


def test_the_guide_lists_the_values_of_every_task():
    offered: dict[str, set[str]] = {}
    for template in ours():
        offered.setdefault(template.id, {"standards"}).update(template.used, template.places)
    table = "| id | values |\n|---|---|\n" + "".join(
        f"| `{identity}` | {', '.join(f'`{name}`' for name in sorted(names))} |\n"
        for identity, names in sorted(offered.items())
    )
    guide = README.read_text("utf-8")
    if os.environ.get("UPDATE_DOCS"):
        guide = re.sub(r"\| id \| values \|\n(?:\|.*\n)+", lambda _: table, guide)
        README.write_text(guide, "utf-8")
    assert table in guide, "UPDATE_DOCS=1 writes it"
    described = set(re.findall(r"^- `(\w+)`", guide, re.MULTILINE)) | {
        name
        for row in re.findall(r"^- (`\w+`(?:, `\w+`)+)", guide, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert set.union(*offered.values()) - described == set()
