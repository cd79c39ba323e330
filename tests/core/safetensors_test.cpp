#include "core/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "tests/core/counting.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// A file of PyTorch's package, from make_safetensors_files.py.
std::string reference_file(const std::string& name) {
  return (source_folder() / "tests/core/data/safetensors" / (name + ".safetensors")).string();
}

/// What the script writes to written.safetensors.
std::map<std::string, Tensor> written_tensors() {
  constexpr std::pair<const char*, DType> kTypes[] = {{"F32", DType::f32}, {"BOOL", DType::boolean},
                                                      {"I64", DType::i64}, {"U8", DType::u8},
                                                      {"F64", DType::f64}, {"I32", DType::i32}};
  std::map<std::string, Tensor> tensors{
      {"scalar", full({}, 7.0)},
      {"empty", zeros({0, 3})},
      {"rank 8", counting({1, 2, 1, 1, 2, 1, 1, 2}, DType::f32)},
      {"", Tensor{1.0}},
      {"quote\" backslash\\ newline\n tab\t control\x01 delete\x7f \xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x98\x80",
       Tensor{2.0}}};
  for (const auto& [name, dtype] : kTypes) {
    tensors.emplace(name + std::string(".0"), counting({3}, dtype));
    tensors.emplace(name + std::string(".1"), counting({2, 3}, dtype));
  }
  return tensors;
}

/// A file with this header and data.
std::string file_of(const std::string& header, const std::string& data = "") {
  std::string length;
  for (std::size_t i = 0; i < 8; ++i) length += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return length + header + data;
}

/// The header of one tensor.
std::string tensor_header(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"w":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

class Safetensors : public FileTest {
 protected:
  /// Expects that a file of this content is refused with this message after the path.
  void expect_refused(const std::string& text, const std::string& message) {
    write(text);
    EXPECT_ERROR(load_safetensors(path()), IoError, "[load_safetensors] " + path() + ": " + message);
  }
  /// The same for a file of this header, followed by 8 bytes.
  void expect_header_refused(const std::string& header, const std::string& message) {
    expect_refused(file_of(header, "01234567"), message);
  }
  /// The same for a header of one tensor, whose name precedes the message.
  void expect_tensor_refused(const std::string& dtype, const std::string& shape, const std::string& offsets,
                             const std::string& message) {
    expect_header_refused(tensor_header(dtype, shape, offsets), "tensor 'w': " + message);
  }
};

TEST_F(Safetensors, ReadsWhatPyTorchWrites) {
  const SafetensorsFile file(reference_file("torch_types"));
  EXPECT_THAT(file.names(),
              ElementsAre("I64", "F64", "F32", "I32", "BF16", "F16", "I16", "I8", "U8", "BOOL"));
  EXPECT_THAT(file.metadata(), IsEmpty());
  constexpr std::pair<const char*, DType> kTypes[] = {
      {"BOOL", DType::boolean}, {"U8", DType::u8},   {"I8", DType::i32},  {"I16", DType::i32},
      {"I32", DType::i32},      {"I64", DType::i64}, {"F16", DType::f32}, {"BF16", DType::f32},
      {"F32", DType::f32},      {"F64", DType::f64}};
  for (const auto& [name, dtype] : kTypes) {
    EXPECT_TENSOR_EQ(file.load(name), counting({2, 3}, dtype));
    EXPECT_EQ(file.info(name).dtype, name);
    EXPECT_EQ(file.info(name).shape, (Shape{2, 3}));
  }
  EXPECT_EQ(file.info("BF16").bytes, 12u);
}

TEST_F(Safetensors, ReadsTypesThatPyTorchLacks) {
  const auto tensors = load_safetensors(reference_file("numpy_types"));
  EXPECT_EQ(tensors.size(), 3u);
  EXPECT_TENSOR_EQ(tensors.at("U16"), counting({2, 3}, DType::i32));
  EXPECT_TENSOR_EQ(tensors.at("U32"), counting({2, 3}, DType::i64));
  EXPECT_TENSOR_EQ(tensors.at("U64"), counting({2, 3}, DType::i64));
}

TEST_F(Safetensors, ConvertsExtremes) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const SafetensorsFile torch(reference_file("torch_extremes")), numpy(reference_file("numpy_extremes"));
  EXPECT_TENSOR_EQ(torch.load("I8"), (Tensor{-128, -1, 127}.to(DType::i32)));
  EXPECT_TENSOR_EQ(torch.load("I16"), (Tensor{-32768, -1, 32767}.to(DType::i32)));
  const Tensor half = torch.load("F16"), bfloat = torch.load("BF16");
  EXPECT_TENSOR_EQ(half, from_values<float>({-0.0f, 0x1p-24f, 0x1p-14f, 65504, kInf, -kInf, kNaN}, {7}));
  EXPECT_TENSOR_EQ(bfloat,
                   from_values<float>({-0.0f, 0x1p-133f, 0x1p-126f, 1 + 0x1p-7f, kInf, -kInf, kNaN}, {7}));
  EXPECT_TRUE(std::signbit(half.to_vector()[0]));
  EXPECT_TRUE(std::signbit(bfloat.to_vector()[0]));
  EXPECT_TENSOR_EQ(numpy.load("U16"), (Tensor{0, 65535}.to(DType::i32)));
  EXPECT_TENSOR_EQ(numpy.load("U32"), (Tensor{std::int64_t{0}, std::int64_t{4294967295}}));
  EXPECT_TENSOR_EQ(numpy.load("U64"), (Tensor{std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}));
  EXPECT_ERROR(numpy.load("U64 too large"), IoError,
               "[SafetensorsFile] " + reference_file("numpy_extremes") +
                   ": tensor 'U64 too large': holds 9223372036854775808, which i64 cannot hold");
}

