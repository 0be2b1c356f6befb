"""What an upload holds: everything that can be imported, and what is left aside with why; nothing in it does harm."""

import io
import stat
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import box

from gis.errors import UnreadableFile
from gis.ingest import archive
from gis.ingest.contents import contents_of, read_part, unpacked
from gis.ingest.files import Reading, read_raw
from gis.ingest.source import source_of
from tests.gis.ingest.files_samples import in_degrees, parts, shapefile, write, zipped

BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 10))
    + "]>"
)
FILE_ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'


def workbook(*cells, sheets=("地块",), hidden=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title in (*sheets, *hidden):
        sheet = book.create_sheet(title)
        sheet.append(["地块编号", "备注"])
        for row in cells:
            sheet.append(list(row))
        if title in hidden:
            sheet.sheet_state = "hidden"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_zip_with_anything_inside_is_listed_whole(tmp_path):
    shapefile(tmp_path)
    frame = gpd.GeoDataFrame({"编号": ["甲"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4547")
    pyogrio.write_dataframe(frame, tmp_path / "b.gpkg", layer="北片")
    pyogrio.write_dataframe(frame, tmp_path / "b.gpkg", layer="南片", append=True)
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as made:
        for file in parts(tmp_path):
            made.write(file, f"红线/红线{file.suffix}")
        made.write(tmp_path / "b.gpkg", "b.gpkg")
        made.writestr("台账.xlsx", workbook(["甲", "x"], sheets=("一", "二"), hidden=("草稿",)))
        made.writestr("说明.docx", b"PK..")
        made.writestr("里面.zip", zipfile_bytes("x.txt", b"1"))
        made.writestr("孤儿.dbf", b"...")
        made.writestr("__MACOSX/._x", b"...")
    found = contents_of(path, "all.zip")
    assert [part.name for part in found.parts] == [
        "红线/红线.shp", "b.gpkg › 北片", "b.gpkg › 南片", "台账.xlsx › 一", "台账.xlsx › 二",
    ]  # fmt: skip
    why = {ignored.name: ignored.why.en for ignored in found.ignored}
    assert set(why) == {"台账.xlsx › 草稿", "说明.docx", "里面.zip", "孤儿.dbf"}
    assert "archive in an archive" in why["里面.zip"]
    assert ".shp is not there" in why["孤儿.dbf"]


def zipfile_bytes(name, content):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr(name, content)
    return data.getvalue()


def test_each_part_is_read_by_itself(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("甲.csv", "地块编号,户数\nA1,2\n")
        made.writestr("乙.csv", "地块编号,户数\nB1,3\nB2,4\n")
    found = contents_of(path, "a.zip")
    rows = {}
    for part in found.parts:
        with unpacked(path, part) as plain:
            rows[part.name] = read_part(plain, part, source_of(path), Reading()).frame["地块编号"].tolist()
    assert rows == {"甲.csv": ["A1"], "乙.csv": ["B1", "B2"]}


def test_gbk_names_without_the_flag_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("xxxxxxxx.csv", "地块编号\nA1\n")
    path.write_bytes(path.read_bytes().replace(b"xxxxxxxx.csv", "征收地块.csv".encode("gbk")))
    assert [part.name for part in contents_of(path, "a.zip").parts] == ["征收地块.csv"]


def test_a_file_of_no_known_kind_is_refused_by_name(tmp_path):
    path = tmp_path / "original.exe"
    path.write_bytes(b"MZ\x90\x00")
    with pytest.raises(UnreadableFile) as refused:
        contents_of(path, "程序.exe")
    assert refused.value.found == ".exe"


# ---------------------------------------------------------------- harm


def test_a_zip_bomb_is_refused_by_its_ratio_before_anything_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "unpack", lambda *_: pytest.fail("unpacked"))
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr("0.txt", b"0" * (60 * 1024**2))
    assert path.stat().st_size < 100_000
    with pytest.raises(UnreadableFile, match="zip bomb"):
        contents_of(path, "bomb.zip")


def test_a_zip_whose_members_lie_over_one_another_counts_each_of_them(tmp_path):
    """The bomb of David Fifield: many entries of the directory that point to the same packed bytes."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("0.txt", b"0" * (2 * 1024**2))
    data = path.read_bytes()
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, many = data[at:end], 50
    tail = bytearray(data[end:])
    tail[8:12] = many.to_bytes(2, "little") * 2
    tail[12:16] = (len(entry) * many).to_bytes(4, "little")
    path.write_bytes(data[:at] + entry * many + bytes(tail))
    with pytest.raises(UnreadableFile, match="zip bomb"):
        contents_of(path, "a.zip")


def test_a_link_in_a_zip_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        info = zipfile.ZipInfo("a.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    with pytest.raises(UnreadableFile, match="a link"):
        contents_of(path, "a.zip")


@pytest.mark.parametrize("name", ["../a.csv", "/a.csv", "C:/a.csv", "x\\..\\..\\a.csv", "a\x01.csv"])
def test_a_name_that_leads_out_of_a_zip_is_refused(tmp_path, name):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        info = zipfile.ZipInfo("x.csv")
        info.filename = name
        made.writestr(info, "地块编号\nA1\n")
    with pytest.raises(UnreadableFile, match="unsafe path"):
        contents_of(path, "a.zip")


def test_a_name_with_a_nul_and_a_very_long_one_do_no_harm(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        info = zipfile.ZipInfo("x")
        info.filename = "a.csv\0.exe"
        made.writestr(info, "地块编号\nA1\n")
        made.writestr("长" * 5000 + ".csv", "地块编号\nA2\n")
    found = contents_of(path, "a.zip")
    read = []
    for part in found.parts:
        with unpacked(path, part) as plain:
            read += read_part(plain, part, source_of(path), Reading()).frame["地块编号"].tolist()
            assert len(plain.name) < 40
    assert "A2" in read


@pytest.mark.parametrize("head", [BILLION_LAUGHS, FILE_ENTITY])
def test_xml_entities_in_a_kml_are_refused(tmp_path, head):
    path = tmp_path / "a.kml"
    entity = "&lol9;" if "lol9" in head else "&secret;"
    path.write_text(
        f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>{entity}</name></Placemark></kml>',
        encoding="utf-8",
    )
    with pytest.raises(UnreadableFile, match="entities"):
        read_raw(path)


@pytest.mark.parametrize("head", [BILLION_LAUGHS, FILE_ENTITY])
@pytest.mark.parametrize("member", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_xml_entities_in_a_workbook_do_no_harm(tmp_path, head, member):
    entity = "&lol9;" if "lol9" in head else "&secret;"
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(workbook(["甲", "备注文字"]))) as good, zipfile.ZipFile(path, "w") as made:
        for name in good.namelist():
            text = good.read(name)
            if name == member:
                body = text.decode().split("?>", 1)[-1]
                text = (head + body.replace("甲", entity)).encode()
            made.writestr(name, text)
    try:
        raw = read_raw(path)
    except UnreadableFile:
        return
    shown = raw.frame.to_string()
    assert "root:" not in shown
    assert len(shown) < 10_000


def test_cells_that_look_like_formulas_are_texts(tmp_path):
    harmful = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1"]
    path = tmp_path / "a.csv"
    pd.DataFrame({"地块编号": [f"P{n}" for n in range(5)], "备注": harmful}).to_csv(path, index=False)
    assert read_raw(path).frame["备注"].str.strip().tolist() == [text.strip() for text in harmful]


def test_formulas_of_a_workbook_are_not_worked_out(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(["甲", '=HYPERLINK("http://example.com","x")']))
    assert read_raw(path).frame["备注"].tolist() == ["#UNCALCULATED!"]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["甲", "x"]))) as good,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in good.namelist():
            made.writestr(name, good.read(name))
        made.writestr("xl/media/x.bin", b"0" * (60 * 1024**2))
    with pytest.raises(UnreadableFile, match="bomb"):
        read_raw(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_its_sheets_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("unpacked"))
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(["甲", "x"]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/more.xml", b"<si><t>a</t></si>" * 4_000_000)
    with pytest.raises(UnreadableFile, match="bomb"):
        contents_of(path, "a.xlsx")


def test_a_list_of_members_without_end_is_not_gone_through(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.txt", b"x")
    data = path.read_bytes()
    begins, ends = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    many = data[begins:ends] * 100_000
    end = bytearray(data[ends:])
    end[12:16] = len(many).to_bytes(4, "little")
    path.write_bytes(data[:begins] + many + end)
    with zipfile.ZipFile(path) as sound:
        assert len(sound.namelist()) == 100_000
    with pytest.raises(UnreadableFile) as refused:
        contents_of(path, "a.zip")
    assert "a list of members of" in refused.value.found


def test_a_workbook_packed_as_no_program_does_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    data = workbook(["甲", "x"])
    at = data.index(b"PK\x01\x02")
    path.write_bytes(data[: at + 6] + b"\xff" + data[at + 7 :])  # the version that is needed to unpack it: 25.5
    with pytest.raises(UnreadableFile, match="not a sound XLSX"):
        read_raw(path)


def test_a_vector_file_that_points_elsewhere_is_not_followed(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text("<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>")
    with pytest.raises(UnreadableFile):
        contents_of(path, "a.geojson")


def test_a_zipped_shapefile_among_others_keeps_its_own_parts(tmp_path):
    shapefile(tmp_path)
    files = parts(tmp_path)
    names = [f"{stem}{file.suffix}" for stem in ("北片", "南片") for file in files]
    path = zipped(tmp_path / "a.zip", *files, *files, names=names)
    assert [part.name for part in contents_of(path, "a.zip").parts] == ["北片.shp", "南片.shp"]


def test_a_plain_file_is_its_own_part(tmp_path):
    path = write(in_degrees(), tmp_path / "a.geojson", driver="GeoJSON")
    (part,) = contents_of(path, "a.geojson").parts
    assert (part.format, part.member) == ("geojson", None)
