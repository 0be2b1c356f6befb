// Several chosen files as one ZIP without compression: a Shapefile is four files that belong together.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 of bytes, as ZIP has it. */
function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** The 26 bytes that the two records of a file have in common; names are UTF-8, and marked so. */
function common(view, at, { crc, size, name }) {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, 0x0800, true);
  view.setUint16(at + 8, 0x0021, true); // 1980-01-01: the files' own times do not matter
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name.length, true);
}

function localHeader(entry) {
  const header = new Uint8Array(30 + entry.name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x04034b50, true);
  common(view, 4, entry);
  header.set(entry.name, 30);
  return header;
}

function directoryEntry(entry) {
  const header = new Uint8Array(46 + entry.name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, 20, true);
  common(view, 6, entry);
  view.setUint32(42, entry.offset, true);
  header.set(entry.name, 46);
  return header;
}

function ending(count, size, offset) {
  const record = new Uint8Array(22);
  const view = new DataView(record.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return record;
}

/** `files` (File objects) as one ZIP, a Blob. */
export async function zipped(files) {
  const pieces = [];
  const entries = [];
  let offset = 0;
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const entry = { name: new TextEncoder().encode(file.name), crc: crc32(bytes), size: bytes.length, offset };
    const header = localHeader(entry);
    pieces.push(header, bytes);
    offset += header.length + bytes.length;
    entries.push(entry);
  }
  const directory = entries.map(directoryEntry);
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  return new Blob([...pieces, ...directory, ending(entries.length, size, offset)], { type: "application/zip" });
}