TEST_F(Safetensors, KeepsEachBfloat16AndMakesAnyByteOfABoolATruthValue) {
  std::string data;
  for (int bits = 0; bits < 0x10000; ++bits) {
    data += static_cast<char>(bits & 0xff);
    data += static_cast<char>(bits >> 8);
  }
  write(file_of(tensor_header("BF16", "[65536]", "[0,131072]"), data));
  const std::vector<float> values = load_safetensors(path()).at("w").to_vector();
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits)
    ASSERT_EQ(std::bit_cast<std::uint32_t>(values[bits]), bits << 16);
  write(file_of(tensor_header("BOOL", "[3]", "[0,3]"), std::string("\0\1\xff", 3)));
  EXPECT_TENSOR_EQ(load_safetensors(path()).at("w"), (Tensor{false, true, true}));
}

TEST_F(Safetensors, WritesTheBytesThatPyTorchWrites) {
  std::map<std::string, Tensor> tensors = written_tensors();
  for (auto& [name, x] : tensors) x = x.to(backend());
  save_safetensors(path(), tensors, {{"format", "pt"}});
  EXPECT_EQ(content_of(path()), content_of(reference_file("written")));
  save_safetensors(path(), {});
  EXPECT_EQ(content_of(path()), content_of(reference_file("nothing")));
}

TEST_F(Safetensors, ReadsWhatItWrites) {
  const std::map<std::string, Tensor> tensors = written_tensors();
  const std::map<std::string, std::string> metadata{{"format", "pt"}, {"", "\xe6\xbc\xa2\n\""}};
  save_safetensors(path(), tensors, metadata);
  const std::map<std::string, Tensor> read = load_safetensors(path());
  EXPECT_EQ(read.size(), tensors.size());
  for (const auto& [name, x] : tensors) EXPECT_TENSOR_EQ(read.at(name), x);
  EXPECT_EQ(SafetensorsFile(path()).metadata(), metadata);
  EXPECT_THAT(load_safetensors(reference_file("nothing")), IsEmpty());
}

TEST_F(Safetensors, WritesViewsInRowMajorOrder) {
  const Tensor x = counting({4, 6}, DType::f32).to(backend());
  save_safetensors(path(), {{"view", slice(transpose(x), 0, 1, {}, 2)}, {"row", expand(Tensor{1.0}, {3})}});
  const auto tensors = load_safetensors(path());
  EXPECT_TENSOR_EQ(tensors.at("view"),
                   (Tensor{{1.0, 7.0, 13.0, 19.0}, {3.0, 9.0, 15.0, 21.0}, {5.0, 11.0, 17.0, 23.0}}));
  EXPECT_TENSOR_EQ(tensors.at("row"), (Tensor{1.0, 1.0, 1.0}));
}

