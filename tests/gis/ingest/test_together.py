"""A survey file a parcel, many in an archive: read as one table, each parcel known by its file."""

import zipfile

import numpy as np
import pytest
import shapely

from gis.errors import UnreadableFile
from gis.ingest import contents
from gis.ingest.contents import EVERY_TXT, contents_of, read_part, unpacked
from gis.ingest.files import Reading
from gis.ingest.source import source_of

HEAD = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号={zone}\n[地块坐标]\n"


def survey(number, north=0, *, zone=38, stray=0):
    """A parcel of 400 m × 300 m; ``stray``: the closing point lies so much further north."""
    east = zone * 1_000_000 + 500_000
    corners = [(3_650_000 + north, east), (3_650_000 + north, east + 400), (3_649_700 + north, east + 400),
               (3_649_700 + north, east)]  # fmt: skip
    lines = [f"J{n},1,{x}.000,{y}.000" for n, (x, y) in enumerate(corners, 1)]
    lines.append(f"J1,1,{corners[0][0] + stray}.000,{corners[0][1]}.000")
    return (HEAD.format(zone=zone) + f"5,12.0000,{number},园区,面,,工业用地,,@\n" + "\n".join(lines)).encode("gbk")


def archive(folder, **files):
    path = folder / "many.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name, content in files.items():
            made.writestr(f"{name}.txt", content)
    return path


def together(path, **how):
    part = contents_of(path, path.name).parts[0]
    assert part.member == EVERY_TXT
    with unpacked(path, part) as plain:
        return read_part(plain, part, source_of(path), Reading(**how))


def test_every_parcel_is_there_once_with_its_own_number(tmp_path):
    raw = together(archive(tmp_path, 甲=survey(1), 乙=survey(1, 1000), 丙=survey(2, 2000)))
    assert raw.frame["地块编号"].tolist() == ["1", "1-2", "2"]
    assert raw.frame["文件"].tolist() == ["甲.txt", "乙.txt", "丙.txt"]
    assert raw.rows == (1, 2, 3)
    assert shapely.area(np.asarray(raw.geometry.array, dtype=object)).tolist() == [120_000.0] * 3


def test_a_refused_parcel_is_named_by_its_file_and_line_and_counts_as_a_row(tmp_path):
    path = archive(tmp_path, 甲=survey(1), 乙=survey(2, 1000, stray=50), 丙=survey(3, 2000))
    raw = together(path)
    (refused,) = raw.refused
    assert (refused.place.file, refused.place.row, refused.fix) == ("乙.txt", 2, "close_rings")
    assert "row 11" in refused.found
    assert raw.rows == (1, 3)
    assert together(path, close_rings=True).rows == (1, 2, 3)


def test_files_of_different_zones_are_not_mixed(tmp_path):
    with pytest.raises(UnreadableFile, match="differ in 带号"):
        together(archive(tmp_path, 甲=survey(1), 乙=survey(2, zone=39)))


def test_a_text_that_is_no_survey_is_left_aside_and_told(tmp_path):
    raw = together(archive(tmp_path, 甲=survey(1), 说明="请先导入行政区".encode(), 乙=survey(2, 1000)))
    assert len(raw.rows) == 2
    assert any("说明.txt not read" in words.en for words in raw.warnings)


def test_one_text_alone_is_a_part_by_itself(tmp_path):
    assert [part.member for part in contents_of(archive(tmp_path, 甲=survey(1)), "a.zip").parts] == ["甲.txt"]


def test_more_files_than_there_are_parts_are_counted_and_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "MOST_PARTS", 2)
    path = archive(tmp_path, **{f"地块{n}": survey(n, 1000 * n) for n in range(1, 5)})
    found = contents_of(path, "a.zip")
    assert found.parts[0].name == "全部 4 个 TXT / all 4 TXT"
    assert (len(found.parts), found.ignored) == (3, ())
    assert together(path).frame["地块编号"].tolist() == ["1", "2", "3", "4"]


def test_a_drawing_that_is_called_txt_is_no_survey_to_be_joined(tmp_path):
    geojson = b'{"type": "FeatureCollection", "features": []}'
    path = archive(tmp_path, 图=geojson, 甲=survey(1), 乙=survey(2, 1000))
    assert [(part.name, part.format) for part in contents_of(path, "a.zip").parts] == [
        ("全部 2 个 TXT / all 2 TXT", "txt"), ("图.txt", "geojson"), ("甲.txt", "txt"), ("乙.txt", "txt"),
    ]  # fmt: skip
    raw = together(path)
    assert raw.frame["文件"].tolist() == ["甲.txt", "乙.txt"]
    assert not any("图.txt" in words.zh for words in raw.warnings)


def test_the_list_of_an_archive_is_gone_through_as_often_for_many_files_as_for_few(tmp_path, monkeypatch):
    def lists_read(count):
        path = archive(tmp_path, **{f"地块{n}": survey(n, 1000 * n) for n in range(1, count + 1)})
        before = len(opened)
        together(path)
        return len(opened) - before

    opened = []
    real = zipfile.ZipFile.__init__
    monkeypatch.setattr(zipfile.ZipFile, "__init__", lambda *a, **how: (opened.append(a), real(*a, **how))[1])
    assert lists_read(2) == lists_read(12)
