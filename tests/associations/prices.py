"""What things cost, as it is printed."""


def euros(cents: int, *, whole: bool = True) -> str:
    """Without cents where there are none and ``whole``."""
    if whole and cents % 100 == 0:
        return f"{cents // 100}"
    return f"{cents // 100},{cents % 100:02}"


def tariffs(priced: dict[str, tuple[str, int]]) -> dict[str, str]:
    """Of options, each with what it is called and its cents, what a form says they cost."""
    return {option: euros(cents) for option, (_, cents) in priced.items()}
