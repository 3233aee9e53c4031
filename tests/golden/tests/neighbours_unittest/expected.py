"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import os
import random
from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import IsolatedAsyncioTestCase, TestCase
from unittest.mock import patch

from subject import Closed, append, draw, greeting, main, part, parts, settle, split


class AnyDate(type):
    """Ordinary dates are instances too."""

    def __instancecheck__(cls, value):
        return isinstance(value, date)


class FixedDate(date, metaclass=AnyDate):
    """A date whose today does not change."""

    fixed = date(2024, 3, 15)

    def __new__(cls, *parts, **named):
        return date(*parts, **named)

    @classmethod
    def today(cls):
        return cls.fixed


async def collected(items):
    return [item async for item in items]


class SplitTestCase(TestCase):
    # guards behaviour
    def testRejectsNoCents(self):
        with self.assertRaisesRegex(ValueError, "no cents in ' '"):
            split(" ")


class PartTestCase(TestCase):
    # guards behaviour
    def testPart(self):
        for cents, expected in [
            (333333, 1.0),
            (333334, 1.000003000003),
            (333332, 0.999996999997),
        ]:
            with self.subTest(cents=cents):
                self.assertEqual(part(cents), expected)


class GreetingTestCase(TestCase):
    # guards behaviour
    def testWithBranchLangDe(self):
        with patch("subject.date", FixedDate), patch.dict("os.environ", {"BRANCH_LANG": "de"}):
            self.assertEqual(greeting(), "guten Tag")

    # guards behaviour
    def testWithoutBranchLang(self):
        with patch("subject.date", FixedDate), patch.dict("os.environ"):
            os.environ.pop("BRANCH_LANG", None)
            self.assertEqual(greeting(), "hello")

    # guards behaviour
    def testRejectsClosed(self):
        with (
            patch("subject.date", FixedDate),
            patch.object(FixedDate, "fixed", date(2023, 12, 31)),
            patch.dict("os.environ"),
        ):
            os.environ.pop("BRANCH_LANG", None)
            with self.assertRaisesRegex(Closed, "come on Monday"):
                greeting()


class DrawTestCase(TestCase):
    # guards behaviour
    def testDraw(self):
        for names, expected in [
            (["abc", "", "A1"], "A1"),
            (["abc"], "abc"),
            (["Hello World", " x "], "Hello World"),
        ]:
            with self.subTest(names=names):
                random.seed(7)
                self.assertEqual(draw(names), expected)


class AppendTestCase(TestCase):
    # guards behaviour
    def testWritesNumbersTxt(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        tmp_path = Path(folder.name)
        (tmp_path / "numbers.txt").write_text("3\n1\n2\n")
        with redirect_stdout(StringIO()) as printed:
            result = append(tmp_path / "numbers.txt", "")
        self.assertEqual(result, 4)
        self.assertEqual((tmp_path / "numbers.txt").read_text(), "3\n1\n2\n\n")
        self.assertEqual(printed.getvalue(), "appended \n")

    # guards behaviour
    def testWritesNewTxt(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        tmp_path = Path(folder.name)
        with redirect_stdout(StringIO()) as printed:
            result = append(tmp_path / "new.txt", "appended")
        self.assertEqual(result, 1)
        self.assertEqual((tmp_path / "new.txt").read_text(), "appended\n")
        self.assertEqual(printed.getvalue(), "appended appended\n")

    # guards behaviour
    def testWritesLinesTxt(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        tmp_path = Path(folder.name)
        (tmp_path / "lines.txt").write_text("first line\n\n# comment\nkey = 12\n")
        with redirect_stdout(StringIO()) as printed:
            result = append(tmp_path / "lines.txt", "")
        self.assertEqual(result, 5)
        self.assertEqual(
            (tmp_path / "lines.txt").read_text(), "first line\n\n# comment\nkey = 12\n\n"
        )
        self.assertEqual(printed.getvalue(), "appended \n")


class MainTestCase(TestCase):
    # guards behaviour
    def testPrints24(self):
        with patch("sys.argv", ["prog", "12"]):
            with redirect_stdout(StringIO()) as printed:
                main()
            self.assertEqual(printed.getvalue(), "24\n")

    # guards behaviour
    def testExitsWith2(self):
        with patch("sys.argv", ["prog"]):
            with redirect_stdout(StringIO()) as printed, self.assertRaises(SystemExit) as stopped:
                main()
            self.assertEqual(stopped.exception.code, 2)
            self.assertEqual(printed.getvalue(), "usage: twice N\n")

    # guards behaviour
    def testExitsWith2_2(self):
        with patch("sys.argv", ["prog", "abc", "12"]):
            with redirect_stdout(StringIO()) as printed, self.assertRaises(SystemExit) as stopped:
                main()
            self.assertEqual(stopped.exception.code, 2)
            self.assertEqual(printed.getvalue(), "usage: twice N\n")


class SettleTestCase(IsolatedAsyncioTestCase):
    # guards behaviour
    async def testSettle(self):
        for cents, expected in [
            (25, 0),
            (100, 75),
            (26, 1),
        ]:
            with self.subTest(cents=cents):
                self.assertEqual(await settle(cents), expected)

    # guards behaviour
    async def testRejectsTooLittle(self):
        with self.assertRaisesRegex(ValueError, "too little"):
            await settle(24)


class PartsTestCase(IsolatedAsyncioTestCase):
    # guards behaviour
    async def testParts(self):
        for cents, expected in [
            (2, [1]),
            (-1, []),
            (10, [5, 2, 1]),
        ]:
            with self.subTest(cents=cents):
                self.assertEqual(await collected(parts(cents)), expected)
