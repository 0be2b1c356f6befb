"""Every kind of file that a bureau sends is told from its content and read."""

import json

import pandas as pd
import pyogrio
import pytest
import shapely

from gis.errors import UnreadableFile
from gis.ingest.files import Reading, read_raw
from tests.gis.ingest.files_samples import TWO_PARCELS, areas, in_degrees, shapefile, write, zipped

# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("name", "driver", "format_"),
    [("a.gpkg", "GPKG", "GeoPackage"), ("a.fgb", "FlatGeobuf", "FlatGeobuf"), ("a.geojson", "GeoJSON", "GeoJSON")],
)
def test_a_vector_file_keeps_its_values_and_declares_its_crs(tmp_path, name, driver, format_):
    # FlatGeobuf's index puts features into another order.
    options = {"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" else {}
    raw = read_raw(write(TWO_PARCELS, tmp_path / name, driver=driver, **options))
    assert raw.format == format_
    assert raw.crs == "EPSG:4547"
    assert raw.frame["地块编号"].tolist() == ["甲一", "乙二"]
    assert raw.frame["户数"].isna().tolist() == [False, True]
    assert areas(raw) == [10000, 5000]
    assert raw.rows == (1, 2)


def test_the_content_decides_and_not_the_name(tmp_path):
    path = write(TWO_PARCELS, tmp_path / "a.gpkg", driver="GPKG")
    renamed = path.rename(tmp_path / "a.txt")
    assert read_raw(renamed).format == "GeoPackage"


def test_geojson_that_says_nothing_of_its_crs_declares_none(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(json.loads(in_degrees().to_json(drop_id=True)) | {"crs": None}), encoding="utf-8")
    assert read_raw(path).crs is None


def test_geojson_in_gbk_is_read_and_told(tmp_path):
    path = tmp_path / "a.geojson"
    text = in_degrees().to_json(drop_id=True, ensure_ascii=False)
    path.write_bytes(text.encode("gb18030"))
    raw = read_raw(path)
    assert raw.frame["地块编号"].tolist() == ["甲一", "乙二"]
    assert "UTF-8" in raw.warnings[0].en


def test_lists_in_geojson_properties_stay_readable(tmp_path):
    path = tmp_path / "a.geojson"
    feature = {"type": "Feature", "properties": {"a": [1, 2]}, "geometry": {"type": "Point", "coordinates": [114, 33]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read_raw(path).frame["a"].tolist() == ["[1, 2]"]


def test_topojson_arcs_become_polygons(tmp_path):
    path = tmp_path / "a.topojson"
    topology = {
        "type": "Topology",
        "arcs": [[[114.0, 33.0], [114.1, 33.0], [114.1, 33.1], [114.0, 33.0]]],
        "objects": {"parcels": {"type": "GeometryCollection", "geometries": [
            {"type": "Polygon", "arcs": [[0]], "properties": {"ML": "1-2"}}]}},
    }  # fmt: skip
    path.write_text(json.dumps(topology))
    raw = read_raw(path)
    assert (raw.format, raw.crs, raw.frame["ML"].tolist()) == ("TopoJSON", None, ["1-2"])
    assert shapely.area(raw.geometry.iloc[0]) == pytest.approx(0.005)


def test_kml_folders_are_read_together_and_named(tmp_path):
    placemark = (
        "<Placemark><name>{0}</name><ExtendedData><Data name='地块编号'><value>{0}</value></Data></ExtendedData>"
        "<LineString><coordinates>114,33 114.1,33 114.1,33.1 114,33</coordinates></LineString></Placemark>"
    )
    text = "<?xml version='1.0' encoding='UTF-8'?><kml xmlns='http://www.opengis.net/kml/2.2'><Document>"
    for folder in ("东片", "西片"):
        text += f"<Folder><name>{folder}</name>{placemark.format(folder + '1')}</Folder>"
    path = tmp_path / "a.kml"
    path.write_text(text + "</Document></kml>", encoding="utf-8")
    raw = read_raw(path)
    assert raw.frame["Folder"].tolist() == ["东片", "西片"]
    assert raw.frame["地块编号"].tolist() == ["东片1", "西片1"]
    assert raw.crs is None


def test_kml_in_gbk_is_read(tmp_path):
    path = tmp_path / "a.kml"
    text = (
        '<?xml version="1.0" encoding="GBK"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
        "<name>张兰镇地块</name><Point><coordinates>114,33</coordinates></Point></Placemark></Document></kml>"
    )
    path.write_bytes(text.encode("gbk"))
    assert read_raw(path).frame["Name"].tolist() == ["张兰镇地块"]


def test_kmz_is_a_zipped_kml(tmp_path):
    kml = write(in_degrees(), tmp_path / "doc.kml", driver="KML")
    raw = read_raw(zipped(tmp_path / "a.kmz", kml))
    assert raw.format == "KML"
    assert len(raw.rows) == 2
    assert raw.source.name == "a.kmz"


def test_csv_and_survey_text_go_to_their_readers(tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("地块编号,经度,纬度\n甲一,114.0,33.0\n", encoding="utf-8")
    assert read_raw(table).format == "csv"
    survey = tmp_path / "a.txt"
    survey.write_text(
        "[地块坐标]\n3,0.5,1,甲,面,,,,@\nJ1,1,10,20\nJ2,1,10,90\nJ3,1,90,90\nJ1,1,10,20\n", encoding="utf-8"
    )
    assert read_raw(survey).format == "survey_txt"


def test_a_geopackage_with_two_layers_wants_to_know_which(tmp_path):
    path = write(TWO_PARCELS, tmp_path / "a.gpkg", driver="GPKG", layer="parcels")
    write(TWO_PARCELS.iloc[:1], path, driver="GPKG", layer="parks", append=False)
    with pytest.raises(UnreadableFile, match="several layers") as refused:
        read_raw(path)
    assert "parcels" in refused.value.found
    assert len(read_raw(path, Reading(layer_name="parks")).rows) == 1


def test_an_open_ring_is_closed_and_told(tmp_path):
    def feature(*ring):
        return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [list(ring)]}}

    path = tmp_path / "a.geojson"
    features = [feature([0, 0], [1, 1], [1, 0]), feature([0, 0], [1, 1], [1, 0], [0, 0])]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    raw = read_raw(path)
    assert raw.rows == (1, 2)
    assert [w.en for w in raw.warnings] == ["1 unclosed rings closed: rows 1"]
    assert [shapely.area(g) for g in raw.geometry] == [0.5, 0.5]


def test_a_moment_in_utc_is_of_the_day_that_it_is_in_beijing(tmp_path):
    def day_of(moment):
        feature = {"type": "Feature", "properties": {"净地日期": moment},
                   "geometry": {"type": "Point", "coordinates": [112, 37]}}  # fmt: skip
        path = tmp_path / "a.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
        return read_raw(path).frame["净地日期"].iat[0].date().isoformat()

    assert day_of("2026-03-01T16:00:00Z") == "2026-03-02"
    assert day_of("2026-03-02T00:00:00Z") == "2026-03-02"
    assert day_of("2026-03-02T00:00:00+08:00") == "2026-03-02"


# ---------------------------------------------------------------- Shapefiles and their encodings


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_without_cpg_is_told_from_its_bytes(tmp_path, encoding):
    raw = read_raw(shapefile(tmp_path, encoding, cpg=False))
    assert raw.frame["编号"].tolist() == ["甲一", "乙二"]
    assert ("GB18030" if encoding == "GBK" else "UTF-8") in raw.warnings[0].en
    assert raw.crs == "EPSG:4547"


def test_a_cpg_that_lies_is_overruled_and_told(tmp_path):
    path = shapefile(tmp_path, "GBK")
    (tmp_path / "parcels.cpg").write_text("UTF-8")
    raw = read_raw(path)
    assert raw.frame["编号"].tolist() == ["甲一", "乙二"]
    assert ".cpg says UTF-8" in raw.warnings[0].en


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_cpg_that_is_right_needs_no_words(tmp_path, encoding):
    assert read_raw(shapefile(tmp_path, encoding)).warnings == ()


def test_gbk_that_is_valid_utf_8_by_accident_is_still_gbk(tmp_path):
    frame = TWO_PARCELS.iloc[:1].assign(地块编号=["联通"]).rename(columns={"地块编号": "NO", "户数": "N"})
    path = write(frame, tmp_path / "a.shp", driver="ESRI Shapefile", encoding="GBK")
    (tmp_path / "a.cpg").unlink()
    assert read_raw(path).frame["NO"].tolist() == ["联通"]


def test_a_name_and_a_value_cut_within_a_character_are_read_without_the_half(tmp_path):
    frame = TWO_PARCELS.iloc[:1].assign(村="一" * 100).rename(columns={"户数": "N"})
    with pytest.warns(RuntimeWarning):  # GDAL's: it cuts 地块编号 (12 bytes) to 10, and 300 bytes to 254
        pyogrio.write_dataframe(frame, tmp_path / "a.shp", driver="ESRI Shapefile", encoding="UTF-8")
    raw = read_raw(tmp_path / "a.shp")
    assert list(raw.frame.columns) == ["地块编", "N", "村"]
    assert raw.frame["村"].tolist() == ["一" * 84]


def test_a_change_in_the_dbf_alone_changes_the_digest(tmp_path):
    path = shapefile(tmp_path)
    before = read_raw(path).source.sha256
    write(TWO_PARCELS[["geometry"]].assign(编号=["甲一", "丙三"]), path, driver="ESRI Shapefile", encoding="UTF-8")
    assert read_raw(path).source.sha256 != before


@pytest.mark.parametrize("missing", [".dbf", ".shx"])
def test_a_shapefile_without_one_of_its_parts_names_it(tmp_path, missing):
    path = shapefile(tmp_path)
    path.with_suffix(missing).unlink()
    with pytest.raises(UnreadableFile, match=f"lacks its {missing}"):
        read_raw(path)


def test_the_dbf_alone_is_refused(tmp_path):
    shapefile(tmp_path)
    with pytest.raises(UnreadableFile, match="this kind"):
        read_raw(tmp_path / "parcels.dbf")


def test_a_cpg_that_says_latin_1_of_chinese_in_utf_8_is_overruled_and_told(tmp_path):
    path = shapefile(tmp_path, "UTF-8")
    (tmp_path / "parcels.cpg").write_text("ISO-8859-1")
    raw = read_raw(path)
    assert raw.frame["编号"].tolist() == ["甲一", "乙二"]
    assert ".cpg says ISO-8859-1" in raw.warnings[0].en


# ---------------------------------------------------------------- drawings


def drawing(folder, encoding, codepage="ANSI_936"):
    """A closed polyline on layer 红线, a text in it, an open line, a text outside; as R2000 with this code page."""

    def polyline(points, closed):
        body = f"0\nLWPOLYLINE\n8\n红线\n90\n{len(points)}\n70\n{int(closed)}\n"
        return body + "".join(f"10\n{x}\n20\n{y}\n" for x, y in points)

    def text(x, y, words):
        return f"0\nTEXT\n8\n注记\n10\n{x}\n20\n{y}\n40\n2.5\n1\n{words}\n"

    square = [(500000, 4000000), (500100, 4000000), (500100, 4000100), (500000, 4000100)]
    body = (
        f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\n{codepage}\n0\nENDSEC\n"
        "0\nSECTION\n2\nENTITIES\n"
        + polyline(square, True) + text(500050, 4000050, "甲一") + polyline(square[:3], False)
        + text(600000, 4000000, "图例") + "0\nENDSEC\n0\nEOF\n"
    )  # fmt: skip
    path = folder / "a.dxf"
    path.write_bytes(body.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_dxf_polylines_keep_their_layer_and_the_text_in_them(tmp_path, encoding):
    raw = read_raw(drawing(tmp_path, encoding))
    assert raw.format == "DXF"
    assert raw.frame["Layer"].tolist() == ["红线", "红线"]
    assert raw.frame["Text"].tolist()[0] == "甲一"
    assert pd.isna(raw.frame["Text"].tolist()[1])
    assert "1 points or texts" in raw.warnings[0].en
    assert raw.crs is None


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_dxf_texts_are_chinese_where_the_file_has_no_header_section(tmp_path, encoding):
    path = drawing(tmp_path, encoding)
    path.write_bytes(path.read_bytes().partition(b"ENDSEC\n")[2])
    assert read_raw(path).frame["Layer"].tolist() == ["红线", "红线"]
