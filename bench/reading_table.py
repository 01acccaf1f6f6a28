"""The results of reading_bench beside each other, as a table: `python -m bench.reading_table FOLDER`."""

import json
import sys
from pathlib import Path

SETS = ("scrapinghub", "fundus", "fundus_eval", "daniel", "wcxb:article", "magic_html", "gne")
HEADS = ("reader", "macro F1", *SETS, "CJK", "core below ½", "lead", "title", "soft", "date", "author", "phrases")


def main(folder: Path) -> None:
    """Print one line a reader, best first."""
    results = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("quality/*.json"))]
    print("| " + " | ".join(HEADS) + " |\n" + "|---" * len(HEADS) + "|")
    for result in sorted(results, key=lambda result: -(result.get("macro_f1_shared") or 0)):
        groups = {name.removeprefix("shared/"): group for name, group in result["groups"].items() if "shared/" in name}
        core = groups.get("core", {})
        below = core.get("pages_f1_below_half", 0) / max(core.get("body_pages", 1), 1)
        cells = [f"{result['extractor']} {result['version'] or ''}".strip(), _number(result.get("macro_f1_shared"))]
        cells += [_number(groups.get(name, {}).get("f1")) for name in (*SETS, "core:cjk")]
        cells += [f"{below:.1%}"]
        cells += [_number(core.get(name)) for name in ("lead", "title", "title_soft", "date", "author")]
        cells += [_number(groups.get("trafilatura", {}).get("phrase_accuracy"))]
        print("| " + " | ".join(cells) + " |")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
