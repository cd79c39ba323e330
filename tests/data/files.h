#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <zlib.h>

#include "tests/support/source_folder.h"

namespace tinytorch::testing {

/// A file beside these tests.
inline std::string data_file(const std::string& name) {
  return (source_folder() / "tests/data" / name).string();
}

/// What gzip makes of a text.
inline std::string gzip(std::string_view content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string compressed(deflateBound(&stream, content.size()), '\0');
  std::string input(content);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  return compressed;
}

}  // namespace tinytorch::testing
