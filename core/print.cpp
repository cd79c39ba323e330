// Prints tensors as NumPy 2.4 does with its default options (numpy/_core/arrayprint.py): floatmode maxprec.
#include "core/ops/shape.h"
#include "core/tensor.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <ostream>
#include <string_view>

namespace tinytorch {
namespace {

constexpr int kPrecision = 8;
constexpr std::int64_t kThreshold = 1000;  // tensors of more elements are summarized
constexpr std::int64_t kEdgeItems = 3;     // elements at each end of a summarized axis
constexpr std::size_t kLineWidth = 75;

std::string padded(std::size_t width, std::string text) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

/// The text of a finite number: "-1" "." "25", with the exponent "+05" in scientific notation.
struct Decimal {
  std::string integer;
  std::string fraction;
  std::string exponent;
};

template <class T>
std::string_view to_chars(std::span<char> buffer, T x, std::chars_format format, int precision) {
  char* const end = buffer.data() + buffer.size();
  const auto result = precision < 0 ? std::to_chars(buffer.data(), end, x, format)
                                    : std::to_chars(buffer.data(), end, x, format, precision);
  return {buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())};
}

/// x with `precision` digits after the point, correctly rounded; with the fewest digits that identify x if
/// `precision` is negative.
template <class T>
Decimal to_decimal(T x, std::chars_format format, int precision) {
  std::array<char, 512> buffer;  // the longest is -1.8e308 in fixed notation with eight decimals
  std::string_view text = to_chars(buffer, x, format, precision);
  Decimal result;
  if (const std::size_t e = text.find('e'); e != text.npos) {
    result.exponent = text.substr(e + 1);
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  result.integer = text.substr(0, point);
  if (point != text.npos) result.fraction = text.substr(point + 1);
  return result;
}

void trim_zeros(std::string& fraction) { fraction.erase(fraction.find_last_not_of('0') + 1); }

/// x in scientific notation: the fewest digits that identify x, but at most `precision` after the point.
template <class T>
Decimal scientific(T x, int precision) {
  Decimal result = to_decimal(x, std::chars_format::scientific, -1);
  if (result.fraction.size() > static_cast<std::size_t>(precision)) {
    result = to_decimal(x, std::chars_format::scientific, precision);
  }
  trim_zeros(result.fraction);
  return result;
}

/// The same in fixed notation. The digits come from scientific notation, since std::to_chars in fixed
/// notation gives large numbers more digits than identify them: 123456790.0f would be 123456792.
template <class T>
Decimal positional(T x, int precision) {
  const Decimal shortest = to_decimal(x, std::chars_format::scientific, -1);
  const int exponent = std::stoi(shortest.exponent);
  const bool negative = std::signbit(x);
  std::string digits = shortest.integer.substr(negative ? 1 : 0) + shortest.fraction;
  if (static_cast<int>(digits.size()) - 1 - exponent > precision) {
    Decimal result = to_decimal(x, std::chars_format::fixed, precision);
    trim_zeros(result.fraction);
    return result;
  }
  int point = exponent + 1;  // its position in the digits
  if (point <= 0) digits.insert(0, static_cast<std::size_t>(1 - point), '0');
  point = std::max(point, 1);
  const auto integer_size = static_cast<std::size_t>(point);
  if (digits.size() < integer_size) digits.append(integer_size - digits.size(), '0');
  Decimal result{digits.substr(0, integer_size), digits.substr(integer_size), ""};
  if (negative) result.integer.insert(0, 1, '-');
  trim_zeros(result.fraction);
  return result;
}

template <class T>
std::string not_finite(T x) {
  if (std::isnan(x)) return "nan";
  return x < 0 ? "-inf" : "inf";
}

/// The format of a tensor's elements: all in fixed or all in scientific notation, with the points aligned.
template <class T>
class FloatFormat {
 public:
  explicit FloatFormat(std::span<const T> values) {
    choose_notation(values);
    for (const T x : values) {
      if (!std::isfinite(x)) continue;
      const Decimal decimal = scientific_ ? scientific(x, kPrecision) : positional(x, kPrecision);
      left_ = std::max(left_, decimal.integer.size());
      right_ = std::max(right_, decimal.fraction.size());
      exponent_digits_ = std::max(exponent_digits_, decimal.exponent.size());
    }
    if (scientific_) {
      decimals_ = static_cast<int>(right_);
      right_ += exponent_digits_ + 1;  // the e
    }
    for (const T x : values) {
      if (!std::isfinite(x)) left_ = std::max(left_ + 1 + right_, not_finite(x).size()) - 1 - right_;
    }
  }

  std::string operator()(T x) const {
    if (!std::isfinite(x)) return padded(left_ + 1 + right_, not_finite(x));
    if (!scientific_) {
      Decimal decimal = positional(x, kPrecision);
      decimal.fraction.resize(right_, ' ');
      return padded(left_, decimal.integer) + '.' + decimal.fraction;
    }
    Decimal decimal = to_decimal(x, std::chars_format::scientific, decimals_);
    decimal.exponent.insert(1, exponent_digits_ - decimal.exponent.size(), '0');
    return padded(left_, decimal.integer) + '.' + decimal.fraction + 'e' + decimal.exponent;
  }

 private:
  void choose_notation(std::span<const T> values) {
    T largest = 0;
    T smallest = std::numeric_limits<T>::infinity();
    for (const T x : values) {
      if (!std::isfinite(x) || x == 0) continue;
      largest = std::max(largest, std::abs(x));
      smallest = std::min(smallest, std::abs(x));
    }
    // As many digits before the point as the type represents exactly, but at most 8.
    const T limit = std::numeric_limits<T>::digits10 < kPrecision ? T(1e6) : T(1e8);
    scientific_ = largest > 0 && (largest >= limit || smallest < T(1e-4) || largest / smallest > T(1000));
  }

  bool scientific_ = false;
  int decimals_ = 0;                 // in scientific notation
  std::size_t left_ = 0;             // characters before the point
  std::size_t right_ = 0;            // characters after the point
  std::size_t exponent_digits_ = 0;  // including the sign
};

template <class T>
std::vector<std::string> words(std::span<const T> values) {
  std::vector<std::string> result;
  result.reserve(values.size());
  if constexpr (std::is_floating_point_v<T>) {
    const FloatFormat<T> format(values);
    for (const T x : values) result.push_back(format(x));
  } else {
    std::size_t width = 0;
    for (const T x : values) {
      result.push_back(std::to_string(x));
      width = std::max(width, result.back().size());
    }
    for (std::string& word : result) word = padded(width, word);
  }
  return result;
}

std::vector<std::string> words_of(const Tensor& x) {
  return dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      std::vector<std::string> result;
      for (const std::uint8_t value : x.to_vector<std::uint8_t>())
        result.emplace_back(value ? " True" : "False");
      return result;
    } else {
      const std::vector<T> values = x.to_vector<T>();
      return words<T>(values);
    }
  });
}

