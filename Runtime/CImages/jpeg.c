#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

#include "rows.h"

// What went wrong, and where to go on then.
typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf catcher;
    cimages_status status;
    /// Something was read over that no whole file has.
    bool is_damaged;
} errors;

typedef struct {
    struct cimages_rows base;
    struct jpeg_decompress_struct decoder;
    struct jpeg_progress_mgr progress;
    errors errors;
    int scans_max;
} jpeg_rows;

static void fail(j_common_ptr codec) {
    errors *state = (errors *)codec->err;
    switch (codec->err->msg_code) {
    // The decoder's own memory manager says so when it would go over `max_memory_to_use`.
    case JERR_NO_BACKING_STORE:
    case JERR_OUT_OF_MEMORY:
    case JERR_WIDTH_OVERFLOW:
    case JERR_IMAGE_TOO_BIG: state->status = CIMAGES_LIMIT; break;
    default: state->status = CIMAGES_DAMAGED;
    }
    longjmp(state->catcher, 1);
}

static void note(j_common_ptr codec, int level) {
    if (level >= 0) return;  // a trace
    errors *state = (errors *)codec->err;
    switch (codec->err->msg_code) {
    // Cameras do these, and the picture is whole.
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM: break;
    default: state->is_damaged = true;
    }
}

static void say_nothing(j_common_ptr codec) { (void)codec; }

static struct jpeg_error_mgr *set_up(errors *state) {
    jpeg_std_error(&state->base);
    state->base.error_exit = fail;
    state->base.emit_message = note;
    state->base.output_message = say_nothing;
    state->status = CIMAGES_OK;
    state->is_damaged = false;
    return &state->base;
}

static void watch_scans(j_common_ptr codec) {
    j_decompress_ptr decoder = (j_decompress_ptr)codec;
    jpeg_rows *rows = (jpeg_rows *)codec->client_data;
    if (decoder->input_scan_number <= rows->scans_max) return;
    rows->errors.status = CIMAGES_LIMIT;
    longjmp(rows->errors.catcher, 1);
}

static cimages_status next(cimages_rows *base, uint8_t *row) {
    jpeg_rows *rows = (jpeg_rows *)base;
    if (setjmp(rows->errors.catcher)) return rows->errors.status;
    JSAMPROW lines[1] = {row};
    if (jpeg_read_scanlines(&rows->decoder, lines, 1) != 1) return CIMAGES_DAMAGED;
    return rows->errors.is_damaged ? CIMAGES_DAMAGED : CIMAGES_OK;
}

static cimages_status finish(cimages_rows *base) {
    jpeg_rows *rows = (jpeg_rows *)base;
    if (setjmp(rows->errors.catcher)) return rows->errors.status;
    jpeg_finish_decompress(&rows->decoder);
    return rows->errors.is_damaged ? CIMAGES_DAMAGED : CIMAGES_OK;
}

static void close_rows(cimages_rows *base) {
    jpeg_rows *rows = (jpeg_rows *)base;
    jpeg_destroy_decompress(&rows->decoder);
    free(rows);
}

cimages_status cimages_open_jpeg(
    const uint8_t *bytes, size_t count, uint32_t denominator, size_t memory_max, uint32_t scans_max,
    cimages_layout *layout, cimages_rows **opened) {
    *opened = NULL;
    // Not on the stack: it is read after a jump.
    jpeg_rows *rows = calloc(1, sizeof *rows);
    if (!rows) return CIMAGES_LIMIT;
    rows->base = (struct cimages_rows){next, finish, close_rows};
    rows->scans_max = (int)scans_max;
    j_decompress_ptr decoder = &rows->decoder;
    decoder->err = set_up(&rows->errors);
    if (setjmp(rows->errors.catcher)) {
        cimages_status status = rows->errors.status;
        close_rows(&rows->base);
        return status;
    }
    jpeg_create_decompress(decoder);
    decoder->client_data = rows;
    decoder->mem->max_memory_to_use = (long)memory_max;
    rows->progress.progress_monitor = watch_scans;
    decoder->progress = &rows->progress;
    jpeg_mem_src(decoder, bytes, count);
    jpeg_read_header(decoder, TRUE);
    decoder->scale_num = 1;
    decoder->scale_denom = denominator;
    // The same bytes on every machine: the exact transform, which the vector units compute alike.
    decoder->dct_method = JDCT_ISLOW;
    decoder->out_color_space = decoder->num_components == 4 ? JCS_CMYK : JCS_RGB;
    cimages_pixels pixels = CIMAGES_RGB;
    if (decoder->num_components == 4) pixels = decoder->saw_Adobe_marker ? CIMAGES_CMYK_INVERTED : CIMAGES_CMYK;
    jpeg_start_decompress(decoder);
    *layout = (cimages_layout){
        .width = decoder->output_width, .height = decoder->output_height,
        .channels = (uint32_t)decoder->output_components, .pixels = pixels};
    *opened = &rows->base;
    return CIMAGES_OK;
}

typedef struct {
    struct jpeg_compress_struct encoder;
    errors errors;
    /// Larger than any file of these pixels, so that the library never makes a buffer of its own, which would be lost
    /// in a jump.
    unsigned char *room;
    unsigned char *file;
    unsigned long count;
} jpeg_writer;

static void discard(jpeg_writer *writer) {
    jpeg_destroy_compress(&writer->encoder);
    free(writer->room);
    free(writer);
}

cimages_status cimages_write_jpeg(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **file, size_t *count) {
    *file = NULL;
    *count = 0;
    jpeg_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return CIMAGES_LIMIT;
    j_compress_ptr encoder = &writer->encoder;
    encoder->err = set_up(&writer->errors);
    writer->count = (unsigned long)width * height * 4 + 65536;
    writer->room = writer->file = malloc(writer->count);
    if (!writer->room) {
        free(writer);
        return CIMAGES_LIMIT;
    }
    if (setjmp(writer->errors.catcher)) {
        cimages_status status = writer->errors.status;
        discard(writer);
        return status;
    }
    jpeg_create_compress(encoder);
    jpeg_mem_dest(encoder, &writer->file, &writer->count);
    encoder->image_width = width;
    encoder->image_height = height;
    encoder->input_components = 3;
    encoder->in_color_space = JCS_RGB;
    jpeg_set_defaults(encoder);
    jpeg_set_quality(encoder, quality, TRUE);
    encoder->dct_method = JDCT_ISLOW;
    encoder->optimize_coding = TRUE;
    jpeg_start_compress(encoder, TRUE);
    while (encoder->next_scanline < height) {
        JSAMPROW lines[1] = {(JSAMPROW)(pixels + (size_t)encoder->next_scanline * width * 3)};
        jpeg_write_scanlines(encoder, lines, 1);
    }
    jpeg_finish_compress(encoder);
    *file = writer->file;
    *count = writer->count;
    // The caller frees it.
    if (writer->file == writer->room) writer->room = NULL;
    discard(writer);
    return CIMAGES_OK;
}

void cimages_free(uint8_t *file) { free(file); }
