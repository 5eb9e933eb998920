"""Settings: what a run may be told, from ``fiches.toml`` and the command line."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticKnownError

from pipeline.check_digits import luhn
from pipeline.errors import ConfigError
from pipeline.language import foreign, tr, why
from pipeline.paths import write_whole
from pipeline.roles import option_of

CONFIG = Path("fiches.toml")
"""The file of settings that is used where it lies in the current folder."""
INBOX = Path("fiches-recues")
"""What the start page reads where no other folder is named."""
Evidence = Literal["joint", "second", "names", "organisation", "mail", "members", "known"]
"""What a run may leave out, to measure what it is worth."""
_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


_Text = Annotated[str, Field(min_length=1)]
_Share = Annotated[float, Field(gt=0, lt=1)]


class Promise(BaseModel):
    """So many of the fields accepted without a person may have an error of each class, of those
    that can have one: see ``judging.error_class``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    money: _Share = 0.001
    identity: _Share = 0.005
    spelling: _Share = 0.02

    def target(self, error: str) -> float:
        """The share of a class."""
        return float(getattr(self, error))


OTHER_PURPOSES = (
    "cotisation", "cotis", "adhésion", "adh", "réadhésion", "abonnement", "don", "donation",
    "dotation", "legs", "mécénat", "parrainage", "subvention", "subv", "remboursement", "remb",
    "rembt", "rbt", "avoir", "facture", "fact", "loyer", "location", "caution", "salaire", "paie",
    "honoraires", "indemnité", "vacation", "note de frais", "déplacement", "retour", "rejet",
    "impayé", "extourne", "annulation", "intérêts", "prêt", "vente", "achat", "tombola", "quête",
    "collecte", "licence", "assurance", "impôt", "taxe", "hébergement", "pension", "allocation",
    "prime", "trop perçu",
)  # fmt: skip
"""What a credit without a reference may be for, if not for a registration."""


def _of_the_plan(account: str) -> str:
    # "Les trois premiers caractères doivent correspondre à des chiffres", article A47 A-1 LPF.
    if re.fullmatch(r"[0-9]{3}[0-9A-Za-z]*", account) is None:
        raise ValueError(tr("an account begins with three digits, like 706 or 4191"))
    return account


def _of_an_organisation(siren: str) -> str:
    """Its last digit is a key."""
    if not siren:
        return siren
    if re.fullmatch(r"[0-9]{9}", siren) is None:
        raise ValueError(tr("a SIREN has nine digits"))
    if luhn(siren):
        raise ValueError(tr("no SIREN has these digits: one of them is wrong"))
    return siren


def _of_every_year(day: str) -> str:
    new_year = date(2018, 1, 1)  # of a year without 29 February
    if day not in {f"{new_year + timedelta(days):%m-%d}" for days in range(365)}:
        raise ValueError(tr("not a day of every year: write the month and the day, like 09-01"))
    return day


Account = Annotated[str, AfterValidator(_of_the_plan)]
"""An account of the French plan."""
_Beginning = Annotated[str, Field(pattern="^[0-9][0-9A-Za-z]*$")]


def _by_option(tariffs: object) -> object:
    """The accounts of options beside those of fields, each by its name."""
    if not isinstance(tariffs, Mapping):
        return tariffs
    named: dict[str, object] = {}
    for field, account in tariffs.items():
        of_options = account if isinstance(account, Mapping) else {}
        named |= {option_of(field, option): own for option, own in of_options.items()}
        if not of_options:
            named[field] = account
    return named


