"""What people read of the reasons for which movements wait."""

from pipeline.payments.outcome import Reason


def sentence(reason: Reason) -> str:
    """The reason in French."""
    return reason.rule.value
