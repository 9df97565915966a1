"""`tacet figure` as a user runs it: what is drawn is what was measured, what is refused."""

import json
import re
import struct
import unittest
import xml.etree.ElementTree as ElementTree

import tool
from tool import PROMPT, ToolTest, ask, ask_json, write_tiny_model

FAILED = 1
WRONG_USAGE = 2
HEADS = "3.0-1,18.5,5.2+7.3"
SVG = "{http://www.w3.org/2000/svg}"
BACKGROUND = "#ffffff"
LINE = "#0b62a4"  # of the first of the lines that are compared
KINDS = ("map", "ripple", "perturbation", "trajectory", "pairs", "families")  # of one prompt


def number(text):
    """A label's number, written with a real minus."""
    return float(text.replace("−", "-"))


class FigureTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.database = str(self.folder / "sweep.db")

    def sweep(self, *prompts, heads=HEADS, more=()):
        ask("sweep", *prompts, "--heads", heads, "--db", self.database, "--quiet", *more)

    def draw(self, kind, *arguments, name="figure.svg"):
        """The bytes of the figure that `tacet figure` writes."""
        file = self.folder / name
        source = () if "--json" in arguments else ("--db", self.database)
        self.assertEqual(ask("figure", kind, *source, *arguments, "--out", str(file)), "")
        return file.read_bytes()

    def parsed(self, kind, *arguments):
        return ElementTree.fromstring(self.draw(kind, *arguments))

    @staticmethod
    def texts(svg):
        return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


class Drawn(FigureTest):
    def test_every_kind_is_xml_with_a_title_and_a_description(self):
        self.sweep(PROMPT)
        for kind in KINDS:
            svg = self.parsed(kind)
            self.assertEqual(svg.tag, f"{SVG}svg")
            self.assertEqual(svg.attrib["role"], "img")
            title = svg.find(f"{SVG}title").text
            self.assertIn(title, self.texts(svg))
            self.assertTrue(svg.find(f"{SVG}desc").text)
            self.assertTrue(any(PROMPT in text for text in self.texts(svg)), kind)

    def test_a_map_has_a_cell_for_every_head_and_the_signs_of_their_roles(self):
        self.sweep(PROMPT, heads="0-5.*")
        svg = self.parsed("map")
        cells = [path for path in svg.iter(f"{SVG}path")
                 if path.get("stroke") == BACKGROUND and path.get("fill") != "none"]
        self.assertEqual(len(cells), 6 * 16)
        heads = json.loads(ask("sweep", "--db", self.database, "--show", "--format", "json"))["heads"]
        roles = [head["role"] for head in heads]
        self.assertLess(0, roles.count("connector"))
        self.assertLess(0, roles.count("separator"))
        self.assertEqual(self.texts(svg).count("+"), roles.count("separator"))
        self.assertEqual(self.texts(svg).count("−"), roles.count("connector"))

    def test_the_points_of_a_ripple_stand_where_the_axis_says(self):
        file = str(self.folder / "one.json")
        result = ask_json("silence", PROMPT, "--heads", "L3H5")
        ask("silence", PROMPT, "--heads", "L3H5", "--format", "json", "--out", file)
        svg = self.parsed("ripple", "--json", file)
        # Labels of the axis of values stand on the left, right-aligned: height by value.
        ticks = {}
        for text in svg.iter(f"{SVG}text"):
            place = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\)", text.get("transform", ""))
            if place and text.get("text-anchor") == "end" and float(place[1]) < 100:
                ticks[number(text.text)] = float(place[2])
        self.assertGreater(len(ticks), 3)
        low, high = min(ticks), max(ticks)
        slope = (ticks[high] - ticks[low]) / (high - low)
        line = [path.get("d") for path in svg.iter(f"{SVG}path")
                if path.get("stroke") == LINE and path.get("stroke-width") == "2"
                and path.get("d")]
        self.assertEqual(len(line), 1)
        points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", line[0])
        rows = result["layers"] + [result["final_norm"]]
        self.assertEqual(len(points), len(rows))
        for (_, y), row in zip(points, rows):
            self.assertAlmostEqual(float(y), ticks[low] + slope * (row["mean_delta"] - low), delta=0.2)

    def test_pairs_have_the_tokens_of_the_prompt_as_labels(self):
        self.sweep("my pizza and my joke")
        texts = self.texts(self.parsed("pairs", "--heads", "L3H0", "--block", "7"))
        for token in json.loads(ask("tokens", "my pizza and my joke", "--format", "json"))["tokens"]:
            label = token["text"].replace(" ", "␣")
            self.assertEqual(len([text for text in texts if text.split(" ")[0] == label]), 2, label)
        self.assertTrue(any("block 7 (hidden_states[8])" in text for text in texts))
        self.assertTrue(any("ln_f" in text for text in self.texts(self.parsed(
            "pairs", "--block", "ln_f", "--show", "clean"))))

    def test_the_strongest_head_and_the_first_run_unless_others_are_asked_for(self):
        self.sweep(PROMPT, "Berlin is the capital of Germany")
        heads = json.loads(ask("sweep", "--db", self.database, "--show", "--run", "1", "--format",
                               "json"))["heads"]
        strongest = max(heads, key=lambda head: abs(head["late_delta"]))["spec"]
        self.assertIn(f"Ripple of {strongest}", self.texts(self.parsed("ripple")))
        texts = self.texts(self.parsed("ripple", "--run", "2", "--heads", "L18H5,L3H1"))
        self.assertTrue(any("Berlin" in text for text in texts))
        for name in ("L18H5", "L3H1"):
            self.assertIn(name, texts)

    def test_states_as_hugging_face_gives_them_have_no_ln_f_of_their_own(self):
        self.sweep(PROMPT, more=("--states", "hf"))
        self.assertNotIn("ln_f", self.texts(self.parsed("ripple")))
        for kind in KINDS:
            self.parsed(kind)

    def test_text_of_prompts_is_text(self):
        self.sweep("<script>a</script> & \"{a|b}\" \u202e\u0007 🍕 ]]>")
        for kind in KINDS:
            svg = self.parsed(kind)
            self.assertEqual(list(svg.iter(f"{SVG}script")), [])
            self.assertTrue(any("<script>a</script> & \"{a|b}\" \\u202e␇ 🍕" in text
                                for text in self.texts(svg)), kind)

    def test_a_trajectory_from_json_takes_the_model(self):
        file = str(self.folder / "one.json")
        ask("silence", PROMPT, "--heads", "L3H5", "--format", "json", "--out", file)
        self.assertIn("L3H5 silenced", self.texts(self.parsed("trajectory", "--json", file)))
        clean = self.texts(self.parsed("trajectory", "--json", file, "--show", "clean"))
        self.assertNotIn("L3H5 silenced", clean)


