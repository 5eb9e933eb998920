"""Where the product's own data lies: beside the package in a checkout, inside it when installed."""

from pathlib import Path

PACKAGE = Path(__file__).parent
MODELS = PACKAGE / "models" if (PACKAGE / "models").is_dir() else PACKAGE.parent / "models"
FORMS = MODELS / "forms"
LEXICONS = MODELS / "lexicons"
RECOGNIZER = MODELS / "recognizer"
CALIBRATION = MODELS / "calibration"
FONTS = MODELS / "fonts"