class Accounting(BaseModel):
    """What is booked where, and what accounting's files and receipts say of the association."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bank: Account = "512"
    cheques: Account = "5112"
    """Cheques that are here, and not at the bank yet."""
    cash: Account = "530"
    advances: Account = "4191"
    """What was paid of registrations that are not paid in full, and what is too much."""
    rebates: Account = "709"
    """What is owed less than the tariff gives."""
    extras: Account = "7588"
    """What is owed more."""
    tariffs: Annotated[Mapping[str, Account], BeforeValidator(_by_option)] = Field(
        default_factory=dict
    )
    """An account for each tariff, by the field of the form, and by its options where these have
    tariffs of their own: ``formule = { loisir = "706", competition = "7061" }``."""
    labels: Mapping[_Beginning, _Text] = Field(default_factory=dict)
    """Names of accounts, or of all that begin alike; without them, those of the French plan."""
    siren: Annotated[str, AfterValidator(_of_an_organisation)] = ""
    address: str = ""
    """Of the association, for receipts."""
    first_day: Annotated[str, AfterValidator(_of_every_year)] = "01-01"
    """MM-DD: when the accounting year begins."""
    vat: str = "Exonération de TVA, article 261-7-1° du CGI"
    """What a receipt says of VAT: of the services of associations, as members' (a) or as social
    work (b). One that is only too small writes « TVA non applicable, article 293 B du CGI »."""
    other_purposes: tuple[_Text, ...] = OTHER_PURPOSES
    """Words of a bank's label that speak of other money than that of registrations."""

    def __hash__(self) -> int:  # its tables are dictionaries
        return hash(self.model_dump_json())


class Settings(BaseModel):
    """Frozen and picklable: a worker rebuilds everything else from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forms: tuple[Path, ...] = ()
    """Folders of forms of one's own, beside the forms the product ships."""
    form: str | None = None
    """Read every page as this form; None takes the form that fits."""
    engine: str = "ppocr"
    learned: Path | None = None
    """A generation that ``fiches learn`` wrote; a run takes the last one beside its outputs."""
    members: Path | None = None
    """A list of members, as CSV: see ``members``."""
    known: Path | None = None
    """The people and organisations confirmed in reviews: a run into the same folder names it."""
    calibration: Path | None = None
    """What ``fiches calibrate`` wrote; a run takes the one beside its outputs, else the shipped."""
    promise: Promise = Promise()
    without: tuple[Evidence, ...] = ()
    """Evidence left out, to measure what it is worth: never for a real run.

    A calibration holds for the evidence it was made with: make one for each way of leaving out.
    """
    quality_sample: Annotated[float, Field(ge=0, le=1)] = 0.02
    """So many of the accepted fields are shown in reviews, too, to measure what is accepted."""
    second_reader: bool = True
    """Ask Tesseract, where it is installed, about typed fields in doubt."""
    time_limit_s: Annotated[float, Field(gt=0)] = 10.0
    """A page that takes more time of the processor is rejected, whatever else the machine does."""
    memory_limit_mb: Annotated[float, Field(gt=0)] = 768.0
    """A page is rejected that takes the process reading it, with its models, beyond this."""
    max_pages: Annotated[int, Field(gt=0)] = 200
    """A document with more pages is rejected."""
    max_megapixels: Annotated[float, Field(gt=0)] = 120.0
    """A page image larger than this is rejected before it is decoded."""
    accounting: Accounting = Accounting()


class Mailbox(BaseModel):
    """Where ``fiches fetch`` finds mail: IMAP over TLS. Its password is never in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: _Text
    user: _Text
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    folder: _Text = "INBOX"
    since: date | None = None
    """Mail that arrived before is left where it is."""
    move_to: _Text | None = None
    """The folder of the same mailbox that mail is moved to once it is safely here."""
    ca_file: Path | None = None
    """Certificates (PEM) to trust in place of the system's."""
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    """A server that says nothing for so long hangs."""
    every_min: Annotated[float, Field(gt=0)] | None = None
    """The start page fetches mail so often while it is served; None: only when asked."""

    def in_folder(self, folder: Path) -> Self:
        """With the path that is relative to ``folder``, where the file of settings lies."""
        return self.model_copy(update={"ca_file": self.ca_file and folder / self.ca_file})


