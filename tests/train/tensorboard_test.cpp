#include "nn/train/tensorboard.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using TensorBoardLog = FileTest;

/// CRC-32C, bit by bit: another way than that of the writer.
std::uint32_t masked_crc(const std::string& data) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : data) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}

/// Reads bytes, and fails at their end.
class Reader {
 public:
  explicit Reader(std::string data) : data_(std::move(data)) {}
  bool is_at_end() const { return at_ == data_.size(); }

  std::string bytes(std::size_t n) {
    if (n > data_.size() - at_) throw std::runtime_error("the data ends too early");
    at_ += n;
    return data_.substr(at_ - n, n);
  }
  template <class T>
  T value() {
    T result;
    std::memcpy(&result, bytes(sizeof(T)).data(), sizeof(T));
    return result;
  }
  std::uint64_t varint() {
    std::uint64_t result = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = value<std::uint8_t>();
      result |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return result;
    }
  }

 private:
  std::string data_;
  std::size_t at_ = 0;
};

struct Scalar {
  std::string tag;
  float value;
  std::int64_t step;
  bool operator==(const Scalar&) const = default;
};

std::pair<std::string, float> tag_and_value(const std::string& summary) {
  Reader reader(summary);
  EXPECT_EQ(reader.varint(), 1U << 3U | 2U);  // Summary.value
  Reader value(reader.bytes(reader.varint()));
  EXPECT_EQ(value.varint(), 1U << 3U | 2U);  // tag
  std::string tag = value.bytes(value.varint());
  EXPECT_EQ(value.varint(), 2U << 3U | 5U);  // simple_value
  return {std::move(tag), value.value<float>()};
}

/// The scalars of an event file, whose checksums are checked.
std::vector<Scalar> scalars(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  Reader reader(std::string(std::istreambuf_iterator<char>(in), {}));
  std::vector<Scalar> all;
  bool is_first = true;
  while (!reader.is_at_end()) {
    const std::string length = reader.bytes(8);
    EXPECT_EQ(reader.value<std::uint32_t>(), masked_crc(length));
    const std::string data = reader.bytes(Reader(length).value<std::uint64_t>());
    EXPECT_EQ(reader.value<std::uint32_t>(), masked_crc(data));
    Reader event(data);
    EXPECT_EQ(event.varint(), 1U << 3U | 1U);  // wall_time
    EXPECT_GT(event.value<double>(), 1.7e9);
    if (std::exchange(is_first, false)) {
      EXPECT_EQ(event.varint(), 3U << 3U | 2U);  // file_version
      EXPECT_EQ(event.bytes(event.varint()), "brain.Event:2");
      continue;
    }
    EXPECT_EQ(event.varint(), 2U << 3U | 0U);  // step
    const auto step = static_cast<std::int64_t>(event.varint());
    EXPECT_EQ(event.varint(), 5U << 3U | 2U);  // summary
    const auto [tag, value] = tag_and_value(event.bytes(event.varint()));
    all.push_back({tag, value, step});
  }
  return all;
}

TEST_F(TensorBoardLog, HasTheScalarsOfARun) {
  nn::TensorBoardLog log(path("run")), other(path("run"));
  EXPECT_NE(log.path(), other.path());
  log.on_step({.steps = 1, .loss = 0.5, .learning_rate = 0.25});
  log.on_step({.steps = 300, .loss = 2, .learning_rate = 0.25, .gradient_norm = 8});
  log.on_validation({.steps = 300}, {.loss = 3, .metrics = {{"accuracy", 0.75}}});
  log.scalar("mine", -1, 1LL << 40);
  log.on_end({}, nn::StopReason::completed);
  EXPECT_EQ(scalars(log.path()), (std::vector<Scalar>{{"train/loss", 0.5F, 1},
                                                      {"train/learning_rate", 0.25F, 1},
                                                      {"train/loss", 2, 300},
                                                      {"train/learning_rate", 0.25F, 300},
                                                      {"train/gradient_norm", 8, 300},
                                                      {"validation/loss", 3, 300},
                                                      {"validation/accuracy", 0.75F, 300},
                                                      {"mine", -1, 1LL << 40}}));
}

TEST_F(TensorBoardLog, IsReadByTensorBoard) {
  if (!has_python_module("tensorboard.backend.event_processing.event_accumulator"))
    GTEST_SKIP() << "the Python package tensorboard is not installed";
  {
    nn::TensorBoardLog log(path("run"));
    for (int step = 1; step <= 3; ++step)
      log.on_step({.steps = step, .loss = 1.0 / step, .learning_rate = 0.5});
    log.scalar("mine", -1.25, 1LL << 40);
  }
  const ProgramRun run = run_python(R"(
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
log = EventAccumulator(")" + path("run") +
                                    R"(")
log.Reload()
print(sorted(log.Tags()["scalars"]))
for tag in ("train/loss", "mine"):
    print([(event.step, round(event.value, 4)) for event in log.Scalars(tag)])
)");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_TRUE(
      run.output.ends_with("['mine', 'train/learning_rate', 'train/loss']\n"
                           "[(1, 1.0), (2, 0.5), (3, 0.3333)]\n[(1099511627776, -1.25)]\n"))
      << run.output;
}

/// Whether a message has this form, where "@" stands for a path.
bool has_form(std::string_view message, std::string_view form) {
  const std::size_t at = form.find('@');
  return message.starts_with(form.substr(0, at)) && message.ends_with(form.substr(at + 1));
}

TEST_F(TensorBoardLog, HasChecksumsOfCrc32c) {
  // The check value of CRC-32C is 0xe3069283.
  EXPECT_EQ(masked_crc("123456789"), ((0xe3069283U >> 15U) | (0xe3069283U << 17U)) + 0xa282ead8U);
}

TEST_F(TensorBoardLog, FailsIfAnEventIsLost) {
  // The file would have a path that is too long.
  std::string deep = path("deep");
  while (deep.size() < 3800) deep += '/' + std::string(200, 'd');
  deep += '/' + std::string(4090 - deep.size() - 1, 'd');
  try {
    const nn::TensorBoardLog log(deep);
    ADD_FAILURE() << "the file was opened";
  } catch (const IoError& error) {
    EXPECT_TRUE(has_form(error.what(), "[TensorBoardLog] @: cannot be opened for writing")) << error.what();
  }

  const auto with_a_limit = [&](bool at_the_end, const char* form) {
    signal(SIGXFSZ, SIG_IGN);
    nn::TensorBoardLog log(path("limited"));
    const rlimit limit{10, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string message = "nothing failed";
    try {
      if (at_the_end) log.on_end({}, nn::StopReason::completed);
      for (int i = 0; i < 100000; ++i) log.scalar("x", 1, i);
    } catch (const IoError& error) {
      message = error.what();
    }
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &unlimited);          // standard error may be a file, too
    std::_Exit(has_form(message, form) ? 0 : 1);  // no leaks are reported
  };
  EXPECT_EXIT(with_a_limit(false, "[TensorBoardLog] @: an event cannot be written"),
              ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(with_a_limit(true, "[TensorBoardLog] @: events cannot be written"),
              ::testing::ExitedWithCode(0), "");
}

TEST_F(TensorBoardLog, NeedsADirectory) {
  EXPECT_ERROR(nn::TensorBoardLog("/dev/null/runs"), IoError,
               "[TensorBoardLog] /dev/null/runs: cannot be created as a directory: Not a directory");
}

}  // namespace
}  // namespace tinytorch::testing
