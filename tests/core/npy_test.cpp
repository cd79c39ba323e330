#include "core/npy.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "tests/core/counting.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/source_folder.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;

constexpr DType kTypes[] = {DType::boolean, DType::u8, DType::i32, DType::i64, DType::f32, DType::f64};
constexpr const char* kCodes[] = {"b1", "u1", "i4", "i8", "f4", "f8"};

std::string numpy_file(const std::string& name) {
  return (testing::source_folder() / "tests/core/data/npy" / (name + ".npy")).string();
}

class Npy : public FileTest {
 protected:
  /// A file of format 1.0 with this header and data.
  static std::string file_text(const std::string& header, const std::string& data = "") {
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size() & 0xff) +
           static_cast<char>(header.size() >> 8) + header + data;
  }
  static std::string shape_header(const std::string& shape) {
    return "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
  }

  /// Expects that loading a file of this content throws an IoError with this message after the path.
  void expect_refused(const std::string& text, const std::string& message) {
    write(text);
    EXPECT_ERROR(load_npy(path()), IoError, "[load_npy] " + path() + ": " + message);
  }
  void expect_header_refused(const std::string& header, const std::string& message) {
    expect_refused(file_text(header), message);
  }
};

TEST_F(Npy, ReadsEachTypeInEitherByteOrder) {
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    for (const char* order : {"_little", "_big"}) {
      EXPECT_TENSOR_EQ(load_npy(numpy_file(kCodes[i] + std::string(order))), counting({2, 3}, kTypes[i]));
    }
  }
}

TEST_F(Npy, ReadsFortranOrder) {
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    EXPECT_TENSOR_EQ(load_npy(numpy_file(kCodes[i] + std::string("_fortran"))),
                     counting({2, 3, 2}, kTypes[i]));
  }
}

/// Element types of files that no tensor has, and the dtypes that they are converted to.
constexpr std::pair<const char*, DType> kConverted[] = {{"f2", DType::f32}, {"i1", DType::i32},
                                                        {"i2", DType::i32}, {"u2", DType::i32},
                                                        {"u4", DType::i64}, {"u8", DType::i64}};

TEST_F(Npy, ConvertsOtherElementTypes) {
  for (const auto& [code, dtype] : kConverted) {
    for (const char* order : {"_little", "_big"})
      EXPECT_TENSOR_EQ(load_npy(numpy_file(code + std::string(order))), counting({2, 3}, dtype));
    EXPECT_TENSOR_EQ(load_npy(numpy_file(code + std::string("_fortran"))), counting({2, 3, 2}, dtype));
  }
}

TEST_F(Npy, ConvertsTheExtremesOfOtherElementTypes) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  for (const std::string order : {"little", "big"}) {
    const auto load = [&](const std::string& code) {
      return load_npy(numpy_file(code + "_extremes_" + order));
    };
    EXPECT_TENSOR_EQ(load("i1"), (Tensor{-128, -1, 127}.to(DType::i32)));
    EXPECT_TENSOR_EQ(load("i2"), (Tensor{-32768, -1, 32767}.to(DType::i32)));
    EXPECT_TENSOR_EQ(load("u2"), (Tensor{0, 65535}.to(DType::i32)));
    EXPECT_TENSOR_EQ(load("u4"), (Tensor{std::int64_t{0}, std::int64_t{4294967295}}));
    EXPECT_TENSOR_EQ(load("u8"), (Tensor{std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}));
    const Tensor half = load("f2");
    EXPECT_TENSOR_EQ(half, from_values<float>({-0.0f, 0x1p-24f, 0x1p-14f, 65504, kInf, -kInf, kNaN}, {7}));
    EXPECT_TRUE(std::signbit(half.to_vector()[0]));
  }
}

TEST_F(Npy, RefusesAU8ThatIsTooLarge) {
  EXPECT_ERROR(
      load_npy(numpy_file("u8_too_large")), IoError,
      "[load_npy] " + numpy_file("u8_too_large") + ": holds 9223372036854775808, which i64 cannot hold");
}

TEST_F(Npy, ConvertsEachHalfPrecisionNumberExactly) {
  std::string data;
  for (int bits = 0; bits < 0x7c00; ++bits) {
    data += static_cast<char>(bits & 0xff);
    data += static_cast<char>(bits >> 8);
  }
  std::ofstream(path(), std::ios::binary)
      << file_text("{'descr': '<f2', 'fortran_order': False, 'shape': (31744,)}", data);
  const std::vector<float> values = load_npy(path()).to_vector();
  // Each value is a multiple of the distance to the next, which doubles every 1024 numbers.
  float expected = 0, distance = 0x1p-24f;
  for (std::size_t bits = 0; bits < values.size(); ++bits) {
    ASSERT_EQ(values[bits], expected) << bits;
    if (bits >= 2048 && bits % 1024 == 0) distance *= 2;
    expected += distance;
  }
}