class Configuration(Settings):
    """All that ``fiches.toml`` may say: beside what reads and judges, where things come from."""

    inbox: Path | None = None
    """The folder that the start page reads, and lays what is dropped into."""
    mailbox: Mailbox | None = None
    letters: Path | None = None
    """A folder of templates of one's own for letters."""


Fault = tuple[str, str]
"""Where in a file, and what is wrong."""


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file says. Raises ConfigError where it is missing or malformed."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as err:
        raise ConfigError(tr("{path}: cannot be read ({why}).", path=path, why=why(err))) from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        said = _malformed(str(err))
        raise ConfigError(tr("{path}: not valid TOML: {said}.", path=path, said=said)) from err


def _malformed(said: str) -> str:
    """What tomllib says, and where."""
    match = _PLACE.fullmatch(said)
    if match is None:
        return foreign(said)
    what, line, column = match.groups()
    if line is None:
        return foreign(what) + tr(" (at end of document)")
    return foreign(what) + tr(" (at line {line}, column {column})", line=line, column=column)


def faults_of(err: ValidationError) -> list[Fault]:
    """What pydantic found, in the language of the user."""
    return [(".".join(str(part) for part in e["loc"]), _in_words(e)) for e in err.errors()]


def faulty(path: Path, faults: Iterable[Fault]) -> ConfigError:
    """The error that tells all faults of a file at once."""
    listed = "\n".join(f"  {where}: {what}" for where, what in faults)
    return ConfigError(tr("{path}: mend these and run again:\n{faults}", path=path, faults=listed))


def _in_words(error: ErrorDetails) -> str:
    """A fault by pydantic's template, which the catalogue may hold; else in pydantic's words."""
    facts = {k: f"{v:g}" if isinstance(v, float) else v for k, v in error.get("ctx", {}).items()}
    if "expected" in facts:  # a list that pydantic has put into words
        facts["expected"] = facts["expected"].replace(" or ", tr(" or "))
    kind: Any = error["type"]
    try:
        return foreign(PydanticKnownError(kind, facts).message_template).format(**facts)
    except KeyError:  # a type that is not pydantic's, or English that takes a plural
        return foreign(error["msg"])


def load_settings(path: Path | None) -> Configuration:
    """Settings from a ``fiches.toml``; the defaults where there is none.

    Raises ConfigError with every fault at once; an unknown key is a fault.
    """
    if path is None:
        return Configuration()
    try:
        return Configuration.model_validate(read_toml(path))
    except ValidationError as err:
        instead = _instead()
        faults = [(where, instead.get(where, what)) for where, what in faults_of(err)]
        raise faulty(path, faults) from err


def write_settings(path: Path, changes: Mapping[str, str | list[str] | Mapping[str, Any]]) -> None:
    """Put settings, or some keys of a table, into a ``fiches.toml``, which is made if need be;
    None takes a key out.

    What else it says stays as it is, comments too. Raises ConfigError, also where it could not be
    written.
    """
    import tomlkit

    if path.exists():
        read_toml(path)
    try:
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        for name, value in changes.items():
            if not isinstance(value, Mapping):
                document[name] = value
                continue
            table = document.setdefault(name, tomlkit.table())
            for key, inner in value.items():
                table.pop(key, None) if inner is None else table.update({key: inner})
        write_whole(path, tomlkit.dumps(document).encode(), durable=True)
    except OSError as err:
        raise ConfigError(
            tr("{path}: cannot be written ({why}).", path=path, why=why(err))
        ) from err


def _instead() -> dict[str, str]:
    """What to write for keys that an earlier version knew, or that none may know."""
    shares = ", ".join(f"{name} = {share:g}" for name, share in Promise())
    target = tr("now a share for each class of errors: promise = {{ {shares} }}", shares=shares)
    password = tr(
        "a password never stands in a file: take it out, and type fiches fetch INBOX "
        "--ask-password, which gives it to the system's key ring; or set FICHES_MAILBOX_PASSWORD"
    )
    return {"target_error": target, "mailbox.password": password}