TEST_F(Safetensors, AcceptsAnyOrderAndSpacingOfTheHeader) {
  write(
      file_of("{ \"b\" : {\"data_offsets\":[4 , 8], \"shape\":[ ], \"dtype\":\"F32\"}, \n"
              "\"e\":{\"dtype\":\"U8\",\"shape\":[0,4611686018427387904,9],\"data_offsets\":[4,4]},"
              "\"__metadata__\":{},\t\"a\\u0062\":{\"dtype\":\"F32\",\"shape\":[1],"
              "\"data_offsets\":[0,4]}}   ",
              std::string("\0\0\x80\x3f\0\0\0\x40", 8)));
  const SafetensorsFile file(path());
  EXPECT_THAT(file.names(), ElementsAre("ab", "e", "b"));
  EXPECT_THAT(file.metadata(), IsEmpty());
  EXPECT_TENSOR_EQ(file.load("ab"), Tensor{1.0});
  EXPECT_EQ(file.load("b").item(), 2.0f);
  EXPECT_EQ(file.load("e").numel(), 0);
}

TEST_F(Safetensors, FindsTensorsByName) {
  save_safetensors(path(), {{"w", Tensor{1.0}}});
  SafetensorsFile file(path());
  EXPECT_TRUE(file.contains("w"));
  EXPECT_FALSE(file.contains("v"));
  const std::string message = "[SafetensorsFile] the file has no tensor 'v'";
  EXPECT_ERROR(file.load("v"), ValueError, message);
  EXPECT_ERROR(file.info("v"), ValueError, message);
  const SafetensorsFile moved = std::move(file);
  EXPECT_TENSOR_EQ(moved.load("w"), Tensor{1.0});
}

TEST_F(Safetensors, ThreadsLoadAtTheSameTime) {
  std::map<std::string, Tensor> tensors;
  for (int i = 0; i < 8; ++i) tensors.emplace(std::to_string(i), full({1000}, static_cast<double>(i)));
  save_safetensors(path(), tensors);
  const SafetensorsFile file(path());
  std::vector<Tensor> loaded(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < loaded.size(); ++i)
    threads.emplace_back([&, i] { loaded[i] = file.load(std::to_string(i)); });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < loaded.size(); ++i) EXPECT_TENSOR_EQ(loaded[i], tensors.at(std::to_string(i)));
}

TEST_F(Safetensors, RefusesWhatIsNoFile) {
  EXPECT_ERROR(load_safetensors(path()), IoError,
               "[load_safetensors] " + path() + ": cannot be opened: No such file or directory");
  EXPECT_ERROR(SafetensorsFile("/dev/zero"), IoError, "[SafetensorsFile] /dev/zero: is not a regular file");
}

TEST_F(Safetensors, RefusesAHeaderThatIsNotInTheFile) {
  expect_refused("", "is not a safetensors file: it has only 0 bytes");
  expect_refused("1234567", "is not a safetensors file: it has only 7 bytes");
  expect_refused(std::string("\3\0\0\0\0\0\0\0{}", 10),
                 "is not a safetensors file: its header would have 3 bytes, but only 2 follow");
  // 8 more than this are 7, in 64 bits.
  expect_refused("\xff\xff\xff\xff\xff\xff\xff\xff{}",
                 "is not a safetensors file: its header would have 18446744073709551615 bytes, but only 2 "
                 "follow");
  expect_refused(std::string(8, '\0'), "is not a safetensors file: its header does not begin with '{'");
  expect_refused(file_of(" {}"), "is not a safetensors file: its header does not begin with '{'");
  expect_refused(file_of("[]"), "is not a safetensors file: its header does not begin with '{'");
  expect_refused(file_of("\xef\xbb\xbf{}"), "is not a safetensors file: its header does not begin with '{'");
}

