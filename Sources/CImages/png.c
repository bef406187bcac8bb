#include "CImages.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t place;
    int ended;
    vouch_image_header *header;
} png_source;

static void fail(png_structp png, png_const_charp text) {
    png_source *source = png_get_error_ptr(png);
    strncpy(source->header->message, text, sizeof source->header->message - 1);
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp text) {
    (void)text;
    png_source *source = png_get_error_ptr(png);
    source->header->warnings += 1;
}

static void give(png_structp png, png_bytep target, size_t length) {
    png_source *source = png_get_io_ptr(png);
    if (length > source->count - source->place) {
        source->ended = 1;
        png_error(png, "the file ends early");
    }
    memcpy(target, source->bytes + source->place, length);
    source->place += length;
}

/// The common part of both functions; `pixels` is NULL where only the header is asked for.
static int read_png(png_source *source, uint8_t *pixels, size_t pixel_count) {
    vouch_image_header *header = source->header;
    memset(header, 0, sizeof *header);
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, source, fail, warn);
    if (!png) return VOUCH_IMAGE_NO_MEMORY;
    png_infop info = png_create_info_struct(png);
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return VOUCH_IMAGE_NO_MEMORY;
    }
    // Changed after setjmp and read after longjmp.
    volatile int is_complete = 0;
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        if (is_complete) {
            // All pixels are there, and only what stands behind them is damaged or missing.
            header->warnings += 1;
            return VOUCH_IMAGE_OK;
        }
        return source->ended ? VOUCH_IMAGE_TRUNCATED : VOUCH_IMAGE_DAMAGED;
    }
    png_set_read_fn(png, source, give);
    // Sizes are judged by who calls, before anything is allocated for them; metadata need no more than this.
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_chunk_malloc_max(png, 8000000);
    png_set_chunk_cache_max(png, 100);
    // A grey picture's colour profile, for one, which changes no pixel here.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_read_info(png, info);

    int colour = png_get_color_type(png, info);
    header->width = png_get_image_width(png, info);
    header->height = png_get_image_height(png, info);
    header->bit_depth = png_get_bit_depth(png, info);
    header->is_palette = colour == PNG_COLOR_TYPE_PALETTE;
    header->is_progressive = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    png_set_expand(png);
    png_set_strip_16(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    header->channels = png_get_channels(png, info);

    if (pixels) {
        size_t width = (size_t)header->width * header->channels;
        if (png_get_rowbytes(png, info) != width || pixel_count / width != header->height
            || pixel_count % width != 0)
            png_error(png, "the header changed between two readings");
        for (int pass = 0; pass < passes; pass++)
            for (size_t row = 0; row < header->height; row++) png_read_row(png, pixels + row * width, NULL);
        is_complete = 1;
        png_read_end(png, NULL);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return VOUCH_IMAGE_OK;
}

int vouch_png_header(const uint8_t *bytes, size_t count, vouch_image_header *header) {
    png_source source = {bytes, count, 0, 0, header};
    return read_png(&source, NULL, 0);
}

int vouch_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_count, vouch_image_header *header) {
    png_source source = {bytes, count, 0, 0, header};
    return read_png(&source, pixels, pixel_count);
}

int vouch_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **bytes, size_t *count) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    // More than it can take.
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    *bytes = malloc(size);
    if (!*bytes) return VOUCH_IMAGE_NO_MEMORY;
    if (!png_image_write_to_memory(&image, *bytes, &size, 0, pixels, 0, NULL)) {
        free(*bytes);
        *bytes = NULL;
        return VOUCH_IMAGE_UNSUPPORTED;
    }
    *count = size;
    return VOUCH_IMAGE_OK;
}

void vouch_image_free(uint8_t *bytes) { free(bytes); }
