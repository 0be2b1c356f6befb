"""Marks in the page are written as SVG and drawn on a canvas for the map, by one function: they look the same."""

from __future__ import annotations

# The share of a badge's pixels that are clearly another colour where the page shows it than on the map.
DIFFERENCES = """async () => {
  const { badge, badgeImage, markOf } = await import("/static/js/marks.js");
  const { page } = await import("/static/js/page_data.js");
  const shares = {};
  for (const [table, marks] of Object.entries(page.style)) for (const code of Object.keys(marks)) {
    const drawn = badgeImage(markOf(table, code));
    const canvas = Object.assign(document.createElement("canvas"), { width: drawn.width, height: drawn.height });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const picture = badge(table, code, 34);
    await picture.decode();
    pen.drawImage(picture, 2, 2, 68, 68);
    const written = pen.getImageData(0, 0, drawn.width, drawn.height).data;
    let other = 0;
    for (let i = 0; i < written.length; i += 4) {
      other += [0, 1, 2, 3].some((at) => Math.abs(written[i + at] - drawn.data[i + at]) > 64);
    }
    shares[`${table}:${code}`] = other / (drawn.width * drawn.height);
  }
  return shares;
}"""
# Edges are smoothed differently: some 1 % of a badge; glyphs stand some tenths of a pixel elsewhere.
SAME_STROKES, SAME_GLYPH = 0.03, 0.10
STROKED = ("lamp:", "risk:none", "flag:none")


def test_badges_of_the_page_look_like_those_of_the_map(office):
    shares = office.open().evaluate(DIFFERENCES)
    assert len(shares) > 50
    assert {code: share for code, share in shares.items() if share > SAME_GLYPH} == {}
    stroked = {code: share for code, share in shares.items() if code.startswith(STROKED)}
    assert len(stroked) == 6
    assert {code: share for code, share in stroked.items() if share > SAME_STROKES} == {}


def test_every_mark_in_the_page_is_a_picture_that_was_read(office):
    page = office.open()
    marks = page.locator("img.mark")
    assert marks.count() > 20
    # A picture whose SVG cannot be read has no width.
    unread = (
        "(images) => images.filter((i) => !i.naturalWidth || !i.src.startsWith('data:image/svg')).map((i) => i.src)"
    )
    assert marks.evaluate_all(unread) == []