TEST_F(Npy, ReadsEachShapeAndVersion) {
  EXPECT_TENSOR_EQ(load_npy(numpy_file("f4_scalar")), counting({}, DType::f32));
  EXPECT_TENSOR_EQ(load_npy(numpy_file("f4_vector")), counting({5}, DType::f32));
  EXPECT_TENSOR_EQ(load_npy(numpy_file("f4_empty")), counting({0, 3}, DType::f32));
  EXPECT_TENSOR_EQ(load_npy(numpy_file("f4_rank_8")), counting({1, 2, 1, 1, 2, 1, 1, 2}, DType::f32));
  EXPECT_TENSOR_EQ(load_npy(numpy_file("f4_version_2")), counting({2, 3}, DType::f32));
  EXPECT_TENSOR_EQ(load_npy(numpy_file("f8_version_3")), counting({2, 3}, DType::f64));
}

TEST_F(Npy, WritesTheBytesThatNumPyWrites) {
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    save_npy(path(), counting({2, 3}, kTypes[i]).to(backend()));
    EXPECT_EQ(content_of(path()), content_of(numpy_file(kCodes[i] + std::string("_little")))) << kCodes[i];
  }
  save_npy(path(), counting({}, DType::f32).to(backend()));
  EXPECT_EQ(content_of(path()), content_of(numpy_file("f4_scalar")));
  save_npy(path(), counting({5}, DType::f32).to(backend()));
  EXPECT_EQ(content_of(path()), content_of(numpy_file("f4_vector")));
  save_npy(path(), counting({0, 3}, DType::f32).to(backend()));
  EXPECT_EQ(content_of(path()), content_of(numpy_file("f4_empty")));
}

TEST_F(Npy, WritesViewsInRowMajorOrder) {
  const Tensor x = counting({4, 6}, DType::f32).to(backend());
  save_npy(path(), slice(transpose(x), 0, 1, {}, 2));
  EXPECT_TENSOR_EQ(load_npy(path()),
                   (Tensor{{1.0, 7.0, 13.0, 19.0}, {3.0, 9.0, 15.0, 21.0}, {5.0, 11.0, 17.0, 23.0}}));
}

TEST_F(Npy, KeepsEveryBit) {
  const std::vector<double> values{-0.0, 5e-324, std::numeric_limits<double>::infinity(), 0.1};
  save_npy(path(), from_values(values, {4}, backend()));
  EXPECT_EQ(load_npy(path()).to_vector<double>(), values);
  EXPECT_TRUE(std::signbit(load_npy(path()).to_vector<double>()[0]));
}

TEST_F(Npy, AcceptsWhatPythonAcceptsInAHeader) {
  for (const char* header : {"{'descr':'<f4','fortran_order':False,'shape':(1,)}",
                             " { \"shape\" : ( 1 , ) , \"fortran_order\" : False , \"descr\" : \"<f4\" } \n",
                             "{'fortran_order': True,\n'shape': (1, 1,), 'descr': '=f4',}"}) {
    std::ofstream(path(), std::ios::binary) << file_text(header, std::string("\0\0\x80\x3f", 4));
    EXPECT_EQ(load_npy(path()).item(), 1.0f) << header;
  }
}

TEST_F(Npy, MakesAnyByteOfABoolATruthValue) {
  std::ofstream(path(), std::ios::binary)
      << file_text("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", std::string("\0\1\xff", 3));
  EXPECT_TENSOR_EQ(load_npy(path()), (Tensor{false, true, true}));
}

TEST_F(Npy, RefusesWhatIsNoFile) {
  EXPECT_ERROR(load_npy(path()), IoError,
               "[load_npy] " + path() + ": cannot be opened: No such file or directory");
  EXPECT_ERROR(load_npy(folder().string()), IoError,
               "[load_npy] " + folder().string() + ": is not a regular file");
  EXPECT_ERROR(load_npy("/dev/zero"), IoError, "[load_npy] /dev/zero: is not a regular file");
  EXPECT_ERROR(load_npy(""), IoError, "[load_npy] : cannot be opened: No such file or directory");
  if (::geteuid() != 0) {  // root can read every file
    std::ofstream(path()) << "x";
    fs::permissions(path(), fs::perms::none);
    EXPECT_ERROR(load_npy(path()), IoError, "[load_npy] " + path() + ": cannot be opened: Permission denied");
  }
}

