#include "CImages.h"

#include <string.h>
#include <zlib.h>

int vouch_inflate(const uint8_t *bytes, size_t count, uint8_t *result, size_t result_count) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return VOUCH_IMAGE_NO_MEMORY;
    size_t read = 0, written = 0;
    int status = Z_OK;
    // zlib counts in 32 bits.
    const size_t most = 1u << 30;
    while (status == Z_OK) {
        size_t in = count - read < most ? count - read : most;
        size_t out = result_count - written < most ? result_count - written : most;
        // One byte of room more than asked tells data that give more from data that end here.
        uint8_t beyond;
        stream.next_in = (Bytef *)(bytes + read);
        stream.avail_in = (uInt)in;
        stream.next_out = out ? result + written : &beyond;
        stream.avail_out = out ? (uInt)out : 1;
        size_t room = stream.avail_out;
        status = inflate(&stream, Z_NO_FLUSH);
        read += in - stream.avail_in;
        if (out) written += room - stream.avail_out;
        else if (stream.avail_out == 0) status = Z_DATA_ERROR;
    }
    inflateEnd(&stream);
    if (status == Z_STREAM_END) return written == result_count ? VOUCH_IMAGE_OK : VOUCH_IMAGE_DAMAGED;
    if (status == Z_MEM_ERROR) return VOUCH_IMAGE_NO_MEMORY;
    return status == Z_BUF_ERROR && read == count ? VOUCH_IMAGE_TRUNCATED : VOUCH_IMAGE_DAMAGED;
}
