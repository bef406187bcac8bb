#include "CImages.h"

#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <string.h>

/// A progressive picture of many scans takes time in proportion to them, while each can be a few bytes; programs
/// write about ten.
static const int scan_limit = 100;

typedef struct {
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    vouch_image_header *header;
    int code;
    int ended;
    int is_complete;
    jmp_buf jump;
} jpeg_state;

static jpeg_state *state_of(j_common_ptr info) { return (jpeg_state *)info->client_data; }

static void leave(j_common_ptr info, int code) {
    jpeg_state *state = state_of(info);
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    strncpy(state->header->message, text, sizeof state->header->message - 1);
    state->code = code;
    longjmp(state->jump, 1);
}

static void fail(j_common_ptr info) {
    int code = info->err->msg_code;
    int is_truncated = state_of(info)->ended || code == JERR_INPUT_EMPTY || code == JERR_INPUT_EOF;
    int is_unsupported = code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_CONVERSION_NOTIMPL
        || code == JERR_ARITH_NOTIMPL || code == JERR_BAD_J_COLORSPACE || code == JERR_COMPONENT_COUNT
        || code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE;
    leave(
        info,
        is_truncated ? VOUCH_IMAGE_TRUNCATED : is_unsupported ? VOUCH_IMAGE_UNSUPPORTED : VOUCH_IMAGE_DAMAGED);
}

/// Where libjpeg would go on with what it guesses, this ends; only what leaves the pixels as they are is let pass.
static void emit(j_common_ptr info, int level) {
    if (level >= 0) return;
    jpeg_state *state = state_of(info);
    switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM: state->header->warnings += 1; return;
    default:
        if (state->is_complete) {
            state->header->warnings += 1;
            return;
        }
        leave(info, state->ended ? VOUCH_IMAGE_TRUNCATED : VOUCH_IMAGE_DAMAGED);
    }
}

static void print_nothing(j_common_ptr info) { (void)info; }
static void start_source(j_decompress_ptr info) { (void)info; }

/// The bytes are all there from the start: who asks for more is at the end of them. It is given an end marker, so
/// that data which were read ahead without need do no harm.
static boolean fill(j_decompress_ptr info) {
    static const JOCTET end[2] = {0xff, JPEG_EOI};
    jpeg_state *state = state_of((j_common_ptr)info);
    state->ended = 1;
    state->source.next_input_byte = end;
    state->source.bytes_in_buffer = 2;
    return TRUE;
}

static void skip(j_decompress_ptr info, long count) {
    struct jpeg_source_mgr *source = info->src;
    if (count <= 0) return;
    if ((size_t)count > source->bytes_in_buffer) {
        fill(info);
        return;
    }
    source->next_input_byte += count;
    source->bytes_in_buffer -= count;
}

static void watch(j_common_ptr info) {
    j_decompress_ptr decompress = (j_decompress_ptr)info;
    if (decompress->input_scan_number > scan_limit) {
        jpeg_state *state = state_of(info);
        strncpy(state->header->message, "more than 100 scans", sizeof state->header->message - 1);
        state->code = VOUCH_IMAGE_UNSUPPORTED;
        longjmp(state->jump, 1);
    }
}

static int read_jpeg(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_count, vouch_image_header *header) {
    struct jpeg_decompress_struct info;
    jpeg_state state;
    memset(&info, 0, sizeof info);
    memset(&state, 0, sizeof state);
    memset(header, 0, sizeof *header);
    state.header = header;
    info.err = jpeg_std_error(&state.errors);
    info.client_data = &state;
    state.errors.error_exit = fail;
    state.errors.emit_message = emit;
    state.errors.output_message = print_nothing;
    if (setjmp(state.jump)) {
        jpeg_destroy_decompress(&info);
        return state.code;
    }
    jpeg_create_decompress(&info);
    state.source.init_source = start_source;
    state.source.fill_input_buffer = fill;
    state.source.skip_input_data = skip;
    state.source.resync_to_restart = jpeg_resync_to_restart;
    state.source.term_source = start_source;
    state.source.next_input_byte = bytes;
    state.source.bytes_in_buffer = count;
    info.src = &state.source;
    state.progress.progress_monitor = watch;
    info.progress = &state.progress;

    jpeg_read_header(&info, TRUE);
    header->width = info.image_width;
    header->height = info.image_height;
    header->bit_depth = info.data_precision;
    header->is_progressive = info.progressive_mode;
    switch (info.jpeg_color_space) {
    case JCS_GRAYSCALE: info.out_color_space = JCS_GRAYSCALE; header->channels = 1; break;
    case JCS_CMYK:
    case JCS_YCCK:
        info.out_color_space = JCS_CMYK;
        header->channels = 4;
        header->is_cmyk = 1;
        header->is_inverted = info.saw_Adobe_marker;
        break;
    default: info.out_color_space = JCS_RGB; header->channels = 3; break;
    }
    if (pixels) {
        size_t width = (size_t)header->width * header->channels;
        if (pixel_count / width != header->height || pixel_count % width != 0) {
            strncpy(header->message, "the header changed between two readings", sizeof header->message - 1);
            jpeg_destroy_decompress(&info);
            return VOUCH_IMAGE_DAMAGED;
        }
        // A progressive picture is kept as coefficients of two bytes, padded to whole blocks.
        info.mem->max_memory_to_use = (long)(8 * pixel_count + (64L << 20));
        jpeg_start_decompress(&info);
        int has_several_scans = jpeg_has_multiple_scans(&info);
        if (info.output_components != (int)header->channels || info.output_width != header->width
            || info.output_height != header->height) {
            strncpy(header->message, "the size changed while reading", sizeof header->message - 1);
            jpeg_destroy_decompress(&info);
            return VOUCH_IMAGE_DAMAGED;
        }
        while (info.output_scanline < info.output_height) {
            JSAMPROW row = pixels + (size_t)info.output_scanline * width;
            jpeg_read_scanlines(&info, &row, 1);
        }
        // Later scans would have refined what is there.
        if (state.ended && has_several_scans) {
            strncpy(header->message, "the file ends before its last scan", sizeof header->message - 1);
            jpeg_destroy_decompress(&info);
            return VOUCH_IMAGE_TRUNCATED;
        }
        state.is_complete = 1;
        jpeg_finish_decompress(&info);
        if (state.ended) header->warnings += 1;
    }
    jpeg_destroy_decompress(&info);
    return VOUCH_IMAGE_OK;
}

int vouch_jpeg_header(const uint8_t *bytes, size_t count, vouch_image_header *header) {
    return read_jpeg(bytes, count, NULL, 0, header);
}

int vouch_jpeg_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_count, vouch_image_header *header) {
    return read_jpeg(bytes, count, pixels, pixel_count, header);
}