TEST_F(Npy, RefusesOtherFormats) {
  expect_refused("", "is not an .npy file: it has only 0 bytes");
  expect_refused("\x93NUMPY\x01", "is not an .npy file: it has only 7 bytes");
  expect_refused("PK\3\4 a zip archive", "is not an .npy file: it does not begin with \\x93NUMPY");
  expect_refused(std::string("\x93NUMPY\x04\x00....", 12), "is of format 4.0; 1.0, 2.0 and 3.0 can be read");
  expect_refused(std::string("\x93NUMPY\x01\x01....", 12), "is of format 1.1; 1.0, 2.0 and 3.0 can be read");
  expect_refused(std::string("\x93NUMPY\x00\x00....", 12), "is of format 0.0; 1.0, 2.0 and 3.0 can be read");
}

TEST_F(Npy, RefusesAnOddHeaderLength) {
  expect_refused(std::string("\x93NUMPY\x01\x00", 8), "ends within its header");
  expect_refused(std::string("\x93NUMPY\x01\x00\x10", 9), "ends within its header");
  expect_refused(std::string("\x93NUMPY\x01\x00\x10\x00{}", 12), "ends within its header");
  expect_refused(std::string("\x93NUMPY\x02\x00\x02\x00", 10), "ends within its header");
  expect_refused(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14), "ends within its header");
  expect_refused(std::string("\x93NUMPY\x02\x00\x40\x9c\x01\x00", 12) + std::string(105536, ' '),
                 "has a header of 105536 bytes; at most 65536 are read");
}

TEST_F(Npy, RefusesAMalformedHeader) {
  const auto malformed = [&](const std::string& header, const std::string& wanted, std::size_t at) {
    expect_header_refused(
        header, "malformed header: expected " + wanted + " at byte " + std::to_string(at) + " of the header");
  };
  malformed("", "'{'", 0);
  malformed("[1]", "'{'", 0);
  malformed("{", "a quoted string", 1);
  malformed("{descr: 1}", "a quoted string", 1);
  malformed("{'descr", "a quoted string", 2);
  malformed("{'descr' '<f4'}", "':'", 9);
  malformed("{'descr': 4}", "a quoted string", 10);
  malformed("{'descr': '<f4' 'shape': ()}", "'}'", 16);
  malformed("{'descr': '<f4'", "'}'", 15);
  malformed("{'fortran_order': 1}", "True or False", 18);
  malformed("{'shape': 3}", "'('", 10);
  malformed("{'shape': (3)}", "',': a tuple of one length has one", 13);
  malformed("{'shape': (3 4)}", "',' or ')'", 13);
  malformed("{'shape': (,)}", "a length", 11);
  malformed("{'shape': (x,)}", "a length", 11);
  malformed("{'shape': (3,", "a length", 13);
  malformed("{'shape': (3.5,)}", "',' or ')'", 12);
  malformed(shape_header("(1,)") + " x", "nothing after the dictionary", shape_header("(1,)").size() + 1);
  malformed(std::string("\0", 1), "'{'", 0);
}

TEST_F(Npy, RefusesMissingRepeatedAndUnknownKeys) {
  expect_header_refused("{}", "the header has no 'descr'");
  expect_header_refused("{'descr': '<f4', 'shape': ()}", "the header has no 'fortran_order'");
  expect_header_refused("{'descr': '<f4', 'fortran_order': False}", "the header has no 'shape'");
  expect_header_refused("{'shape': (), 'shape': ()}", "the header has 'shape' twice");
  expect_header_refused("{'color': 'red'}", "the header has an unknown key 'color'");
}

TEST_F(Npy, RefusesImpossibleShapes) {
  expect_header_refused(shape_header("(-1,)"), "the shape has a negative length, -1");
  expect_header_refused(shape_header("(99999999999999999999,)"),
                        "the shape has a length of more than 63 bits");
  expect_header_refused(shape_header("(4611686018427387904, 4611686018427387904)"),
                        "shape [4611686018427387904, 4611686018427387904] of f4 is larger than any file");
  expect_header_refused(shape_header("(9223372036854775807,)"),
                        "shape [9223372036854775807] of f4 is larger than any file");
  EXPECT_ERROR(load_npy(numpy_file("f4_rank_9")), IoError,
               "[load_npy] " + numpy_file("f4_rank_9") + ": has 9 axes; a tensor has at most 8");
}