class Files(FigureTest):
    def setUp(self):
        super().setUp()
        self.sweep(PROMPT)

    def test_the_same_bytes_every_time(self):
        for name in ("figure.svg", "figure.png", "figure.pdf"):
            self.assertEqual(self.draw("map", name=name), self.draw("map", name=name))

    def test_a_forest_plot_has_every_prompt_and_the_means(self):
        self.sweep(PROMPT, "Rain fell all night on the old roof.", "The last train had left.")
        texts = self.texts(self.parsed("forest", "--heads", "L18H5"))
        self.assertIn("L18H5 across prompts", texts)
        for name in ("1 " + PROMPT[:10], "2 Rain fell", "3 The last train", "mean (t)", "mean (REML)"):
            self.assertTrue(any(text.startswith(name) for text in texts), (name, texts))
        self.assertNotEqual(texts, self.texts(self.parsed("forest")))

    def test_png_has_the_size_times_the_scale(self):
        for more, scale in (((), 2), (("--scale", "1.5"), 1.5)):
            png = self.draw("ripple", "--width", "300", "--height", "200", *more, name="a.PNG")
            self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
            self.assertEqual(struct.unpack(">II", png[16:24]), (300 * scale, 200 * scale))

    def test_pdf_has_the_size_in_points(self):
        pdf = self.draw("families", "--width", "400", "--height", "300", name="a.pdf")
        self.assertEqual(pdf[:5], b"%PDF-")
        self.assertIn(b"/MediaBox [ 0 0 300 225 ]", pdf)

    def test_looks(self):
        light = self.draw("ripple", "--light")
        self.assertEqual(light, self.draw("ripple"))
        self.assertNotEqual(light, self.draw("ripple", "--dark"))
        self.assertIn(b"font-size:18px", self.draw("ripple", "--font-size", "18"))
        self.assertIn("<title>Größe</title>", self.draw("ripple", "--title", "Größe").decode())


