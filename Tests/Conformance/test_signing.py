"""The signatures that the Swift tests compare ours with are those of the botocore that is installed now."""

import signing_vectors


def test_the_kept_signatures_are_botocores():
    assert signing_vectors.FILE.read_text(encoding="utf-8") == signing_vectors.document(), (
        "run Tests/Conformance/signing_vectors.py --write, and see what changed")