TEST_F(Safetensors, RefusesAHeaderOfMoreThan100Megabytes) {
  write(std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10));  // 100,000,001
  fs::resize_file(path(), 8 + 100'000'001);
  EXPECT_ERROR(
      load_safetensors(path()), IoError,
      "[load_safetensors] " + path() + ": has a header of 100000001 bytes; at most 100000000 are read");
}

TEST_F(Safetensors, RefusesWhatIsNotJsonInUtf8) {
  const auto malformed = [&](const std::string& header, std::size_t at) {
    expect_header_refused(
        header, "the header is not valid JSON in UTF-8 from byte " + std::to_string(at) + " of the file on");
  };
  malformed("{", 9);
  malformed("{} x", 11);
  malformed("{}{}", 10);
  malformed(R"({"w")", 12);
  malformed(R"({"w":})", 13);
  malformed(R"({w:1})", 9);
  malformed(R"({"__metadata__":{"a":"b",}})", 33);
  malformed(std::string("{}\0{", 4), 10);
  malformed(std::string("{\"a\0\"", 5), 11);
  malformed("{\"\xff\":", 10);
  malformed("{\"\xc3\":", 11);              // ends early
  malformed("{\"\xc0\x80\":", 10);          // overlong
  malformed("{\"\xed\xa0\x80\":", 11);      // a surrogate
  malformed("{\"\xf4\x90\x80\x80\":", 11);  // beyond U+10FFFF
  malformed("{\"\\ud800\":", 16);           // half a surrogate pair
  malformed("{\"a\nb\":", 11);              // a control character
  malformed("{/* a comment */}", 9);
  malformed(R"({"w":{"shape":[01]}})", 24);
  malformed(R"({"w":{"shape":[NaN]}})", 23);
}

TEST_F(Safetensors, RefusesDeepNesting) {
  expect_header_refused(R"({"w":)" + std::string(1'000'000, '['),
                        "tensor 'w': what the header has of it is not an object");
  expect_header_refused(R"({"w":{"shape":)" + std::string(1'000'000, '['),
                        "tensor 'w': its 'shape' in the header is not a list of integers from 0 to 2^63 - 1");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"w":)";
  expect_header_refused(objects, "tensor 'w': the header has an unknown key 'w' of it");
}

TEST_F(Safetensors, RefusesWhatDoesNotDescribeTensors) {
  for (const char* value : {"null", "true", "1", "-1", "1.5", R"("F32")", "[]"}) {
    expect_header_refused(R"({"w":)" + std::string(value) + "}",
                          "tensor 'w': what the header has of it is not an object");
    expect_header_refused(R"({"__metadata__":)" + std::string(value) + "}",
                          "'__metadata__' in the header is not an object");
  }
  for (const char* value : {"null", "true", "1", "-1", "1.5", "{}", "[]"}) {
    expect_header_refused(R"({"__metadata__":{"key":)" + std::string(value) + "}}",
                          "'key' in the metadata is not a string");
    expect_header_refused(R"({"w":{"dtype":)" + std::string(value) + "}}",
                          "tensor 'w': its 'dtype' in the header is not a string");
  }
  for (const char* key : {"shape", "data_offsets"}) {
    for (const char* value : {"null", "true", "1", "{}", R"("F32")", "[null]", "[true]", "[[1]]", "[{}]",
                              R"(["1"])", "[-1]", "[-0]", "[1.0]", "[1e3]", "[9223372036854775808]",
                              "[18446744073709551616]", "[-99999999999999999999]"}) {
      expect_header_refused(R"({"w":{")" + std::string(key) + R"(":)" + value + "}}",
                            "tensor 'w': its '" + std::string(key) +
                                "' in the header is not a list of integers from 0 to 2^63 - 1");
    }
  }
  expect_header_refused(R"({"w":{"color":1}})", "tensor 'w': the header has an unknown key 'color' of it");
}

TEST_F(Safetensors, RefusesMissingKeys) {
  expect_header_refused(R"({"w":{}})", "tensor 'w': the header has no 'dtype' of it");
  expect_header_refused(R"({"w":{"dtype":"F32"}})", "tensor 'w': the header has no 'shape' of it");
  expect_header_refused(R"({"w":{"dtype":"F32","shape":[]}})",
                        "tensor 'w': the header has no 'data_offsets' of it");
}

