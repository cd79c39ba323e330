#include "kernels/simt/executor/message.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace simt {

void Message::append(char c) {
  if (length_ + 1 < sizeof text_) {
    text_[length_++] = c;
  }
}

Message& Message::operator<<(const char* text) {
  for (; *text != '\0'; ++text) {
    append(*text);
  }
  return *this;
}

Message& Message::append_number(unsigned long long number, unsigned base) {
  char digits[24];
  std::size_t count = 0;
  do {
    digits[count++] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  while (count > 0) {
    append(digits[--count]);
  }
  return *this;
}

Message& Message::operator<<(Hex number) {
  *this << "0x";
  return append_number(number.value, 16);
}

Message& Message::operator<<(const uint3& index) {
  return *this << "(" << index.x << "," << index.y << "," << index.z << ")";
}

Message& Message::operator<<(Site at) { return *this << at.file << ":" << at.line; }

void Message::write() const {
  Message line = *this;
  line.append('\n');
  // One call, because others may write too; a direct one, which ThreadSanitizer does not intercept.
  syscall(SYS_write, STDERR_FILENO, line.text_, line.length_);
}

}  // namespace simt