TEST_F(Npy, TrustsTheFileSizeAndNotTheHeader) {
  const MemoryStats before = memory_stats(Device::cpu());
  expect_refused(
      file_text(shape_header("(1000000000000,)"), "abcd"),
      "shape [1000000000000] of f4 takes 4000000000000 bytes, but the file has 4 after its header");
  EXPECT_EQ(memory_stats(Device::cpu()).allocations, before.allocations);
  expect_refused(file_text(shape_header("(2,)"), "1234567"),
                 "shape [2] of f4 takes 8 bytes, but the file has 7 after its header");
  expect_refused(file_text(shape_header("(2,)"), "123456789"),
                 "shape [2] of f4 takes 8 bytes, but the file has 9 after its header");
  expect_refused(file_text(shape_header("(0,)"), "1"),
                 "shape [0] of f4 takes 0 bytes, but the file has 1 after its header");
  expect_refused(file_text(shape_header("()"), ""),
                 "shape [] of f4 takes 4 bytes, but the file has 0 after its header");
}

TEST_F(Npy, ReadsAnEmptyArrayWhoseOtherAxesAreHuge) {
  std::ofstream(path(), std::ios::binary)
      << file_text(shape_header("(4611686018427387904, 0, 4611686018427387904)"));
  EXPECT_EQ(load_npy(path()).numel(), 0);
}

TEST_F(Npy, RefusesOtherElementTypes) {
  const auto refused = [](const std::string& name, const std::string& message) {
    EXPECT_ERROR(load_npy(numpy_file(name)), IoError, "[load_npy] " + numpy_file(name) + ": " + message);
  };
  const auto unreadable = [](const std::string& descr) {
    return "elements of type '" + descr +
           "' cannot be read; convert the array to one of bool, u1, u2, u4, u8, i1, i2, i4, i8, f2, f4, f8";
  };
  refused("c8", unreadable("<c8"));
  refused("text", unreadable("<U2"));
  refused("object", "holds Python objects, which are never read; save an array of numbers");
  refused("records", "holds records (a structured dtype); only arrays of one element type can be read");
  expect_header_refused("{'descr': '', 'fortran_order': False, 'shape': ()}", unreadable(""));
  expect_header_refused("{'descr': '<', 'fortran_order': False, 'shape': ()}", unreadable("<"));
  expect_header_refused("{'descr': 'f4', 'fortran_order': False, 'shape': ()}", unreadable("f4"));
  expect_header_refused("{'descr': '!f4', 'fortran_order': False, 'shape': ()}", unreadable("!f4"));
}

TEST_F(Npy, SaysWhyItCannotWrite) {
  const Tensor x = Tensor{1.0, 2.0}.to(backend());
  EXPECT_ERROR(
      save_npy(path("no/folder.npy"), x), IoError,
      "[save_npy] " + path("no/folder.npy") + ": cannot be created: there is no directory " + path("no"));
  fs::create_directory(path("folder"));
  EXPECT_ERROR(save_npy(path("folder"), x), IoError,
               "[save_npy] " + path("folder") + ": is not a regular file");
  EXPECT_ERROR(save_npy("", x), IoError, "[save_npy] : cannot be replaced: No such file or directory");
  EXPECT_EQ(files_in_folder(), 1u);  // no temporary file is left
  fs::create_symlink(path("b"), path("a"));
  fs::create_symlink(path("a"), path("b"));
  EXPECT_ERROR(save_npy(path("a"), x), IoError,
               "[save_npy] " + path("a") + ": cannot be opened: Too many levels of symbolic links");
}

TEST_F(Npy, LeavesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  fs::create_symlink(path("pipe"), path("link"));
  for (const char* name : {"pipe", "link"}) {
    EXPECT_ERROR(save_npy(path(name), Tensor{1.0}), IoError,
                 "[save_npy] " + path(name) + ": is not a regular file");
    EXPECT_ERROR(load_npy(path(name)), IoError, "[load_npy] " + path(name) + ": is not a regular file");
  }
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  fs::create_symlink("/dev/null", path("device"));
  EXPECT_ERROR(save_npy(path("device"), Tensor{1.0}), IoError,
               "[save_npy] " + path("device") + ": is not a regular file");
}

