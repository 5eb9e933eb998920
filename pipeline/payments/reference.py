"""Structured creditor references (ISO 11649): what a payer writes, and the bank hands on."""


def reference_of(registration: str) -> str:
    """The reference of a registration, by its id in the tables: ``RF92 3FA9 C2D4 1``."""
    digest, _, number = registration.partition("-")
    body = f"{digest[:8].upper()}{number}"
    digits = "".join(str(int(sign, 36)) for sign in f"{body}RF00")
    whole = f"RF{98 - int(digits) % 97:02d}{body}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))
