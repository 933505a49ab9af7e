"""Where recordings are to be kept, as the setting says it."""

import pytest

from server.recording.address import bucket_address, in_bucket

KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-1"}


def test_a_bucket_is_told_from_a_folder() -> None:
    assert [in_bucket(one) for one in (None, "/srv/sound", "s3", "s3://x")] == [False, False, False, True]


def test_everything_stands_in_the_address_but_the_keys() -> None:
    found = bucket_address("s3://meetings/steno/a?endpoint=http://minio:9000&region=eu", KEYS)
    assert (found.name, found.prefix) == ("meetings", "steno/a")
    assert (found.endpoint, found.region) == ("http://minio:9000", "eu")
    assert found.keys == {"access_key_id": "a", "secret_access_key": "b"}
    assert "b'" not in repr(found)


def test_what_is_left_out_is_the_usual() -> None:
    assert bucket_address("s3://meetings", KEYS).region == "eu-west-1"
    found = bucket_address("s3://meetings/", {})
    assert (found.prefix, found.endpoint, found.region, found.keys) == ("", None, "us-east-1", {})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("s3://", "must be s3://"),
        ("s3://key:secret@meetings", "must be s3://"),
        ("s3://meetings?secret=x", "unknown option 'secret'"),
        ("s3://meetings?endpoint=minio", "http"),
    ],
)
def test_a_wrong_address_is_refused_with_what_is_wrong(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bucket_address(given, {})