TEST_F(Safetensors, RefusesRepeatedKeys) {
  const std::string w = R"({"dtype":"F64","shape":[],"data_offsets":[0,8]})";
  expect_header_refused(R"({"w":)" + w + R"(,"w":)" + w + "}", "tensor 'w': is in the header twice");
  expect_header_refused(R"({"w":)" + w + R"(,"\u0077":)" + w + "}", "tensor 'w': is in the header twice");
  expect_header_refused(R"({"__metadata__":{},"__metadata__":{}})", "the header has '__metadata__' twice");
  expect_header_refused(R"({"__metadata__":{"a":"1","a":"1"}})", "the metadata has 'a' twice");
  expect_header_refused(R"({"w":{"dtype":"F32","dtype":"F32"}})",
                        "tensor 'w': the header has its 'dtype' twice");
  expect_header_refused(R"({"w":{"shape":[],"shape":[]}})", "tensor 'w': the header has its 'shape' twice");
  expect_header_refused(R"({"w":{"data_offsets":[],"data_offsets":[]}})",
                        "tensor 'w': the header has its 'data_offsets' twice");
}

TEST_F(Safetensors, RefusesUnknownTypes) {
  expect_tensor_refused("F4", "[8]", "[0,8]", "has elements of an unknown type, 'F4'");
  expect_tensor_refused("", "[8]", "[0,8]", "has elements of an unknown type, ''");
  expect_tensor_refused("f32", "[2]", "[0,8]", "has elements of an unknown type, 'f32'");
  expect_tensor_refused(
      "F8_E5M2", "[8]", "[0,8]",
      "elements of type F8_E5M2 cannot be read; convert the tensor to F16, BF16, F32 or F64");
  write(file_of(tensor_header("F8_E4M3", "[2,4]", "[0,8]"), "01234567"));
  EXPECT_EQ(SafetensorsFile(path()).info("w").shape, (Shape{2, 4}));  // it can be listed
}

TEST_F(Safetensors, RefusesImpossibleShapes) {
  expect_tensor_refused("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]",
                        "has more than 8 axes, the most that a tensor can have");
  expect_tensor_refused("F32", "[9223372036854775807]", "[0,8]",
                        "shape [9223372036854775807] of F32 is larger than any file");
  // 2^64 elements and 2^64 bytes, which are 0 in 64 bits.
  expect_tensor_refused("U8", "[4294967296,4294967296]", "[0,0]",
                        "shape [4294967296, 4294967296] of U8 is larger than any file");
  expect_tensor_refused("F64", "[2305843009213693952]", "[0,0]",
                        "shape [2305843009213693952] of F64 is larger than any file");
}

TEST_F(Safetensors, TrustsTheFileSizeAndNotTheHeader) {
  const MemoryStats before = memory_stats(Device::cpu());
  expect_tensor_refused("F32", "[1000000000000]", "[0,4000000000000]",
                        "its data_offsets [0, 4000000000000] are not a range of the file's 8 bytes of data");
  expect_tensor_refused("F32", "[1000000000000]", "[0,8]",
                        "shape [1000000000000] of F32 takes 4000000000000 bytes, but its data_offsets [0, 8] "
                        "span 8");
  expect_tensor_refused("F32", "[1]", "[0,8]",
                        "shape [1] of F32 takes 4 bytes, but its data_offsets [0, 8] span 8");
  expect_tensor_refused("F32", "[]", "[0,0]",
                        "shape [] of F32 takes 4 bytes, but its data_offsets [0, 0] span 0");
  expect_tensor_refused("F32", "[0]", "[4,8]",
                        "shape [0] of F32 takes 0 bytes, but its data_offsets [4, 8] span 4");
  expect_tensor_refused("F32", "[1]", "[8,4]",
                        "its data_offsets [8, 4] are not a range of the file's 8 bytes of data");
  expect_tensor_refused("F32", "[1]", "[8,12]",
                        "its data_offsets [8, 12] are not a range of the file's 8 bytes of data");
  expect_tensor_refused("F32", "[1]", "[0]", "its 'data_offsets' are 1 numbers; it must be 2");
  expect_tensor_refused("F32", "[1]", "[0,4,8]", "its 'data_offsets' are 3 numbers; it must be 2");
  EXPECT_EQ(memory_stats(Device::cpu()).allocations, before.allocations);
}

