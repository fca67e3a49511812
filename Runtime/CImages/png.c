#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "rows.h"

typedef struct {
    struct cimages_rows base;
    png_structp decoder;
    png_infop info;
    jmp_buf catcher;
    cimages_status status;
    const uint8_t *bytes;
    size_t count;
    size_t position;
    /// Compressed data that may follow the last row.
    size_t excess_left;
    uint32_t height;
    /// 7 for an interlaced image, 1 for others.
    int passes;
    size_t row_bytes;
    /// Of an interlaced image: all rows, and which comes next.
    uint8_t *image;
    uint32_t image_row;
} png_rows;

static void fail(png_structp decoder, png_const_charp message) {
    (void)message;
    png_rows *rows = png_get_error_ptr(decoder);
    if (rows->status == CIMAGES_OK) rows->status = CIMAGES_DAMAGED;
    longjmp(rows->catcher, 1);
}

static void say_nothing(png_structp decoder, png_const_charp message) {
    (void)decoder;
    (void)message;
}

static bool is_behind_last_row(const png_rows *rows) {
    // Nothing was said of rows yet.
    if (rows->height == 0) return false;
    if (rows->passes > 1) return png_get_current_pass_number(rows->decoder) >= rows->passes;
    return png_get_current_row_number(rows->decoder) >= rows->height;
}

static void read_bytes(png_structp decoder, png_bytep room, size_t count) {
    png_rows *rows = png_get_io_ptr(decoder);
    if (count > rows->count - rows->position) png_error(decoder, "the file ends");
    // Behind the last row the library inflates what is left, which may be a thousand times as much, to throw it away.
    if (is_behind_last_row(rows)) {
        if (count > rows->excess_left) {
            rows->status = CIMAGES_LIMIT;
            png_error(decoder, "too much behind the last row");
        }
        rows->excess_left -= count;
    }
    memcpy(room, rows->bytes + rows->position, count);
    rows->position += count;
}

static cimages_status next(cimages_rows *base, uint8_t *row) {
    png_rows *rows = (png_rows *)base;
    if (rows->image) {
        if (rows->image_row >= rows->height) return CIMAGES_DAMAGED;
        memcpy(row, rows->image + rows->image_row * rows->row_bytes, rows->row_bytes);
        rows->image_row += 1;
        return CIMAGES_OK;
    }
    if (setjmp(rows->catcher)) return rows->status;
    png_read_row(rows->decoder, row, NULL);
    return CIMAGES_OK;
}

// Checksums were compared on the way; what follows the last row is nobody's.
static cimages_status finish(cimages_rows *base) {
    (void)base;
    return CIMAGES_OK;
}

static void close_rows(cimages_rows *base) {
    png_rows *rows = (png_rows *)base;
    png_destroy_read_struct(&rows->decoder, &rows->info, NULL);
    free(rows->image);
    free(rows);
}

// Whatever the file holds becomes 8 bits each of red, green, blue and, if it has any, alpha.
static void set_transformations(png_structp decoder, png_infop info) {
    png_byte type = png_get_color_type(decoder, info);
    png_set_expand(decoder);
    png_set_scale_16(decoder);
    if (type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(decoder);
}

// Needs the catcher set.
static void read_interlaced(png_rows *rows, size_t memory_max) {
    if (rows->row_bytes > memory_max / rows->height) {
        rows->status = CIMAGES_LIMIT;
        png_error(rows->decoder, "the image is too large");
    }
    rows->image = calloc(rows->height, rows->row_bytes);
    if (!rows->image) {
        rows->status = CIMAGES_LIMIT;
        png_error(rows->decoder, "no memory");
    }
    for (int pass = 0; pass < rows->passes; pass++) {
        for (uint32_t row = 0; row < rows->height; row++) {
            png_read_row(rows->decoder, rows->image + row * rows->row_bytes, NULL);
        }
    }
}

cimages_status cimages_open_png(
    const uint8_t *bytes, size_t count, size_t memory_max, size_t excess_max, cimages_layout *layout,
    cimages_rows **opened) {
    *opened = NULL;
    // Not on the stack: it is read after a jump.
    png_rows *rows = calloc(1, sizeof *rows);
    if (!rows) return CIMAGES_LIMIT;
    rows->base = (struct cimages_rows){next, finish, close_rows};
    rows->bytes = bytes;
    rows->count = count;
    rows->excess_left = excess_max;
    if (setjmp(rows->catcher)) {
        cimages_status status = rows->status;
        close_rows(&rows->base);
        return status;
    }
    rows->decoder = png_create_read_struct(PNG_LIBPNG_VER_STRING, rows, fail, say_nothing);
    if (rows->decoder) rows->info = png_create_info_struct(rows->decoder);
    if (!rows->info) {
        close_rows(&rows->base);
        return CIMAGES_LIMIT;
    }
    png_set_read_fn(rows->decoder, rows, read_bytes);
    png_read_info(rows->decoder, rows->info);
    set_transformations(rows->decoder, rows->info);
    rows->passes = png_set_interlace_handling(rows->decoder);
    png_read_update_info(rows->decoder, rows->info);
    rows->height = png_get_image_height(rows->decoder, rows->info);
    rows->row_bytes = png_get_rowbytes(rows->decoder, rows->info);
    *layout = (cimages_layout){
        .width = png_get_image_width(rows->decoder, rows->info), .height = rows->height,
        .channels = png_get_channels(rows->decoder, rows->info)};
    layout->pixels = layout->channels == 4 ? CIMAGES_RGBA : CIMAGES_RGB;
    if (rows->passes > 1) read_interlaced(rows, memory_max);
    *opened = &rows->base;
    return CIMAGES_OK;
}