TEST_F(Npy, WritesThroughSymbolicLinks) {
  fs::create_directory(path("folder"));
  fs::create_symlink("folder/second", path("first"));  // relative to the directory of the link
  fs::create_symlink("target.npy", path("folder/second"));
  for (const double value : {1.0, 2.0}) {  // at first the links lead to no file
    save_npy(path("first"), Tensor{value});
    EXPECT_TENSOR_EQ(load_npy(path("folder/target.npy")), Tensor{value});
    EXPECT_TENSOR_EQ(load_npy(path("first")), Tensor{value});
  }
  EXPECT_EQ(fs::read_symlink(path("first")), "folder/second");
  EXPECT_EQ(fs::read_symlink(path("folder/second")), "target.npy");
}

TEST_F(Npy, KeepsModeAndOwner) {
  const auto status = [&] {
    struct stat result {};
    EXPECT_EQ(::stat(path().c_str(), &result), 0);
    return result;
  };
  const mode_t mask = ::umask(0022);
  save_npy(path(), Tensor{1.0});
  ::umask(mask);
  EXPECT_EQ(status().st_mode & 07777, 0644u);
  ASSERT_EQ(::chmod(path().c_str(), 0640), 0);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path().c_str(), 12, 34), 0);
  }
  const struct stat before = status();
  save_npy(path(), Tensor{2.0});
  EXPECT_EQ(status().st_mode, before.st_mode);
  EXPECT_EQ(status().st_uid, before.st_uid);
  EXPECT_EQ(status().st_gid, before.st_gid);
  EXPECT_TENSOR_EQ(load_npy(path()), (Tensor{2.0}));
}

TEST_F(Npy, DoesNotReplaceAFileThatCannotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root can write every file";
  save_npy(path(), Tensor{1.0});
  fs::permissions(path(), fs::perms::owner_read);
  EXPECT_ERROR(save_npy(path(), Tensor{2.0}), IoError,
               "[save_npy] " + path() + ": cannot be written: Permission denied");
  EXPECT_TENSOR_EQ(load_npy(path()), Tensor{1.0});
}

TEST_F(Npy, PassesByWhatAKilledProcessLeft) {
  // The names of temporary files have a counter; the next few are taken.
  save_npy(path(), Tensor{1.0});
  for (int i = 0; i < 1000; ++i)
    std::ofstream(path(".tinytorch-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp")) << i;
  save_npy(path(), Tensor{2.0});
  EXPECT_TENSOR_EQ(load_npy(path()), Tensor{2.0});
  EXPECT_EQ(files_in_folder(), 1001u);
}

TEST_F(Npy, RefusesAPathWithANulByte) {
  const std::string whole = path() + std::string("\0.bak", 5);
  const std::string message =
      path() + ": the path has a NUL byte after these " + std::to_string(path().size()) + " bytes";
  EXPECT_ERROR(save_npy(whole, Tensor{1.0}), IoError, "[save_npy] " + message);
  save_npy(path(), Tensor{1.0});
  EXPECT_ERROR(load_npy(whole), IoError, "[load_npy] " + message);
}

TEST_F(Npy, LeavesTheOldFileWhenTheDiskIsFull) {
  save_npy(path(), Tensor{1.0, 2.0});
  const std::string before = content_of(path());
  // A limit on the size of files acts as a full disk.
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit tight{1000, limit.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_ERROR(save_npy(path(), zeros({1000})), IoError,
               "[save_npy] " + path() + ": cannot be written: File too large");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(content_of(path()), before);
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(Npy, ReplacesAFileInOneStep) {
  save_npy(path(), Tensor{1.0});
  const std::ifstream reader(path(), std::ios::binary);  // still sees the old file, whole
  save_npy(path(), Tensor{2.0, 3.0});
  std::string old(std::istreambuf_iterator<char>(reader.rdbuf()), {});
  EXPECT_EQ(old.size(), 128u + 4u);
  EXPECT_TENSOR_EQ(load_npy(path()), (Tensor{2.0, 3.0}));
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(Npy, RefusesToWriteDtypesWithoutKernels) {
  const auto storage = std::make_shared<Storage>(Device::cpu(), 2);
  EXPECT_ERROR(save_npy(path(), Tensor(storage, DType::f16, {1}, {1}, 0)), DTypeError,
               "[save_npy] f16 cannot be written; files have elements of bool, u8, i32, i64, f32 or f64");
  EXPECT_ERROR(save_npy(path(), Tensor(storage, DType::bf16, {1}, {1}, 0)), DTypeError,
               "[save_npy] bf16 cannot be written; files have elements of bool, u8, i32, i64, f32 or f64");
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(Npy, RefusesAnUndefinedTensor) {
  EXPECT_THROW(save_npy(path(), Tensor()), ValueError);
  EXPECT_EQ(files_in_folder(), 0u);
}

}  // namespace
}  // namespace tinytorch::testing
