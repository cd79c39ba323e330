#include "core/safetensors.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/internal/stored_type.h"
#include "core/internal/text.h"

namespace tinytorch {
namespace {

using Json = nlohmann::json;

constexpr const char* kMetadata = "__metadata__";
constexpr std::size_t kHeaderLengthSize = 8;                    // the length of the header, before it
constexpr std::size_t kLongestSafetensorsHeader = 100'000'000;  // as in the reference implementation
// The order of the data in files of the reference implementation, which sorts by alignment, and then by its
// enumeration of types.
constexpr std::array kDataOrder{DType::i64, DType::f64, DType::f32, DType::i32, DType::u8, DType::boolean};

/// A tensor as the header describes it.
struct SafetensorsEntry {
  std::optional<std::string> dtype;
  std::optional<std::vector<std::uint64_t>> shape, data_offsets;
};

struct SafetensorsHeader {
  std::map<std::string, SafetensorsEntry> entries;
  std::map<std::string, std::string> metadata;
};

/// Reads the JSON of a header, `{"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3],
/// "data_offsets": [0, 24]}}`, as its parts come. So it sees each key, also a second one of the same name,
/// and keeps nothing that the header should not have. nlohmann's parser does not recurse.
class SafetensorsHeaderReader : public nlohmann::json_sax<Json> {
 public:
  explicit SafetensorsHeaderReader(const FileErrors& file) : file_(file) {}

  SafetensorsHeader result() && { return std::move(result_); }

  bool null() override { unexpected(); }
  bool boolean(bool) override { unexpected(); }
  bool number_integer(number_integer_t) override { unexpected(); }  // a negative one
  bool number_float(number_float_t, const string_t&) override { unexpected(); }
  bool binary(binary_t&) override { unexpected(); }

  bool number_unsigned(number_unsigned_t value) override {
    if (inside_ != Inside::list || value > std::numeric_limits<std::int64_t>::max()) unexpected();
    if (field_ == "shape" && list().size() == kMaxRank)
      errors().error("has more than {} axes, the most that a tensor can have", kMaxRank);
    list().push_back(value);
    return true;
  }

