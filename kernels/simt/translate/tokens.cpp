#include "kernels/simt/translate/tokens.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace simt {
namespace {

bool begins_identifier(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool continues_identifier(char c) { return begins_identifier(c) || is_digit(c); }

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) next();
    return std::move(tokens_);
  }

 private:
  void next() {
    const char c = source_[at_];
    if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == '\\') return skip_to(at_ + 1);
    if (starts_with("//")) return skip_to(source_.find('\n', at_));
    if (starts_with("/*")) return skip_to(after("*/", at_ + 2));
    if (c == '"' || c == '\'') return add(Token::Kind::literal, end_of_quoted(at_));
    if (is_digit(c) || (c == '.' && at_ + 1 < source_.size() && is_digit(source_[at_ + 1])))
      return add(Token::Kind::literal, end_of_number());
    if (begins_identifier(c)) return add_word();
    for (const std::string_view longer : {"::", "<<<", ">>>"}) {
      if (starts_with(longer)) return add(Token::Kind::punctuation, at_ + longer.size());
    }
    add(Token::Kind::punctuation, at_ + 1);
  }

  /// An identifier, or the prefix of a string or character.
  void add_word() {
    std::size_t end = at_;
    while (end < source_.size() && continues_identifier(source_[end])) ++end;
    const std::string_view word = source_.substr(at_, end - at_);
    constexpr std::array<std::string_view, 9> kPrefixes{"R", "L", "u", "U", "u8", "LR", "uR", "UR", "u8R"};
    const bool quoted = end < source_.size() && (source_[end] == '"' || source_[end] == '\'') &&
                        std::find(kPrefixes.begin(), kPrefixes.end(), word) != kPrefixes.end();
    if (!quoted) return add(Token::Kind::identifier, end);
    add(Token::Kind::literal, word.ends_with('R') ? end_of_raw_string(end) : end_of_quoted(end));
  }

  /// After the closing quote, or at the end of the line, as an apostrophe may stand in an #error.
  std::size_t end_of_quoted(std::size_t quote) const {
    for (std::size_t i = quote + 1; i < source_.size() && source_[i] != '\n'; ++i) {
      if (source_[i] == '\\') {
        ++i;
      } else if (source_[i] == source_[quote]) {
        return i + 1;
      }
    }
    return std::min(source_.find('\n', quote), source_.size());
  }

  /// R"delimiter( ... )delimiter"
  std::size_t end_of_raw_string(std::size_t quote) const {
    const std::size_t open = source_.find('(', quote);
    if (open == std::string_view::npos) return source_.size();
    const std::string close = ')' + std::string(source_.substr(quote + 1, open - quote - 1)) + '"';
    return after(close, open);
  }

  /// With digit separators, suffixes, and the sign of an exponent.
  std::size_t end_of_number() const {
    std::size_t end = at_ + 1;
    while (end < source_.size()) {
      const char c = source_[end], previous = source_[end - 1];
      const bool sign = (c == '+' || c == '-') && (previous == 'e' || previous == 'E' || previous == 'p');
      if (!continues_identifier(c) && c != '.' && c != '\'' && !sign) break;
      ++end;
    }
    return end;
  }

  bool starts_with(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  /// The position after the next `text`, or the end.
  std::size_t after(std::string_view text, std::size_t from) const {
    const std::size_t found = source_.find(text, from);
    return found == std::string_view::npos ? source_.size() : found + text.size();
  }

  void add(Token::Kind kind, std::size_t end) {
    tokens_.push_back({kind, source_.substr(at_, end - at_), line_});
    skip_to(end);
  }

  void skip_to(std::size_t end) {
    end = std::min(end, source_.size());
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source) { return Lexer(source).run(); }

}  // namespace simt
