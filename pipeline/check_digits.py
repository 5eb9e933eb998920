"""Check digits, by which a number proves itself."""


def luhn(digits: str) -> int:
    """What Luhn's sum (ISO/IEC 7812-1) leaves when it is divided by ten: 0 where the check digit is
    right."""
    doubled = (int(c) * (2 if i % 2 else 1) for i, c in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10


def mod_97(text: str) -> int:
    """What is left by MOD 97-10 (ISO 7064), letters as two digits each (A is 10): 1 where the check
    digits, moved to the end, are right."""
    return int("".join(str(int(char, 36)) for char in text)) % 97
