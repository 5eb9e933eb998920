"""What was taken is known again, whatever a crash has left of the notes."""

import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fetch.session import Message
from pipeline.fetch.taken import NOTES, Taken

PLACE = ("secretariat@imap.exemple.fr:993/Boîte", 7)
ARRIVED = datetime(2018, 1, 10, 14, 5, tzinfo=UTC)


def message(content: bytes) -> Message:
    return Message(ARRIVED, iter([content[:3], content[3:]]))


def test_a_uid_means_a_message_in_its_folder_and_for_its_uidvalidity_alone(tmp_path: Path) -> None:
    Taken.into(tmp_path).take(PLACE, 5, message(b"Bonjour"))
    taken = Taken.into(tmp_path)
    assert taken.uids(PLACE) == {5}
    assert taken.uids((PLACE[0], 8)) == set()
    assert taken.uids(("another", 7)) == set()


def test_where_uids_mean_nothing_none_is_known_and_bytes_are(tmp_path: Path) -> None:
    place = (PLACE[0], None)
    assert Taken.into(tmp_path).take(place, 5, message(b"Bonjour"))
    again = Taken.into(tmp_path)
    assert again.uids(place) == set()
    assert not again.take(place, 5, message(b"Bonjour"))
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_a_mail_without_a_date_is_named_by_its_bytes(tmp_path: Path) -> None:
    Taken.into(tmp_path).take(PLACE, 5, Message(None, iter([b"Bonjour"])))
    assert [path.name for path in tmp_path.glob("*.eml")] == [
        sha256(b"Bonjour").hexdigest()[:16] + ".eml"
    ]


def test_an_empty_mail_is_a_mail(tmp_path: Path) -> None:
    assert Taken.into(tmp_path).take(PLACE, 5, message(b""))
    assert [path.read_bytes() for path in tmp_path.glob("*.eml")] == [b""]


@settings(max_examples=30)  # each waits for the disk
@given(cut=st.integers(0, 400), rest=st.binary(max_size=20))
def test_of_damaged_notes_what_can_be_read_counts_and_what_comes_later_too(
    cut: int, rest: bytes
) -> None:
    with tempfile.TemporaryDirectory() as name:
        inbox = Path(name)
        taken = Taken.into(inbox)
        for uid in (1, 2, 3):
            taken.take(PLACE, uid, message(b"mail %d" % uid))
        notes = inbox / NOTES
        notes.write_bytes(notes.read_bytes()[:cut] + rest)
        damaged = Taken.into(inbox)
        assert damaged.uids(PLACE) <= {1, 2, 3}
        damaged.take(PLACE, 4, message(b"mail 4"))
        assert Taken.into(inbox).uids(PLACE) == damaged.uids(PLACE) | {4}
        assert len(list(inbox.glob("*.eml"))) == 4
