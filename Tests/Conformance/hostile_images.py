"""Pictures nobody would send in good faith, and a few that somebody might: made here, by Pillow and by hand.

Each is a name, the bytes, and what is to become of it: READY, or the code of the failure.
"""

import functools
import io
import random
import struct
import zlib

from PIL import Image, ImageDraw

LIMIT = 10 << 20
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@functools.cache
def photograph(width=640, height=480, mode="RGB"):
    """Something with edges, gradients and noise, another in each corner, so that turning it shows."""
    picture = Image.radial_gradient("L").resize((width, height))
    picture = Image.merge("RGB", [picture, picture.transpose(Image.Transpose.ROTATE_180), picture.point(lambda v: v // 2)])
    draw = ImageDraw.Draw(picture)
    for number, (x, y) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        color = [(220, 30, 30), (30, 200, 30), (30, 30, 220), (230, 230, 40)][number]
        draw.rectangle([x * width * 3 // 4, y * height * 3 // 4, width // 4 + x * width * 3 // 4,
                        height // 4 + y * height * 3 // 4], fill=color)
    noise = Image.frombytes("L", (width, height), random.Random(1).randbytes(width * height))
    picture = Image.blend(picture, Image.merge("RGB", [noise] * 3), 0.1)
    return picture.convert(mode)


def saved(picture, form="JPEG", **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "A camera that tells"
    tags.get_ifd(0x8825)[1] = "N"
    return tags.tobytes()


def chunk(kind, payload):
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png(width, height, data, depth=8, color=2, interlace=0, before=b"", after=b""):
    """A PNG file with the compressed bytes given."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    return SIGNATURE + chunk(b"IHDR", header) + before + chunk(b"IDAT", data) + after + chunk(b"IEND", b"")


# Where each pass over an interlaced image starts, and how far apart its pixels are.
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def interlaced_bytes(side):
    """Of a square interlaced image with one bit a pixel, before compression."""
    return sum(
        ((side - y + down - 1) // down) * (((side - x + across - 1) // across + 7) // 8 + 1)
        for x, y, across, down in ADAM7)


def interlaced(picture):
    """An interlaced PNG file of a picture, which Pillow can read and not write."""
    width, height = picture.size
    rows = []
    for left, top, across, down in ADAM7:
        for y in range(top, height, down):
            pixels = b"".join(bytes(picture.getpixel((x, y))) for x in range(left, width, across))
            if pixels:
                rows.append(b"\0" + pixels)
    return png(width, height, zlib.compress(b"".join(rows)), interlace=1)


def deflated_zeros(count):
    """That many zeros, compressed, by saying the same again and again."""
    def block(size):
        deflate = zlib.compressobj(9, wbits=-15)
        return deflate.compress(bytes(size)) + deflate.flush(zlib.Z_FULL_FLUSH)

    whole, rest = divmod(count, 1 << 20)
    checksum = struct.pack(">HH", count % 65_521, 1)
    return b"\x78\xda" + block(1 << 20) * whole + block(rest) + b"\x03\x00" + checksum


def with_dimensions(jpeg, width, height):
    """The same JPEG with another size in its frame header."""
    place = next(place for place in range(len(jpeg)) if jpeg[place] == 0xFF and jpeg[place + 1] in (0xC0, 0xC1, 0xC2))
    return jpeg[:place + 5] + struct.pack(">HH", height, width) + jpeg[place + 9:]


def many_scans(jpeg, times):
    """A progressive JPEG with its last scan over and over."""
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:-2] + jpeg[last:-2] * times + jpeg[-2:]


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def hand_made_jpegs():
    small = saved(photograph(64, 48))
    yield "two bytes", small[:2], "TYPE_UNSUPPORTED"
    yield "a start and nothing", small[:4], "DAMAGED"
    yield "no frame", small[:2] + b"\xff\xd9", "DAMAGED"
    yield "a scan before the frame", small[:2] + small[small.index(b"\xff\xda"):], "DAMAGED"
    yield "a segment beyond the end", small[:2] + b"\xff\xe1\xff\xff", "DAMAGED"
    yield "a segment of length 0", small[:2] + b"\xff\xe1\x00\x00" + small[2:], "DAMAGED"
    yield "a million fill bytes", small[:2] + b"\xff" * 1_000_000 + small[2:], "READY"
    yield "no quantisation tables", small.replace(b"\xff\xdb", b"\xff\xec"), "DAMAGED"
    yield "no Huffman tables", small.replace(b"\xff\xc4", b"\xff\xec"), "READY"  # libjpeg has the standard ones
    yield "two frames", small[:2] + small[small.index(b"\xff\xc0"):small.index(b"\xff\xc4")] + small[2:], "DAMAGED"
    yield "width 0", with_dimensions(small, 0, 48), "DAMAGED"
    yield "height 0", with_dimensions(small, 64, 0), "DAMAGED"
    yield "lossless", small.replace(b"\xff\xc0", b"\xff\xc3"), "TYPE_UNSUPPORTED"
    yield "arithmetic", small.replace(b"\xff\xc0", b"\xff\xc9"), "TYPE_UNSUPPORTED"
    yield "12 bits", small.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"), "TYPE_UNSUPPORTED"
    yield "text behind the end", small + b"<?php evil(); ?>" * 100, "READY"
    yield "an exif block that points at itself", (
        small[:2] + segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\x01\0\0\0\xff\xff\0\0" * 9)
        + small[2:]), "READY"
    yield "65,535 × 65,535", with_dimensions(small, 65_535, 65_535), "IMAGE_TOO_LARGE"
    yield "20,001 wide", with_dimensions(small, 20_001, 8), "IMAGE_TOO_LARGE"
    yield "two bytes short", small[:-2], "DAMAGED"
    yield "8,000 × 8,000 and no more data than 64 × 48", with_dimensions(small, 8_000, 8_000), "DAMAGED"
    progressive = saved(photograph(64, 48), progressive=True)
    yield "progressive, 8,000 × 8,000, all of it missing", with_dimensions(progressive, 8_000, 8_000), "DAMAGED"
    yield "progressive without halved colours, 8,000 × 8,000", with_dimensions(
        saved(photograph(64, 48), progressive=True, subsampling=0), 8_000, 8_000), "IMAGE_TOO_LARGE"
    yield "1,000 scans", many_scans(progressive, 1_000), "IMAGE_TOO_LARGE"
    yield "100,000 scans of 7,000 × 7,000", many_scans(with_dimensions(progressive, 7_000, 7_000), 10_000), "IMAGE_TOO_LARGE"


def good_jpegs():
    for orientation in range(1, 9):
        yield f"orientation {orientation}", saved(photograph(), exif=exif(orientation)), "READY"
    for orientation in (0, 9, 65_535):
        yield f"orientation {orientation}, which is none", saved(photograph(), exif=exif(orientation)), "READY"
    yield "CMYK", saved(photograph(mode="CMYK")), "READY"
    yield "grey", saved(photograph(mode="L")), "READY"
    yield "progressive", saved(photograph(), progressive=True), "READY"
    yield "with a profile and a comment", saved(photograph(), icc_profile=b"\0" * 70_000, comment=b"hello"), "READY"
    yield "one pixel", saved(photograph(1, 1)), "READY"
    yield "one row", saved(photograph(2_000, 1)), "READY"
    yield "one column", saved(photograph(1, 2_000)), "READY"
    yield "20,000 × 3,200", saved(Image.new("RGB", (20_000, 3_200), "teal")), "READY"
    yield "8,000 × 8,000", saved(Image.new("RGB", (8_000, 8_000), "teal")), "READY"
    yield "8,000 × 8,000, progressive", saved(Image.new("L", (8_000, 8_000)), progressive=True), "READY"


def good_pngs():
    for mode in ["1", "L", "LA", "P", "RGB", "RGBA"]:
        yield f"PNG {mode}", saved(photograph(mode="RGB").convert(mode), "PNG"), "READY"
    rows = b"".join(b"\0" + random.Random(row).randbytes(64 * 6) for row in range(48))
    yield "PNG of 16 bits", png(64, 48, zlib.compress(rows), depth=16), "READY"
    rows = b"".join(b"\0" + random.Random(row).randbytes(64 * 8) for row in range(48))
    yield "PNG of 16 bits with alpha", png(64, 48, zlib.compress(rows), depth=16, color=6), "READY"
    yield "interlaced PNG", interlaced(photograph(200, 150)), "READY"
    yield "PNG with 1 MB of texts and a profile", png(
        8, 8, zlib.compress(bytes(25 * 8)), before=b"".join([
            chunk(b"zTXt", b"bomb\0\0" + deflated_zeros(100 << 20)), chunk(b"iCCP", b"p\0\0" + deflated_zeros(100 << 20)),
            chunk(b"iTXt", b"t\0\x01\0\0\0" + deflated_zeros(100 << 20)), chunk(b"tEXt", b"x" * 1_000_000)])), "READY"
    yield "PNG of one frame that says so", png(
        8, 8, zlib.compress(bytes(25 * 8)), before=chunk(b"acTL", struct.pack(">II", 1, 0))), "READY"
    yield "PNG of 64 million pixels", png(8_000, 8_000, deflated_zeros(8_000 * 1_001), depth=1, color=0), "READY"
    yield "interlaced PNG of 48 million pixels", png(
        6_928, 6_928, deflated_zeros(interlaced_bytes(6_928)), depth=1, color=0, interlace=1), "READY"


def hand_made_pngs():
    good = saved(photograph(64, 48), "PNG")
    yield "only the signature", SIGNATURE, "DAMAGED"
    yield "no header", SIGNATURE + chunk(b"IDAT", b""), "DAMAGED"
    yield "a wrong checksum", good[:29] + b"\0\0\0\0" + good[33:], "DAMAGED"
    yield "an unknown chunk that matters", good[:33] + chunk(b"EVIL", b"x") + good[33:], "DAMAGED"
    yield "no palette", png(8, 8, zlib.compress(bytes(9 * 8)), color=3), "DAMAGED"
    yield "a colour beyond the palette", png(
        8, 8, zlib.compress(b"\0" + b"\xff" * 8 + bytes(9 * 7)), color=3, before=chunk(b"PLTE", b"\x01\x02\x03")), "READY"
    yield "a filter that is none", png(8, 8, zlib.compress(b"\x09" + bytes(25 * 8 - 1))), "DAMAGED"
    yield "a depth that is none", png(8, 8, zlib.compress(bytes(25 * 8)), depth=7), "DAMAGED"
    yield "interlacing that is none", png(8, 8, zlib.compress(bytes(25 * 8)), interlace=2), "DAMAGED"
    yield "too few rows", png(64, 64, zlib.compress(bytes(100))), "DAMAGED"
    yield "no compressed data at all", png(64, 64, b"junk" * 10), "DAMAGED"
    yield "a chunk that says 2 GB", good[:33] + struct.pack(">I", 0x7FFFFFFF) + b"IDAT", "DAMAGED"
    yield "a chunk that says 4 GB", good[:33] + struct.pack(">I", 0xFFFFFFFF) + b"IDAT", "DAMAGED"
    yield "2³¹ − 1 pixels square", png(0x7FFFFFFF, 0x7FFFFFFF, b"", depth=1, color=0), "IMAGE_TOO_LARGE"
    yield "65,000 × 65,000 in 4 MB", png(65_000, 65_000, deflated_zeros(500 << 20), depth=1, color=0), "IMAGE_TOO_LARGE"
    yield "20,000 × 20,000 in 50 KB", png(20_000, 20_000, deflated_zeros(50 << 20), depth=1, color=0), "IMAGE_TOO_LARGE"
    yield "interlaced, 8,000 × 8,000", png(
        8_000, 8_000, deflated_zeros(64 << 20), depth=1, color=0, interlace=1), "IMAGE_TOO_LARGE"
    yield "8 GB behind one pixel", png(1, 1, deflated_zeros(8 << 30)), "IMAGE_TOO_LARGE"
    yield "8 GB behind one pixel, interlaced", png(
        1, 1, deflated_zeros(8 << 30), interlace=1), "IMAGE_TOO_LARGE"


def others():
    picture = photograph(64, 48)
    frames = [picture.rotate(angle) for angle in (90, 180)]
    yield "nothing", b"", "FILE_EMPTY"
    yield "text", b"Hello! I am a picture.", "TYPE_UNSUPPORTED"
    yield "HTML", b"<html><script>alert(1)</script></html>", "TYPE_UNSUPPORTED"
    yield "SVG", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', "TYPE_UNSUPPORTED"
    yield "MVG", b"push graphic-context\nviewbox 0 0 9 9\nfill 'url(https://example.com/\"|ls)'", "TYPE_UNSUPPORTED"
    yield "zeros", bytes(100_000), "TYPE_UNSUPPORTED"
    yield "noise", random.Random(2).randbytes(100_000), "TYPE_UNSUPPORTED"
    yield "an archive", b"PK\x03\x04" + bytes(100), "TYPE_UNSUPPORTED"
    yield "a program", b"\x7fELF" + bytes(100), "TYPE_UNSUPPORTED"
    for form in ["GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM", "TGA"]:
        yield form, saved(picture, form), "TYPE_UNSUPPORTED"
    yield "animated GIF", saved(picture, "GIF", save_all=True, append_images=frames), "TYPE_UNSUPPORTED"
    yield "animated WebP", saved(picture, "WEBP", save_all=True, append_images=frames), "TYPE_UNSUPPORTED"
    yield "animated PNG", saved(picture, "PNG", save_all=True, append_images=frames), "ANIMATED"
    yield "10 MB and a byte", saved(photograph(64, 48)) + bytes(LIMIT), "FILE_TOO_LARGE"


def corpus():
    for make in (others, hand_made_jpegs, good_jpegs, hand_made_pngs, good_pngs):
        yield from make()


def truncated():
    """A JPEG, a progressive one, a PNG and an interlaced one, cut off after every KB."""
    picture = photograph(200, 150)
    for name, file in [
        ("JPEG", saved(picture)), ("progressive JPEG", saved(picture, progressive=True)), ("PNG", saved(picture, "PNG")),
        ("interlaced PNG", interlaced(picture)),
    ]:
        for count in range(1_024, len(file), 1_024):
            yield f"{name} of {count} bytes", file[:count], "DAMAGED"