/// The only element of a tensor without axes, with all its digits.
template <class T>
std::string scalar_text(T x) {
  if constexpr (std::is_same_v<T, bool>) {
    return x ? "True" : "False";
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(x)) return not_finite(x);
    constexpr int kAll = std::numeric_limits<int>::max();
    const double size = std::abs(static_cast<double>(x));
    constexpr double kLimit = std::is_same_v<T, float> ? 1e6 : 1e16;
    if (size == 0 || (size >= 1e-4 && size < kLimit)) {
      const Decimal decimal = positional(x, kAll);
      return decimal.integer + '.' + (decimal.fraction.empty() ? "0" : decimal.fraction);
    }
    const Decimal decimal = scientific(x, kAll);
    return decimal.integer + (decimal.fraction.empty() ? "" : '.' + decimal.fraction) + 'e' +
           decimal.exponent;
  } else {
    return std::to_string(x);
  }
}

/// Formats the elements of a tensor in brackets, one row per line.
class BracketFormatter {
 public:
  /// @param words  the elements of a tensor of shape `shown`, in row-major order
  /// @param cut    the axes along which elements were left out in the middle
  BracketFormatter(std::span<const std::string> words, const Shape& shown, std::span<const bool> cut)
      : words_(words), shown_(shown), cut_(cut) {}

  std::string text() { return axis_text(0, " ", kLineWidth); }

 private:
  /// The text of the next elements along `axis` and the axes after it. All lines but the first begin with
  /// `indent`.
  std::string axis_text(int axis, const std::string& indent, std::size_t width) {
    const bool last_axis = axis == shown_.size() - 1;
    const bool cut = cut_[static_cast<std::size_t>(axis)];
    std::string text;
    std::string line = indent;
    const std::string rows_end(static_cast<std::size_t>(shown_.size() - 1 - axis), '\n');
    const auto add = [&](const std::string& item, bool last) {
      if (last_axis) {
        if (line.size() + item.size() > width - 1 && line.size() > indent.size()) {
          line.erase(line.find_last_not_of(' ') + 1);
          text += line + '\n';
          line = indent;
        }
        line += item;
        if (!last) line += ' ';
      } else {
        text += indent + item;
        if (!last) text += rows_end;
      }
    };
    for (std::int64_t i = 0; i < shown_[axis]; ++i) {
      if (cut && i == kEdgeItems) add("...", false);
      add(last_axis ? words_[next_++] : axis_text(axis + 1, indent + ' ', width - 1), i == shown_[axis] - 1);
    }
    if (last_axis) text += line;
    return '[' + text.substr(indent.size()) + ']';
  }

  std::span<const std::string> words_;
  std::size_t next_ = 0;
  Shape shown_;
  std::span<const bool> cut_;
};

}  // namespace

std::string to_string(const Tensor& x) {
  if (!x.defined()) return "undefined";
  if (x.rank() == 0) return dispatch(x.dtype(), [&]<class T>() { return scalar_text(x.item<T>()); });
  if (x.numel() == 0) return "[]";

  Tensor shown = x;
  std::array<bool, kMaxRank> cut{};
  for (int axis = 0; axis < x.rank() && x.numel() > kThreshold; ++axis) {
    if (x.size(axis) <= 2 * kEdgeItems) continue;
    cut[static_cast<std::size_t>(axis)] = true;
    shown = concat({slice(shown, axis, 0, kEdgeItems), slice(shown, axis, -kEdgeItems)}, axis);
  }
  return BracketFormatter(words_of(shown), shown.shape(), cut).text();
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace tinytorch
