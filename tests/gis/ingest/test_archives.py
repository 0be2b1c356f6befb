"""ZIP archives: what is in them is read, what is unsafe, broken or too large is refused."""

import zipfile

import pytest

from gis.errors import UnreadableFile
from gis.ingest import archive
from gis.ingest.files import Reading, read_raw
from tests.gis.ingest.files_samples import in_degrees, parts, shapefile, write, zipped


def test_a_zipped_shapefile_in_gbk_with_chinese_names_is_read(tmp_path):
    shapefile(tmp_path, "GBK", cpg=False)
    files = parts(tmp_path)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        for file in files:
            info = zipfile.ZipInfo("x")
            info.filename = f"地块/红线{file.suffix}".encode("gbk").decode("cp437")
            made.writestr(info, file.read_bytes())
    raw = read_raw(path)
    assert raw.format == "Shapefile"
    assert raw.frame["编号"].tolist() == ["甲一", "乙二"]
    assert raw.source.name == "a.zip"


def test_several_shapefiles_in_a_zip_are_named(tmp_path):
    shapefile(tmp_path)
    files = parts(tmp_path)
    names = [f"{stem}{file.suffix}" for stem in ("北片", "南片") for file in files]
    path = zipped(tmp_path / "a.zip", *files, *files, names=names)
    with pytest.raises(UnreadableFile) as refused:
        read_raw(path)
    assert "北片.shp" in refused.value.found
    assert "南片.shp" in refused.value.found
    assert len(read_raw(path, Reading(layer_name="南片")).rows) == 2


@pytest.mark.parametrize("name", ["../a.geojson", "/etc/a.geojson", "C:/a.geojson", "x\\..\\..\\a.geojson"])
def test_a_zip_with_a_path_that_leads_out_is_refused(tmp_path, name):
    inner = write(in_degrees(), tmp_path / "a.geojson", driver="GeoJSON")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(name, inner.read_bytes())
    with pytest.raises(UnreadableFile, match="unsafe path"):
        read_raw(path)


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 1000)
    inner = tmp_path / "a.geojson"
    inner.write_bytes(b"{" + b" " * 2000)
    with pytest.raises(UnreadableFile, match="over 1 GB"):
        read_raw(zipped(tmp_path / "a.zip", inner))


def test_a_zip_in_a_zip_is_refused(tmp_path):
    inner = zipped(tmp_path / "b.zip", write(in_degrees(), tmp_path / "a.geojson", driver="GeoJSON"))
    with pytest.raises(UnreadableFile, match="nothing in the ZIP"):
        read_raw(zipped(tmp_path / "a.zip", inner))
    with pytest.raises(UnreadableFile, match="a ZIP in a ZIP"):
        read_raw(zipped(tmp_path / "c.zip", inner, names=["a.geojson"]))


def test_a_cut_zip_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", write(in_degrees(), tmp_path / "a.geojson", driver="GeoJSON"))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UnreadableFile, match="archive is broken"):
        read_raw(path)


def with_a_csv(folder, name, text, method=zipfile.ZIP_STORED):
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", method) as packed:
        packed.writestr(name, "项目代码,项目名称\n" + text)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_damaged_archive_is_called_broken_however_it_was_packed(tmp_path, method):
    path = with_a_csv(tmp_path, "a.csv", "".join(f"P{i},n{i}\n" for i in range(3000)), method)
    data = bytearray(path.read_bytes())
    for place in range(45, 60):
        data[place] ^= 0x5A
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match="archive is broken"):
        read_raw(path)


def test_an_archive_whose_names_are_not_what_it_says_is_broken(tmp_path):
    path = with_a_csv(tmp_path, "地块.csv", "")
    path.write_bytes(path.read_bytes().replace("地块".encode(), b"\xff\xfe" * 3))
    with pytest.raises(UnreadableFile, match="archive is broken"):
        read_raw(path)


def test_an_archive_with_a_folder_that_is_called_like_a_workbooks_is_an_archive(tmp_path):
    path = with_a_csv(tmp_path, "gxl/a.csv", "P1,甲\n")
    assert read_raw(path).frame["项目代码"].tolist() == ["P1"]