class Refused(FigureTest):
    def test_command_lines_that_make_no_sense(self):
        self.sweep(PROMPT)
        out = ("--out", str(self.folder / "a.svg"))
        db = ("--db", self.database)
        for arguments, says in (
                ((*db, *out), "map, ripple"),
                (("pie", *db, *out), "pie"),
                (("map", *db), "--out FILE.svg"),
                (("map", *out), "--db FILE"),
                (("map", *db, "--out", "a.gif"), ".svg, .png or .pdf"),
                (("map", *db, "--out", "svg"), ".svg, .png or .pdf"),
                (("map", *db, *out, "--width", "20"), "--width"),
                (("map", *db, *out, "--height", "9000"), "--height"),
                (("map", *db, *out, "--font-size", "2"), "--font-size"),
                (("map", *db, *out, "--scale", "2"), "--scale"),
                (("map", *db, "--out", "a.png", "--scale", "0"), "--scale"),
                (("map", *db, "--out", "a.png", "--width", "8000", "--height", "8000", "--scale",
                  "9"), "too large"),
                (("map", *db, *out, "--dark", "--light"), "--dark"),
                (("map", *db, *out, "--metric", "height"), "--metric"),
                (("map", *db, *out, "--block", "3"), "--block"),
                (("map", *db, *out, "--show", "clean"), "--show"),
                (("map", *db, *out, "--model", "mini"), "--model"),
                (("ripple", *db, *out, "--metric", "late"), "--metric"),
                (("ripple", *db, *out, "--heads", "L4H4"), "L4H4"),
                (("ripple", *db, *out, "--heads", "L99H0"), "L99H0"),
                (("families", *db, *out, "--heads", "L3H0"), "--heads"),
                (("trajectory", *db, *out, "--heads", "3.0-1"), "one intervention"),
                (("trajectory", *db, *out, "--show", "delta"), "--show delta"),
                (("trajectory", *db, *out, "--show", "clean", "--heads", "L3H0"), "--heads"),
                (("forest", *db, *out, "--heads", "3.0-1"), "one intervention"),
                (("forest", *db, *out, "--metric", "late"), "--metric"),
                (("pairs", *db, *out, "--block", "24"), "--block"),
                (("pairs", *db, *out, "--block", "last"), "--block"),
                (("pairs", *db, *out, "--show", "both"), "--show")):
            self.assert_fails(WRONG_USAGE, "figure", *arguments, says=says)
        self.assertFalse((self.folder / "a.svg").exists())

    def test_a_forest_plot_of_one_prompt(self):
        self.sweep(PROMPT)
        self.assert_fails(FAILED, "figure", "forest", "--db", self.database, "--out",
                          str(self.folder / "a.svg"), says="several prompts")

    def test_files_that_cannot_be_read_or_written(self):
        self.sweep(PROMPT)
        out = ("--out", str(self.folder / "a.svg"))
        self.assert_fails(FAILED, "figure", "map", "--db", str(self.folder / "no.db"), *out,
                          says="no.db")
        self.assert_fails(FAILED, "figure", "map", "--db", self.database, "--run", "9", *out,
                          says="no run 9")
        self.assert_fails(FAILED, "figure", "map", "--db", self.database, "--out",
                          str(self.folder / "no" / "a.svg"), says="a.svg")
        file = self.folder / "data.svg"
        file.write_bytes((self.folder / "sweep.db").read_bytes())
        self.assert_fails(WRONG_USAGE, "figure", "map", "--db", str(file), "--out", str(file),
                          says="--out")

    def test_pairs_without_the_model_that_made_the_results(self):
        model = self.folder / "tiny"
        write_tiny_model(model)
        ids = ("--token-ids", tool.IDS)
        ask("sweep", "--model", str(model), *ids, "--db", self.database, "--quiet")
        out = ("--out", str(self.folder / "a.svg"))
        self.parsed("pairs")
        self.assert_fails(WRONG_USAGE, "figure", "pairs", "--db", self.database, *out, "--model",
                          "mini", says="fingerprint")
        model.rename(self.folder / "gone")
        self.assert_fails(FAILED, "figure", "pairs", "--db", self.database, *out,
                          says=("this figure needs the model", "--model"))
        self.parsed("pairs", "--model", str(self.folder / "gone"))


if __name__ == "__main__":
    tool.main()
