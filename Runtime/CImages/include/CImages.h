#ifndef CIMAGES_H
#define CIMAGES_H

#include <stddef.h>
#include <stdint.h>

// What Swift needs of libjpeg-turbo and libpng. Both report errors by a long jump, which may not cross Swift's frames:
// every function here catches it, and no function here calls back into Swift. Nothing is written to standard error.

typedef enum {
    CIMAGES_OK = 0,
    /// The file is not what its header says, or ends before it should.
    CIMAGES_DAMAGED,
    /// More memory or more passes over the image than were allowed.
    CIMAGES_LIMIT,
} cimages_status;

/// An image on its way out of its file, row by row.
typedef struct cimages_rows cimages_rows;

/// What a pixel is, one byte each.
typedef enum {
    CIMAGES_RGB,
    CIMAGES_RGBA,
    CIMAGES_CMYK,
    /// 255 is no ink, as Adobe writes it.
    CIMAGES_CMYK_INVERTED,
} cimages_pixels;

typedef struct {
    uint32_t width;
    uint32_t height;
    /// Bytes of a pixel.
    uint32_t channels;
    cimages_pixels pixels;
} cimages_layout;

/// Opens a JPEG file; `bytes` must stay where they are until the rows are closed.
///
/// `denominator`: 1, 2, 4 or 8, by which both sides are divided, rounding up, while decoding.
/// `memory_max`: bytes that the decoder may hold, apart from `bytes`.
/// `scans_max`: passes over the image.
cimages_status cimages_open_jpeg(
    const uint8_t *_Nonnull bytes, size_t count, uint32_t denominator, size_t memory_max, uint32_t scans_max,
    cimages_layout *_Nonnull layout, cimages_rows *_Nullable *_Nonnull rows);

/// Opens a PNG file; `bytes` must stay where they are until the rows are closed. 8 bits a channel come out whatever the
/// file has. An interlaced image is decoded here, as its rows come out of order.
///
/// `memory_max`: bytes that such an image may take.
/// `excess_max`: bytes of compressed data behind the last row that are put up with.
cimages_status cimages_open_png(
    const uint8_t *_Nonnull bytes, size_t count, size_t memory_max, size_t excess_max,
    cimages_layout *_Nonnull layout, cimages_rows *_Nullable *_Nonnull rows);

/// The next row: `row` has room for width × channels bytes. After the last one, or an error, only `cimages_close` may
/// follow.
cimages_status cimages_next_row(cimages_rows *_Nonnull rows, uint8_t *_Nonnull row);

/// Says whether all was in order, once every row has been read.
cimages_status cimages_finish(cimages_rows *_Nonnull rows);

void cimages_close(cimages_rows *_Nonnull rows);

/// Writes a JPEG file of 8 bits each of red, green and blue, with no metadata. `*file` is freed with `cimages_free`.
cimages_status cimages_write_jpeg(
    const uint8_t *_Nonnull pixels, uint32_t width, uint32_t height, int quality, uint8_t *_Nullable *_Nonnull file,
    size_t *_Nonnull count);

void cimages_free(uint8_t *_Nullable file);

#endif
