"""Where the product's own data lies: beside the package in a checkout, inside it when installed."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
MODELS = _PACKAGE / "models" if (_PACKAGE / "models").is_dir() else _PACKAGE.parent / "models"
FORMS = MODELS / "forms"
LEXICONS = MODELS / "lexicons"
RECOGNIZER = MODELS / "recognizer"
FONTS = MODELS / "fonts"
