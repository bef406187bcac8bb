#ifndef VOUCH_CIMAGES_H
#define VOUCH_CIMAGES_H

#include <stddef.h>
#include <stdint.h>

// PNG, JPEG and DEFLATE by libpng, libjpeg-turbo and zlib. The first two leave an error by longjmp, which Swift
// may not cross: it stays in here, and an error is a number and a text.

enum {
    VOUCH_IMAGE_OK = 0,
    /// The bytes are no such picture, or they are damaged.
    VOUCH_IMAGE_DAMAGED = 1,
    /// The bytes end before the picture does.
    VOUCH_IMAGE_TRUNCATED = 2,
    /// A kind of picture that the library does not read, or more work than it is allowed.
    VOUCH_IMAGE_UNSUPPORTED = 3,
    VOUCH_IMAGE_NO_MEMORY = 4
};

/// What a picture's header says, and what was odd about it.
typedef struct {
    uint32_t width;
    uint32_t height;
    /// As decoded: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha or, where `is_cmyk`, CMYK.
    uint32_t channels;
    /// As in the file.
    uint32_t bit_depth;
    uint32_t is_palette;
    uint32_t is_cmyk;
    /// CMYK whose values are stored inverted, as Adobe's programs do.
    uint32_t is_inverted;
    /// Interlaced, or progressive.
    uint32_t is_progressive;
    /// Warnings that leave the pixels as they are.
    uint32_t warnings;
    char message[200];
} vouch_image_header;

/// Reads no further than the header, and allocates nothing in proportion to the declared size.
int vouch_png_header(const uint8_t *bytes, size_t count, vouch_image_header *header);

/// Writes rows from the top, channels interleaved, 8 bits each (the upper ones of 16). `pixel_count` must be width
/// × height × channels of the header; nothing is written beyond it.
int vouch_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_count, vouch_image_header *header);

/// Encodes rows of `channels` bytes a pixel, 1 grey or 3 RGB, into memory that the caller gives back to
/// `vouch_image_free`. `pixels` must have width × height × channels bytes.
int vouch_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **bytes, size_t *count);

void vouch_image_free(uint8_t *bytes);

/// As `vouch_png_header`.
int vouch_jpeg_header(const uint8_t *bytes, size_t count, vouch_image_header *header);

/// As `vouch_png_decode`. Data that are damaged or end early are an error, where libjpeg alone would go on with grey.
int vouch_jpeg_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_count, vouch_image_header *header);

/// Inflates raw DEFLATE data, which must give exactly `result_count` bytes.
int vouch_inflate(const uint8_t *bytes, size_t count, uint8_t *result, size_t result_count);

#endif