TEST_F(Safetensors, RefusesGapsOverlapsAndTrailingBytes) {
  const auto two = [](const std::string& first, const std::string& second) {
    return R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + first +
           R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}";
  };
  const std::string at = " of the data, but must begin at byte ",
                    end = ", where that of the tensor before it ends";
  expect_header_refused(two("[0,2]", "[4,8]"), "tensor 'b': its data begins at byte 4" + at + "2" + end);
  expect_header_refused(two("[0,2]", "[1,5]"), "tensor 'b': its data begins at byte 1" + at + "2" + end);
  expect_header_refused(two("[0,2]", "[0,4]"), "tensor 'b': its data begins at byte 0" + at + "2" + end);
  expect_header_refused(two("[5,7]", "[0,4]"), "tensor 'a': its data begins at byte 5" + at + "4" + end);
  expect_header_refused(two("[1,3]", "[3,7]"), "tensor 'a': its data begins at byte 1" + at + "0" + end);
  expect_header_refused(two("[0,2]", "[2,6]"),
                        "has 2 bytes after the data of its tensors; allow_trailing_bytes accepts them");
  EXPECT_EQ(load_safetensors(path(), {.allow_trailing_bytes = true}).size(), 2u);
  expect_header_refused("{}", "has 8 bytes after the data of its tensors; allow_trailing_bytes accepts them");
}

