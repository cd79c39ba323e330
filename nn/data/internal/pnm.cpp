#include "nn/data/internal/pnm.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "core/ops/creation.h"

namespace tinytorch::nn {
namespace {

class PnmParser {
 public:
  PnmParser(const FileErrors& file, std::string_view content) : file_(file), content_(content) {}

  Tensor parse() {
    const bool is_binary = content_[1] >= '5';
    const std::int64_t channels = content_[1] == '2' || content_[1] == '5' ? 1 : 3;
    const std::int64_t width = positive("width"), height = positive("height");
    greatest_ = static_cast<int>(positive("greatest sample"));
    if (greatest_ > 255) file_.error("has samples up to {}; at most 255 can be read", greatest_);
    if (is_binary) skip_one_space();
    check_size(width, height, channels, is_binary);

    Tensor pixels = empty({height, width, channels}, {.dtype = DType::u8});
    auto* const data = pixels.data<std::uint8_t>();
    for (std::int64_t i = 0; i < pixels.numel(); ++i) {
      const int sample = is_binary ? static_cast<unsigned char>(content_[at_++]) : integer("sample");
      if (sample > greatest_) {
        file_.error("has a sample of {} before byte {}; the greatest is {}", sample, at_, greatest_);
      }
      data[i] = static_cast<std::uint8_t>((sample * 255 + greatest_ / 2) / greatest_);
    }
    if (!is_binary) skip_space();
    if (at_ != content_.size()) {
      file_.error("has {} bytes after its pixels, at byte {}", content_.size() - at_, at_);
    }
    return pixels;
  }

 private:
  static bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  /// Comments last to the end of their line.
  void skip_space() {
    for (; at_ < content_.size() && (is_white(content_[at_]) || content_[at_] == '#'); ++at_) {
      if (content_[at_] == '#') at_ = std::min(content_.find_first_of("\r\n", at_), content_.size() - 1);
    }
  }

  void skip_one_space() {
    if (at_ == content_.size() || !is_white(content_[at_])) {
      file_.error("has no white space before its pixels, at byte {}", at_);
    }
    ++at_;
  }

  int integer(const char* what) {
    skip_space();
    int value = 0;
    const char* const begin = content_.data() + at_;
    const auto [end, error] = std::from_chars(begin, content_.data() + content_.size(), value);
    if (error != std::errc() || value < 0) file_.error("has no valid {} at byte {}", what, at_);
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  std::int64_t positive(const char* what) {
    const int value = integer(what);
    if (value == 0) file_.error("has a {} of 0", what);
    return value;
  }

  /// A sample takes one byte, or a digit and, but for the last one, white space.
  void check_size(std::int64_t width, std::int64_t height, std::int64_t channels, bool is_binary) const {
    const std::size_t left = content_.size() - at_;
    std::size_t samples = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);  // below 2^62
    const bool fits =
        !__builtin_mul_overflow(samples, channels, &samples) && samples <= (is_binary ? left : left / 2 + 1);
    if (!fits) {
      file_.error("has {} bytes after its header, too few for {} by {} pixels of {} samples", left, width,
                  height, channels);
    }
  }

  const FileErrors& file_;
  std::string_view content_;
  std::size_t at_ = 2;  // after the magic
  int greatest_ = 0;
};

}  // namespace

bool is_pnm(std::string_view content) {
  return content.size() >= 2 && content[0] == 'P' &&
         std::string_view("2356").find(content[1]) != std::string_view::npos;
}

Tensor decode_pnm(const FileErrors& file, std::string_view content) {
  return PnmParser(file, content).parse();
}

}  // namespace tinytorch::nn
