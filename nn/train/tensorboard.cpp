#include "nn/train/tensorboard.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <filesystem>
#include <string_view>

#include "core/internal/file.h"

// An event file is a sequence of records (TensorFlow's "TFRecord" format), each with an Event of tensorflow's
// event.proto in the encoding of Protocol Buffers, of which it takes only a few kinds of fields.
namespace tinytorch::nn {
namespace {

template <class T>
std::string little_endian(T value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes += static_cast<char>(value >> (8 * i) & 0xffU);
  return bytes;
}

// -- fields of messages (protobuf.dev/programming-guides/encoding)

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>((value & 0x7fU) | 0x80U);
  return bytes + static_cast<char>(value);
}

enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

std::string key(unsigned field, Wire wire) { return varint(field << 3U | static_cast<unsigned>(wire)); }

std::string integer_field(unsigned field, std::int64_t value) {
  return key(field, Wire::varint) + varint(static_cast<std::uint64_t>(value));
}
std::string double_field(unsigned field, double value) {
  return key(field, Wire::fixed64) + little_endian(std::bit_cast<std::uint64_t>(value));
}
std::string float_field(unsigned field, float value) {
  return key(field, Wire::fixed32) + little_endian(std::bit_cast<std::uint32_t>(value));
}
std::string bytes_field(unsigned field, std::string_view value) {
  return key(field, Wire::bytes) + varint(value.size()) + std::string(value);
}

// -- records

/// CRC-32C (Castagnoli), bit by bit from the low end, for each byte.
constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    table[byte] = crc;
  }
  return table;
}();

/// The checksum of a record's part: a CRC-32C that is rotated and added to, as data may hold CRCs itself.
std::string masked_crc(std::string_view data) {
  std::uint32_t crc = ~0U;
  for (const char c : data) crc = crc >> 8U ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xffU];
  return little_endian(std::rotr(~crc, 15) + 0xa282ead8U);
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string file_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host = {"localhost"};
  // The process and the time in nanoseconds, so that two logs never share a file.
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("events.out.tfevents.{}.{}.{}.{}", static_cast<std::int64_t>(now()), host.data(),
                     getpid(), time.count());
}

}  // namespace

TensorBoardLog::TensorBoardLog(const std::string& directory) {
  create_directories("TensorBoardLog", directory);
  path_ = std::filesystem::path(directory) / file_name();
  out_.open(path_, std::ios::binary);
  if (!out_) fail<IoError>("TensorBoardLog", "{}: cannot be opened for writing", path_);
  write_record(double_field(1, now()) + bytes_field(3, "brain.Event:2"));  // wall_time, file_version
}

void TensorBoardLog::scalar(const std::string& tag, double value, std::int64_t step) {
  const std::string summary_value = bytes_field(1, tag) + float_field(2, static_cast<float>(value));
  write_record(double_field(1, now()) + integer_field(2, step) +
               bytes_field(5, bytes_field(1, summary_value)));
}

void TensorBoardLog::on_step(const TrainingState& state) {
  scalar("train/loss", state.loss, state.steps);
  scalar("train/learning_rate", state.learning_rate, state.steps);
  if (state.gradient_norm > 0) scalar("train/gradient_norm", state.gradient_norm, state.steps);
}

void TensorBoardLog::on_validation(const TrainingState& state, const Evaluation& evaluation) {
  scalar("validation/loss", evaluation.loss, state.steps);
  for (const auto& [name, value] : evaluation.metrics) scalar("validation/" + name, value, state.steps);
  flush();
}

void TensorBoardLog::on_end(const TrainingState&, StopReason) { flush(); }

void TensorBoardLog::flush() {
  if (!out_.flush()) fail<IoError>("TensorBoardLog", "{}: events cannot be written", path_);
}

void TensorBoardLog::write_record(const std::string& data) {
  const std::string length = little_endian(std::uint64_t{data.size()});
  out_ << length << masked_crc(length) << data << masked_crc(data);
  if (!out_) fail<IoError>("TensorBoardLog", "{}: an event cannot be written", path_);
}

}  // namespace tinytorch::nn