TEST_F(Safetensors, NamesInMessagesAreShortAndPrintable) {
  expect_header_refused(
      R"({"\u001b[2J\u009b\u007f\u00e9":1})",
      "tensor '\\x1b[2J\\xc2\\x9b\\x7f\xc3\xa9': what the header has of it is not an object");
  expect_header_refused(
      "{\"" + std::string(1'000'000, 'n') + "\":1}",
      "tensor '" + std::string(100, 'n') + "...': what the header has of it is not an object");
}

TEST_F(Safetensors, SaysSoIfTheFileBecomesShorter) {
  save_safetensors(path(), {{"w", zeros({1000})}});
  const SafetensorsFile file(path());
  fs::resize_file(path(), 1000);
  EXPECT_ERROR(file.load("w"), IoError, "[SafetensorsFile] " + path() + ": became shorter while it was read");
}

TEST_F(Safetensors, AnOpenFileStaysAsItWasWhenItIsReplaced) {
  save_safetensors(path(), {{"w", Tensor{1.0}}});
  const SafetensorsFile file(path());
  save_safetensors(path(), {{"w", Tensor{2.0, 3.0}}});
  EXPECT_TENSOR_EQ(file.load("w"), Tensor{1.0});
  EXPECT_TENSOR_EQ(load_safetensors(path()).at("w"), (Tensor{2.0, 3.0}));
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(Safetensors, LeavesTheOldFileWhenTheDiskIsFull) {
  save_safetensors(path(), {{"w", Tensor{1.0}}});
  const std::string before = content_of(path());
  // A limit on the size of files acts as a full disk.
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit tight{1000, limit.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_ERROR(save_safetensors(path(), {{"w", zeros({1000})}}), IoError,
               "[save_safetensors] " + path() + ": cannot be written: File too large");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(content_of(path()), before);
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(Safetensors, SaysWhatCannotBeWritten) {
  const Tensor x{1.0};
  EXPECT_ERROR(
      save_safetensors(path("no/folder"), {{"w", x}}), IoError,
      "[save_safetensors] " + path("no/folder") + ": cannot be created: there is no directory " + path("no"));
  EXPECT_ERROR(save_safetensors(path(), {{"w", Tensor()}}), ValueError,
               "[save_safetensors] the tensor 'w' is undefined");
  EXPECT_ERROR(save_safetensors(path(), {{"__metadata__", x}}), ValueError,
               "[save_safetensors] '__metadata__' cannot be the name of a tensor");
  for (const char* text : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x28\xa1",
                           "\xf0\x9f\x98\x28", "\x80"}) {
    EXPECT_THROW(save_safetensors(path(), {{text, x}}), ValueError) << text;
    EXPECT_THROW(save_safetensors(path(), {{"w", x}}, {{text, "a"}}), ValueError) << text;
    EXPECT_THROW(save_safetensors(path(), {{"w", x}}, {{"a", text}}), ValueError) << text;
  }
  EXPECT_ERROR(save_safetensors(path(), {{"a\xff", x}}), ValueError,
               "[save_safetensors] 'a\\xff' is not valid UTF-8");
  const auto storage = std::make_shared<Storage>(Device::cpu(), 2);
  EXPECT_ERROR(
      save_safetensors(path(), {{"w", Tensor(storage, DType::bf16, {1}, {1}, 0)}}), DTypeError,
      "[save_safetensors] bf16 cannot be written; files have elements of bool, u8, i32, i64, f32 or f64");
  EXPECT_EQ(files_in_folder(), 0u);
}

TEST_F(Safetensors, RefusesToWriteAHeaderOfMoreThan100Megabytes) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "its JSON takes too long";
#endif
  std::string text;
  text.resize(100'000'000, 'x');
  EXPECT_ERROR(save_safetensors(path(), {}, {{"a", text}}), ValueError,
               "[save_safetensors] the header of 100000032 bytes is longer than the 100000000 that files may "
               "have");
  EXPECT_EQ(files_in_folder(), 0u);
}

/// The parts of PyTorch's package that this machine's Python has: for NumPy, for PyTorch.
std::vector<std::string> installed_packages() {
  std::vector<std::string> packages;
  for (const char* name : {"numpy", "torch"}) {
    if (run_program("python3 -c 'import safetensors." + std::string(name) + "'").exit_code == 0)
      packages.emplace_back(name);
  }
  return packages;
}

/// Runs a script with a package as `s` and arguments in sys.argv, the last of which is the package's name.
ProgramRun run_python(const std::string& package, const std::string& script, const std::string& arguments) {
  return run_program("python3 -c 'import sys, safetensors, safetensors." + package + " as s, " + package +
                     " as p\n" + script + "' " + arguments + " " + package);
}

TEST_F(Safetensors, PyTorchsPackageReadsWhatItWrites) {
  const std::vector<std::string> packages = installed_packages();
  if (packages.empty()) GTEST_SKIP() << "python3 has no safetensors";
  save_safetensors(path(), written_tensors(), {{"format", "pt"}, {"epoch", "3"}});
  const std::string files = path() + " " + reference_file("written");
  for (const std::string& package : packages) {
    const ProgramRun run = run_python(package, R"(
a, b = s.load_file(sys.argv[1]), s.load_file(sys.argv[2])
assert sorted(a) == sorted(b)
assert all(a[k].dtype == b[k].dtype and a[k].tolist() == b[k].tolist() for k in a)
print(len(a), safetensors.safe_open(sys.argv[1], sys.argv[3]).metadata()["epoch"]))",
                                      files);
    EXPECT_EQ(run.output, "17 3\n");
    EXPECT_EQ(run.exit_code, 0) << package;
  }
}

TEST_F(Safetensors, ReadsWhatPyTorchsPackageWritesHere) {
  const std::vector<std::string> packages = installed_packages();
  if (packages.empty()) GTEST_SKIP() << "python3 has no safetensors";
  for (const std::string& package : packages) {
    const ProgramRun run = run_python(package, R"(
x = p.arange(6, dtype=p.float32).reshape(2, 3)
s.save_file({"w": x, "b": x[:1, 1] > 0}, sys.argv[1], {"format": "pt"}))",
                                      path());
    ASSERT_EQ(run.exit_code, 0) << run.output;
    const SafetensorsFile file(path());
    EXPECT_THAT(file.metadata(), ElementsAre(Pair("format", "pt")));
    EXPECT_TENSOR_EQ(file.load("w"), counting({2, 3}, DType::f32));
    EXPECT_TENSOR_EQ(file.load("b"), Tensor{true});
  }
}

}  // namespace
}  // namespace tinytorch::testing