  bool string(string_t& text) override {
    if (inside_ == Inside::metadata) {
      result_.metadata[field_] = std::move(text);
    } else if (inside_ == Inside::tensor && field_ == "dtype") {
      entry_->dtype = std::move(text);
    } else {
      unexpected();
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (inside_ == Inside::nothing) {
      inside_ = Inside::header;
    } else if (inside_ == Inside::header) {
      inside_ = name_ == kMetadata ? Inside::metadata : Inside::tensor;
    } else {
      unexpected();
    }
    return true;
  }

  bool end_object() override {
    if (inside_ == Inside::tensor) {
      const auto need = [&](const char* key, bool found) {
        if (!found) errors().error("the header has no '{}' of it", key);
      };
      need("dtype", entry_->dtype.has_value());
      need("shape", entry_->shape.has_value());
      need("data_offsets", entry_->data_offsets.has_value());
    }
    inside_ = inside_ == Inside::header ? Inside::nothing : Inside::header;
    return true;
  }

  bool start_array(std::size_t) override {
    if (inside_ != Inside::tensor || field_ == "dtype") unexpected();
    inside_ = Inside::list;
    (field_ == "shape" ? entry_->shape : entry_->data_offsets).emplace();
    return true;
  }

  bool end_array() override {
    inside_ = Inside::tensor;
    return true;
  }

  bool key(string_t& text) override {
    if (inside_ == Inside::header) {
      name_ = std::move(text);
      begin_entry();
    } else {
      field_ = std::move(text);
      begin_field();
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    file_.error("the header is not valid JSON in UTF-8 from byte {} of the file on",
                kHeaderLengthSize + position - 1);
  }

 private:
  enum class Inside { nothing, header, metadata, tensor, list };

  void begin_entry() {
    if (name_ == kMetadata) {
      if (has_metadata_) file_.error("the header has '{}' twice", kMetadata);
      has_metadata_ = true;
      return;
    }
    const auto [at, is_new] = result_.entries.try_emplace(name_);
    if (!is_new) errors().error("is in the header twice");
    entry_ = &at->second;
  }

  void begin_field() {
    if (inside_ == Inside::metadata) {
      if (!result_.metadata.try_emplace(field_).second)
        file_.error("the metadata has '{}' twice", printable(field_));
      return;
    }
    const bool is_repeated = (field_ == "dtype" && entry_->dtype) || (field_ == "shape" && entry_->shape) ||
                             (field_ == "data_offsets" && entry_->data_offsets);
    if (is_repeated) errors().error("the header has its '{}' twice", field_);
    if (field_ != "dtype" && field_ != "shape" && field_ != "data_offsets")
      errors().error("the header has an unknown key '{}' of it", printable(field_));
  }

  std::vector<std::uint64_t>& list() { return field_ == "shape" ? *entry_->shape : *entry_->data_offsets; }

  FileErrors errors() const { return file_.within(fmt::format("tensor '{}'", printable(name_))); }

  /// Throws the error for a value of the wrong kind. The header itself begins with '{'.
  [[noreturn]] void unexpected() const {
    if (inside_ == Inside::metadata) file_.error("'{}' in the metadata is not a string", printable(field_));
    if (inside_ == Inside::header && name_ == kMetadata)
      file_.error("'{}' in the header is not an object", kMetadata);
    const FileErrors tensor = errors();
    if (inside_ == Inside::header) tensor.error("what the header has of it is not an object");
    if (field_ == "dtype") tensor.error("its 'dtype' in the header is not a string");
    tensor.error("its '{}' in the header is not a list of integers from 0 to 2^63 - 1", field_);
  }

  const FileErrors& file_;
  Inside inside_ = Inside::nothing;
  SafetensorsHeader result_;
  bool has_metadata_ = false;
  std::string name_, field_;           // the last keys
  SafetensorsEntry* entry_ = nullptr;  // of the tensor of that name
};

/// The length of the header, which is inside the file.
std::size_t safetensors_header_length(const InputFile& file) {
  std::array<std::byte, kHeaderLengthSize> bytes;
  if (file.size() < bytes.size()) {
    file.error("is not a safetensors file: it has only {} bytes", file.size());
  }
  file.read(bytes);
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    length |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  if (length > file.size() - bytes.size()) {
    file.error("is not a safetensors file: its header would have {} bytes, but only {} follow", length,
               file.size() - bytes.size());
  }
  if (length > kLongestSafetensorsHeader) {
    file.error("has a header of {} bytes; at most {} are read", length, kLongestSafetensorsHeader);
  }
  return length;
}

SafetensorsHeader parse_safetensors_header(const FileErrors& errors, std::string_view text) {
  if (!text.starts_with('{')) errors.error("is not a safetensors file: its header does not begin with '{{'");
  // nlohmann's parser takes a NUL byte for the end of the text.
  if (const std::size_t end = text.find('\0'); end != text.npos)
    errors.error("the header is not valid JSON in UTF-8 from byte {} of the file on",
                 kHeaderLengthSize + end);
  SafetensorsHeaderReader reader(errors);
  Json::sax_parse(text, &reader);
  return std::move(reader).result();
}

const StoredType& type_of_safetensors(const FileErrors& errors, std::string_view name) {
  for (const StoredType& type : stored_types()) {
    if (type.safetensors == name) return type;
  }
  errors.error("has elements of an unknown type, '{}'", printable(name));
}

std::string safetensors_header_of(const std::vector<std::pair<std::string, Tensor>>& tensors,
                                  const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  const auto add = [&](const std::string& name, const std::string& value) {
    text += fmt::format("{}{}:{}", text.size() == 1 ? "" : ",", Json(name).dump(), value);
  };
  if (!metadata.empty()) add(kMetadata, Json(metadata).dump());
  std::uint64_t begin = 0;
  for (const auto& [name, x] : tensors) {
    const StoredType& type = type_to_write("save_safetensors", x.dtype());
    const std::uint64_t end = begin + static_cast<std::uint64_t>(x.numel()) * type.size;
    add(name, fmt::format(R"({{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", type.safetensors,
                          fmt::join(x.shape().begin(), x.shape().end(), ","), begin, end));
    begin = end;
  }
  text += '}';
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data is aligned
  return text;
}

void check_utf8(const std::string& text) {
  if (!is_utf8(text)) fail<ValueError>("save_safetensors", "'{}' is not valid UTF-8", printable(text));
}

void check_tensor(const std::string& name, const Tensor& x) {
  check_utf8(name);
  if (name == kMetadata)
    fail<ValueError>("save_safetensors", "'{}' cannot be the name of a tensor", kMetadata);
  if (!x.defined()) fail<ValueError>("save_safetensors", "the tensor '{}' is undefined", printable(name));
}

}  // namespace

/// What is known of an open file.
struct SafetensorsFile::Content {
  struct Stored {
    SafetensorsInfo info;
    const StoredType* type;
    std::uint64_t begin;  // of its data, after the header
  };

  Content(const std::string& path, SafetensorsOptions options);

  void add(const std::string& name, const SafetensorsEntry& entry);
  void check_layout(SafetensorsOptions options) const;
  const Stored& find(const std::string& name) const;
  FileErrors errors_of(const std::string& name) const {
    return file.within(fmt::format("tensor '{}'", printable(name)));
  }

