"""The reports that come with the product: read in full by anybody who has no other texts."""

from cochair.press.commands import read_files, reconcile_files, samples, score_folder


def test_every_fact_and_row_of_the_samples():
    result = score_folder(*samples())
    assert (result.facts_found, result.rows_found) == (result.facts, result.rows) == (71, 22), (result.missed, result.rows_missed)
    assert result.wrong == []


def test_the_samples_say_whence_they_are():
    folder, _ = samples()
    for path in sorted(folder.glob("*.txt")):
        assert path.read_text(encoding="utf-8").rstrip().endswith("(Retold after public reports of 6-7 August 2025.)")


def test_the_differences_that_a_reader_should_see():
    folder, _ = samples()
    rows = {row.fact: row for row in reconcile_files(sorted(folder.glob("*.txt")))}
    assert rows["document.status"].verdict == "contradicts"
    assert rows["document.status"].states["b.txt"] == ["agreed_to_finalize", "signed"]
    assert rows["topic:piston_engines"].verdict == "contradicts"
    assert rows["session.previous"].verdict == "coarser"
    assert rows["subgroups"].omits == ["b.txt", "c.txt"]


def test_the_record_stands_beside_the_reports():
    folder, _ = samples()
    record = {
        "session.ordinal": 11, "session.date": "2025-08-06", "chair.IN": "A. S. Bhatia", "delegates.count": 83, "document.status": "signed",
        "subgroups": ["modernisation", "mining", "fertilisers", "railway transport", "chemicals"], "topic:piston_engines": {"modes": ["joint_development"]},
    }  # fmt: skip
    rows = {row.fact: row for row in reconcile_files(sorted(folder.glob("*.txt")), record=record)}
    assert rows["session.ordinal"].against_record == {"a.txt": "same", "b.txt": "same", "c.txt": "same"}
    assert rows["session.date"].against_record == {"a.txt": "same", "b.txt": "coarser"}
    assert rows["chair.IN"].against_record == {"a.txt": "same", "b.txt": "same"}
    assert rows["delegates.count"].against_record == {"a.txt": "differs", "b.txt": "differs"}
    assert rows["document.status"].against_record == {"a.txt": "same", "b.txt": "contradicts", "c.txt": "same"}
    assert rows["subgroups"].against_record == {"a.txt": "coarser"}
    assert rows["topic:piston_engines"].against_record == {"a.txt": "contradicts", "b.txt": "same", "c.txt": "differs"}
    assert rows["session.venue"].against_record == {"a.txt": "silent", "b.txt": "silent"}


def test_offsets_are_code_points_of_the_file_unchanged():
    folder, _ = samples()
    for path in sorted(folder.glob("*.txt")):
        text = path.read_bytes().decode("utf-8")
        (reading,) = read_files([path])
        assert reading.chars == len(text)
        assert all(text[s.start : s.end] == s.text for c in reading.claims for s in c.spans)
