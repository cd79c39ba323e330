#include "nn/data/internal/png.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstring>
#include <exception>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "core/ops/creation.h"

namespace tinytorch::nn {
namespace {

/// The message of an error of libpng.
struct PngMessage {
  std::array<char, 200> text{};
};

// libpng's errors jump to png_succeeds(), past the frames of libpng, of these callbacks and of the function
// that png_succeeds() calls. So none of them has anything to destroy when it calls libpng.

[[noreturn]] void png_failed(png_structp png, png_const_charp message) {
  auto& text = static_cast<PngMessage*>(png_get_error_ptr(png))->text;
  std::strncpy(text.data(), message, text.size() - 1);
  png_longjmp(png, 1);
}

void png_warned(png_structp, png_const_charp) {}

/// Calls f, which calls libpng. @return false if libpng found an error
template <class F>
[[gnu::noinline]] bool png_succeeds(png_structp png, const F& f) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  f();
  return true;
}

/// What libpng reads.
struct PngSource {
  std::string_view content;
  std::size_t at = 0;
};

void read_from_source(png_structp png, png_bytep bytes, std::size_t size) {
  auto& source = *static_cast<PngSource*>(png_get_io_ptr(png));
  if (size > source.content.size() - source.at) png_error(png, "the file ends here");
  std::memcpy(bytes, source.content.data() + source.at, size);
  source.at += size;
}

class PngReader {
 public:
  PngReader(const FileErrors& file, std::string_view content)
      : file_(file),
        source_{content},
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &message_, png_failed, png_warned)),
        info_(png_ != nullptr ? png_create_info_struct(png_) : nullptr) {
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Tensor read() {
    call([&] {
      png_set_read_fn(png_, &source_, read_from_source);
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size() has a better one
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      png_read_info(png_, info_);
    });
    check_size();
    call([&] {
      png_set_palette_to_rgb(png_);
      png_set_expand_gray_1_2_4_to_8(png_);
      png_set_scale_16(png_);
      png_set_strip_alpha(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    const std::int64_t width = png_get_image_width(png_, info_), height = png_get_image_height(png_, info_);
    Tensor pixels = empty({height, width, png_get_channels(png_, info_)}, {.dtype = DType::u8});
    std::vector<png_bytep> rows;
    for (std::int64_t y = 0; y < height; ++y) {
      rows.push_back(pixels.data<std::uint8_t>() + y * width * pixels.size(2));
    }
    call([&, first = rows.data()] {
      png_read_image(png_, first);
      png_read_end(png_, nullptr);
    });
    return pixels;
  }

 private:
  template <class F>
  void call(const F& f) {
    if (!png_succeeds(png_, f)) {
      file_.error("is a PNG image with an error before byte {}: {}", source_.at, message_.text.data());
    }
  }

  /// Compressed data becomes at most so many times longer.
  void check_size() const {
    constexpr std::uint64_t kMostInflated = 1032;
    const std::uint64_t width = png_get_image_width(png_, info_), height = png_get_image_height(png_, info_);
    const unsigned bits = png_get_bit_depth(png_, info_) * png_get_channels(png_, info_);
    if (width * height / 8 * bits > source_.content.size() * kMostInflated) {
      file_.error("has {} bytes, too few for a PNG image of {} by {} pixels of {} bits",
                  source_.content.size(), width, height, bits);
    }
  }

  const FileErrors& file_;
  PngMessage message_;
  PngSource source_;
  png_structp png_;
  png_infop info_;
};

/// Where libpng writes.
struct PngSink {
  const ReplacementFile* file;
  std::exception_ptr error;
};

void write_to_sink(png_structp png, png_bytep bytes, std::size_t size) {
  auto& sink = *static_cast<PngSink*>(png_get_io_ptr(png));
  try {
    sink.file->write(std::as_bytes(std::span(bytes, size)));
  } catch (...) {
    sink.error = std::current_exception();
  }
  if (sink.error) png_error(png, "");
}

void flush_sink(png_structp) {}

class PngWriter {
 public:
  explicit PngWriter(const ReplacementFile& file)
      : sink_{&file, nullptr},
        png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, &message_, png_failed, png_warned)),
        info_(png_ != nullptr ? png_create_info_struct(png_) : nullptr) {
    if (info_ == nullptr) {
      png_destroy_write_struct(&png_, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  void write(const Tensor& pixels) {
    const auto height = static_cast<png_uint_32>(pixels.size(0)),
               width = static_cast<png_uint_32>(pixels.size(1));
    const bool is_gray = pixels.size(2) == 1;
    const std::size_t row_bytes = std::size_t{width} * (is_gray ? 1 : 3);
    const auto* const data = pixels.data<std::uint8_t>();
    const bool written = png_succeeds(png_, [&] {
      png_set_write_fn(png_, &sink_, write_to_sink, flush_sink);
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
      png_set_IHDR(png_, info_, width, height, 8, is_gray ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                   PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
      png_write_info(png_, info_);
      for (std::size_t y = 0; y < height; ++y) png_write_row(png_, data + y * row_bytes);
      png_write_end(png_, nullptr);
    });
    if (sink_.error) std::rethrow_exception(sink_.error);
    if (!written) sink_.file->error("cannot be written as a PNG image: {}", message_.text.data());
  }

 private:
  PngMessage message_;
  PngSink sink_;
  png_structp png_;
  png_infop info_;
};

}  // namespace

bool is_png(std::string_view content) { return content.starts_with("\x89PNG\r\n\x1a\n"); }

Tensor decode_png(const FileErrors& file, std::string_view content) {
  return PngReader(file, content).read();
}

void write_png(const ReplacementFile& file, const Tensor& pixels) { PngWriter(file).write(pixels); }

}  // namespace tinytorch::nn
