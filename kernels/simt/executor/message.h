#pragma once

#include <concepts>
#include <cstddef>

#include "simt/site.h"
#include "simt/vector_types.h"

namespace simt {

/// A number to be written in hexadecimal.
struct Hex {
  unsigned long long value;
};

/// A text of limited length that calls no library function: messages are made in signal handlers, and on
/// device threads, where ThreadSanitizer would attribute a library function's accesses to the device thread.
class Message {
 public:
  Message& operator<<(const char* text);
  Message& operator<<(Hex number);
  Message& operator<<(const uint3& index);
  Message& operator<<(Site at);
  template <std::unsigned_integral T>
  Message& operator<<(T number) {
    return append_number(number, 10);
  }

  const char* text() const { return text_; }

  /// Writes the text and a newline to stderr.
  void write() const;

 private:
  Message& append_number(unsigned long long number, unsigned base);
  void append(char c);

  char text_[4096] = {};
  std::size_t length_ = 0;
};

}  // namespace simt