  InputFile file;
  std::uint64_t data_begin = 0;
  std::map<std::string, Stored> tensors;
  std::vector<std::string> names;
  std::map<std::string, std::string> metadata;
};

SafetensorsFile::Content::Content(const std::string& path, SafetensorsOptions options)
    : file("SafetensorsFile", path) {
  std::string text(safetensors_header_length(file), '\0');
  file.read(std::as_writable_bytes(std::span(text)));
  data_begin = kHeaderLengthSize + text.size();
  SafetensorsHeader header = parse_safetensors_header(file, text);
  metadata = std::move(header.metadata);
  for (const auto& [name, entry] : header.entries) add(name, entry);
  std::ranges::stable_sort(names, {}, [this](const std::string& name) {
    const Stored& stored = tensors.at(name);
    return std::pair(stored.begin, stored.info.bytes);
  });
  check_layout(options);
}

void SafetensorsFile::Content::add(const std::string& name, const SafetensorsEntry& entry) {
  const FileErrors errors = errors_of(name);
  const StoredType& type = type_of_safetensors(errors, *entry.dtype);
  Shape shape;
  for (const std::uint64_t length : *entry.shape) shape.push_back(static_cast<std::int64_t>(length));
  const std::optional<std::size_t> bytes = stored_size(shape, type.size);
  if (!bytes) errors.error("shape {} of {} is larger than any file", shape, type.safetensors);
  const std::vector<std::uint64_t>& offsets = *entry.data_offsets;
  if (offsets.size() != 2) errors.error("its 'data_offsets' are {} numbers; it must be 2", offsets.size());
  const std::uint64_t begin = offsets[0], end = offsets[1], available = file.size() - data_begin;
  if (begin > end || end > available) {
    errors.error("its data_offsets [{}, {}] are not a range of the file's {} bytes of data", begin, end,
                 available);
  }
  if (*bytes != end - begin) {
    errors.error("shape {} of {} takes {} bytes, but its data_offsets [{}, {}] span {}", shape,
                 type.safetensors, *bytes, begin, end, end - begin);
  }
  tensors.emplace(name, Stored{{*entry.dtype, shape, *bytes}, &type, begin});
  names.push_back(name);
}

/// Each tensor's data begins where the one before ends, and the last ends with the file.
void SafetensorsFile::Content::check_layout(SafetensorsOptions options) const {
  std::uint64_t end = 0;
  for (const std::string& name : names) {
    const Stored& stored = tensors.at(name);
    if (stored.begin != end) {
      errors_of(name).error(
          "its data begins at byte {} of the data, but must begin at byte {}, where that of "
          "the tensor before it ends",
          stored.begin, end);
    }
    end += stored.info.bytes;
  }
  const std::uint64_t trailing = file.size() - data_begin - end;
  if (trailing > 0 && !options.allow_trailing_bytes)
    file.error("has {} bytes after the data of its tensors; allow_trailing_bytes accepts them", trailing);
}

const SafetensorsFile::Content::Stored& SafetensorsFile::Content::find(const std::string& name) const {
  const auto at = tensors.find(name);
  if (at == tensors.end())
    fail<ValueError>("SafetensorsFile", "the file has no tensor '{}'", printable(name));
  return at->second;
}

SafetensorsFile::SafetensorsFile(const std::string& path, SafetensorsOptions options)
    : content_(std::make_unique<const Content>(path, options)) {}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;

const std::vector<std::string>& SafetensorsFile::names() const { return content_->names; }
const std::map<std::string, std::string>& SafetensorsFile::metadata() const { return content_->metadata; }
bool SafetensorsFile::contains(const std::string& name) const { return content_->tensors.contains(name); }
const SafetensorsInfo& SafetensorsFile::info(const std::string& name) const {
  return content_->find(name).info;
}

Tensor SafetensorsFile::load(const std::string& name) const {
  const Content::Stored& stored = content_->find(name);
  const FileErrors errors = content_->errors_of(name);
  if (!stored.type->dtype) {
    errors.error("elements of type {} cannot be read; convert the tensor to F16, BF16, F32 or F64",
                 stored.info.dtype);
  }
  return read_elements(errors, *stored.type, stored.info.shape, [&](std::span<std::byte> data) {
    content_->file.read_at(content_->data_begin + stored.begin, data);
  });
}

std::map<std::string, Tensor> SafetensorsFile::all() const {
  std::map<std::string, Tensor> tensors;
  for (const std::string& name : names()) tensors.emplace(name, load(name));
  return tensors;
}

std::map<std::string, Tensor> load_safetensors(const std::string& path, SafetensorsOptions options) {
  const OpScope scope("load_safetensors");
  return SafetensorsFile(path, options).all();
}

void save_safetensors(const std::string& path, const std::map<std::string, Tensor>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  const OpScope scope("save_safetensors");
  for (const auto& [key, text] : metadata) {
    check_utf8(key);
    check_utf8(text);
  }
  for (const auto& [name, x] : tensors) check_tensor(name, x);
  std::vector<std::pair<std::string, Tensor>> ordered(tensors.begin(), tensors.end());
  std::ranges::stable_sort(
      ordered, {}, [](const auto& each) { return std::ranges::find(kDataOrder, each.second.dtype()); });
  const std::string header = safetensors_header_of(ordered, metadata);
  if (header.size() > kLongestSafetensorsHeader) {
    fail<ValueError>("save_safetensors", "the header of {} bytes is longer than the {} that files may have",
                     header.size(), kLongestSafetensorsHeader);
  }
  std::array<std::byte, kHeaderLengthSize> length;
  for (std::size_t i = 0; i < length.size(); ++i)
    length[i] = static_cast<std::byte>(header.size() >> (8 * i));

  ReplacementFile file("save_safetensors", path);
  file.write(length);
  file.write(std::as_bytes(std::span(header)));
  for (const auto& [name, x] : ordered) file.write(bytes_of(elements_to_write(x)));
  file.commit();
}

}  // namespace tinytorch
