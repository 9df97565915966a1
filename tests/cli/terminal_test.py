"""Colour and width: what the tool prints to a terminal, to a pipe, and when told otherwise."""

import fcntl
import os
import pty
import re
import struct
import termios
import unittest

import tool
from tool import PROMPT, ToolTest, ask, environment

ESCAPE = "\x1b["
CUT = ("silence", "--heads", "L1H1", PROMPT)


def on_terminal(*arguments, columns=100, env=None):
    """Exit code and all that the tool writes to a terminal of `columns` columns."""
    child, master = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.execve(tool.TOOL, [tool.TOOL, *arguments], env or environment(TERM="xterm"))
    out = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        out += part
    os.close(master)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), out.decode().replace("\r\n", "\n")


def bare(text):
    """Without the escapes of colours."""
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def without_tokens(text):
    """Without the field of the tokens' shares, which are words, or chips where there is colour."""
    return re.sub(r"(?m)^  tokens  .*\n(              .*\n)*", "", text)


def widest(text):
    return max(map(len, text.splitlines()))


class Color(ToolTest):
    def test_terminal(self):
        status, out = on_terminal(*CUT)
        self.assertEqual(status, 0)
        self.assertIn(ESCAPE, out)
        for env in (environment(TERM="xterm", NO_COLOR="1"), environment(TERM="dumb")):
            self.assertNotIn(ESCAPE, on_terminal(*CUT, env=env)[1])
        # An empty NO_COLOR counts as not set, as its convention says.
        self.assertIn(ESCAPE, on_terminal(*CUT, env=environment(TERM="xterm", NO_COLOR=""))[1])
        self.assertNotIn(ESCAPE, on_terminal(*CUT, "--color", "never")[1])
        self.assertNotIn(ESCAPE, on_terminal(*CUT, "--format", "json")[1])

    def test_colour_adds_nothing_but_colour(self):
        colored = ask(*CUT, "--color", "always")
        self.assertIn(ESCAPE, colored)
        plain = ask(*CUT)
        self.assertNotIn(ESCAPE, plain)
        self.assertEqual(without_tokens(bare(colored)), without_tokens(plain))
        self.assertIn(ESCAPE, ask(*CUT, "--color", "always", env=environment(NO_COLOR="1")))

    def test_shares_of_the_tokens_are_chips(self):
        colored = ask(*CUT, "--color", "always")
        start = colored.index("\x1b[1mtokens")
        chips, legend = colored[start:].splitlines()[:2]
        # All of the sentence, most of it on a ground of its own; 256 colours without COLORTERM.
        self.assertEqual(bare(chips).split(maxsplit=1)[1].replace("␣", " "), PROMPT)
        self.assertGreaterEqual(chips.count(";48;5;"), 5)
        self.assertRegex(bare(legend), r"^ +less  more  alike; Δ in block \d+ .*%$")
        true_color = ask(*CUT, "--color", "always", env=environment(COLORTERM="truecolor"))
        self.assertIn(";48;2;", true_color)
        self.assertRegex(ask(*CUT), r"(?m)^  tokens      of Δ in block \d+ .*%")

    def test_files_get_no_colour_unless_asked_for(self):
        file = self.folder / "table"
        on_terminal(*CUT, "--out", str(file))
        self.assertNotIn(ESCAPE, file.read_text())
        on_terminal(*CUT, "--out", str(file), "--color", "always")
        self.assertIn(ESCAPE, file.read_text())


class Width(ToolTest):
    def test_tables_fit(self):
        env = environment(TERM="dumb")
        for command in (CUT, CUT + ("--verbose",), ("trajectory", PROMPT)):
            self.assertLessEqual(widest(on_terminal(*command, columns=200, env=env)[1]), 100)
        for command in (CUT, ("trajectory", PROMPT)):
            self.assertLessEqual(widest(on_terminal(*command, columns=80, env=env)[1]), 80)

    def test_quick_runs_show_no_progress(self):
        out = on_terminal(*CUT)[1]
        self.assertNotIn("\r", out)
        self.assertNotIn("left", out)


if __name__ == "__main__":
    tool.main()
