"""How to cite the article and the package, from CITATION.cff."""

from typing import Any

from analysis.tables import DATA, read_yaml

PACKAGE: dict[str, Any] = read_yaml(DATA.parent / "CITATION.cff")
ARTICLE = PACKAGE["references"][0]
VERSION: str = PACKAGE["version"]
TEXT = """\
{author[family-names]}, {author[given-names]} ({article[year]}). {article[title]}. \
{article[journal]} {article[volume]}({article[issue]}). {article[url]}

{group[name]} ({package[date-released]:.4}). {package[title]}. \
Version {package[version]}, {setting}.

@article{{{author[family-names]}{article[year]},
  author = {{{author[family-names]}, {author[given-names]}}},
  title = {{{{{article[title]}}}}},
  journal = {{{article[journal]}}},
  volume = {{{article[volume]}}},
  number = {{{article[issue]}}},
  year = {{{article[year]}}},
  month = {{{article[month]}}},
  url = {{{article[url]}}},
}}

@software{{labour-transfer-arithmetic,
  author = {{{{{group[name]}}}}},
  title = {{{{{package[title]}}}}},
  version = {{{package[version]}}},
  date = {{{package[date-released]}}},
  year = {{{package[date-released]:.4}}},
  note = {{{note}}},
}}"""


def cite(setting: str) -> str:
    """Return what to cite, as text and as BibTeX, with a setting if there is one."""
    setting = f"with {setting}" if setting else "with the article's own numbers"
    return TEXT.format(
        article=ARTICLE,
        author=ARTICLE["authors"][0],
        group=PACKAGE["authors"][0],
        note=setting.replace("_", r"\_"),
        package=PACKAGE,
        setting=setting,
    )
