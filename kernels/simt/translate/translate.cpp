#include "kernels/simt/translate/translate.h"

#include "kernels/simt/translate/tokens.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simt {
namespace {

/// A source and its tokens, with the text between them.
class Translator {
 public:
  explicit Translator(std::string_view source) : source_(source), tokens_(tokens_of(source)) {
    match_brackets();
  }

  std::string run() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      follow_scopes(i);
      if (tokens_[i].is("<<<") && !(i > 0 && tokens_[i - 1].is("operator"))) rewrite_launch(i);
      if (tokens_[i].is("__shared__")) rewrite_shared(i);
    }
    return apply_edits();
  }

 private:
  /// Text that replaces the source's [begin, end).
  struct Edit {
    std::size_t begin, end;
    std::string text;
  };

  [[noreturn]] void fail(std::size_t token, const std::string& what) const {
    throw TranslationError(tokens_[std::min(token, tokens_.size() - 1)].line, what);
  }

  std::size_t begin_of(std::size_t token) const {
    return static_cast<std::size_t>(tokens_[token].text.data() - source_.data());
  }
  std::size_t end_of(std::size_t token) const { return begin_of(token) + tokens_[token].text.size(); }
  /// The tokens [first, last) on one line, with a space only where two words would become one. What is
  /// written more than once must not be long: the result would be many times as large as the source.
  std::string text(std::size_t first, std::size_t last) const {
    const auto is_word = [&](std::size_t i) { return tokens_[i].kind != Token::Kind::punctuation; };
    constexpr std::size_t kMost = 1000;
    std::string joined;
    for (std::size_t i = first; i < last; ++i) {
      if (tokens_[i].text.find('\n') != std::string_view::npos)
        fail(i, "a literal of several lines is not supported here");
      if (i > first && is_word(i) && is_word(i - 1)) joined += ' ';
      joined += tokens_[i].text;
      if (joined.size() > kMost) fail(first, "a name, type or extent of more than 1000 characters");
    }
    return joined;
  }
  bool is(std::size_t token, std::string_view text) const {
    return token < tokens_.size() && tokens_[token].is(text);
  }

  bool is_one_of(std::size_t token, std::string_view characters) const {
    return tokens_[token].kind == Token::Kind::punctuation &&
           characters.find(tokens_[token].text.front()) != std::string_view::npos;
  }

  /// Fills closing_, once for all, as hostile sources have many brackets in each other.
  void match_brackets() {
    closing_.assign(tokens_.size(), tokens_.size());
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is_one_of(i, "([{")) open.push_back(i);
      if (!is_one_of(i, ")]}") || open.empty()) continue;
      closing_[open.back()] = i;
      open.pop_back();
    }
  }

  /// The token at which what `open` opens is closed.
  std::size_t closing(std::size_t open) const {
    if (open >= tokens_.size()) fail(open, "the source ends too early");
    if (closing_[open] == tokens_.size())
      fail(open, "'" + std::string(tokens_[open].text) + "' is never closed");
    return closing_[open];
  }

  // kernel<<<grid, block, bytes, stream>>>(arguments)

  /// Where the expression begins that names the kernel of the launch at `chevrons`: identifiers with :: and
  /// template arguments.
  std::size_t begin_of_kernel(std::size_t chevrons) const {
    std::size_t i = chevrons;
    while (i > 0) {
      std::size_t name = i - 1;
      if (is(name, ">")) name = before_template_arguments(name);
      if (tokens_[name].kind != Token::Kind::identifier) break;
      i = name;
      if (i == 0 || !is(i - 1, "::")) break;
      --i;
    }
    if (i == chevrons) fail(chevrons, "a kernel's name is expected before <<<");
    return i;
  }

  /// The token before the < that the > at `close` closes.
  std::size_t before_template_arguments(std::size_t close) const {
    int depth = 0;
    for (std::size_t i = close + 1; i-- > 1;) {
      if (is(i, ">>>")) depth += 3;
      if (is(i, ">")) ++depth;
      if (is(i, "<") && --depth == 0) return i - 1;
      if (is(i, ";") || is(i, "}") || is(i, "<<<")) break;
    }
    fail(close, "the template arguments before <<< have no '<'");
  }

  std::size_t end_of_configuration(std::size_t chevrons) const {
    for (std::size_t i = chevrons + 1; i < tokens_.size(); ++i) {
      if (is(i, ">>>")) return i;
      if (is_one_of(i, "([{")) {
        i = closing(i);
      } else if (is_one_of(i, ")]}") || is(i, ";") || is(i, "<<<")) {
        break;
      }
    }
    fail(chevrons, "<<< is never closed by >>>");
  }

  void rewrite_launch(std::size_t chevrons) {
    const std::size_t kernel = begin_of_kernel(chevrons), close = end_of_configuration(chevrons);
    if (close == chevrons + 1) fail(chevrons, "<<<>>> needs the numbers of blocks and of threads");
    if (!is(close + 1, "(")) fail(close, "the kernel's arguments are expected after >>>, in parentheses");
    const std::string name = text(kernel, chevrons);
    edits_.push_back({begin_of(kernel), begin_of(kernel),
                      "::simt::launch_call(" + quoted(name) + ", [&](auto&&... simt_values) { "});
    replace(chevrons, "(simt_values...); }, ::simt::configuration(");
    replace(close, ")");
    const bool has_arguments = closing(close + 1) > close + 2;
    replace(close + 1, has_arguments ? ", " : "");
  }

  static std::string quoted(const std::string& name) {
    std::string literal = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    return literal + '"';
  }

  // [extern] __shared__ [alignas(n)] type name[n], name[m];

  void rewrite_shared(std::size_t keyword) {
    std::size_t begin = keyword;
    bool is_extern = false;
    std::string qualifiers;
    constexpr std::array<std::string_view, 4> kBefore{"extern", "static", "volatile", "const"};
    while (begin > 0 && std::find(kBefore.begin(), kBefore.end(), tokens_[begin - 1].text) != kBefore.end()) {
      --begin;
      is_extern = is_extern || is(begin, "extern");
      if (is(begin, "volatile")) qualifiers = "volatile ";
    }
    if (is_at_namespace_scope()) fail(keyword, "declare shared memory in the kernel that uses it");
    std::size_t end = keyword;
    while (end < tokens_.size() && !is(end, ";")) {
      if (is(end, "<<<") || (end > keyword && is(end, "__shared__")))
        fail(end, "this is not possible in a declaration of shared memory");
      if (is(end, "{"))
        fail(keyword, "shared memory of an unnamed type or with initial values is not supported");
      ++end;
    }
    if (end == tokens_.size()) fail(keyword, "a declaration of shared memory has to end with ;");
    declare(begin, keyword + 1, end, qualifiers, is_extern);
  }

  /// Keeps the open braces before the token in scopes_.
  void follow_scopes(std::size_t token) {
    if (token == 0) return;
    if (is(token - 1, "}") && !scopes_.empty()) {
      inner_scopes_ -= scopes_.back() ? 0 : 1;
      scopes_.pop_back();
    }
    if (is(token - 1, "{")) {
      scopes_.push_back(follows_namespace(token - 1));
      inner_scopes_ += scopes_.back() ? 0 : 1;
    }
  }
  /// Whether every open brace belongs to a namespace.
  bool is_at_namespace_scope() const { return inner_scopes_ == 0; }
  bool follows_namespace(std::size_t brace) const {
    std::size_t i = brace;
    while (i > 0 && (tokens_[i - 1].kind == Token::Kind::identifier || is(i - 1, "::"))) {
      if (is(--i, "namespace")) return true;
    }
    return false;
  }

  /// Replaces the declaration [begin, end), whose type begins at `type`.
  void declare(std::size_t begin, std::size_t type, std::size_t end, const std::string& qualifiers,
               bool is_extern) {
    std::string alignment;
    while (is(type, "alignas") || is(type, "__align__")) {
      const std::size_t close = closing(type + 1);
      alignment = ", " + text(type + 2, close);
      type = close + 1;
    }
    std::size_t name = first_variable(type, end);
    const std::string element = qualifiers + text(type, name);
    std::string declarations;
    const auto add = [&](std::initializer_list<std::string_view> texts) {
      for (const std::string_view each : texts) declarations += each;
    };
    constexpr std::size_t kMostDeclared = 10'000;
    while (name < end) {
      // Each repeats the type.
      if (declarations.size() > kMostDeclared)
        fail(begin, "a declaration of shared memory has too many variables");
      const std::size_t after = end_of_declarator(name + 1, end);
      const std::string variable(tokens_[name].text), extents = text(name + 1, after);
      if (is_extern) {
        add({element, "* ", variable, " = dynamic_shared<", element, ">(); "});
      } else {
        add({"static char simt_key_", variable, "; auto& ", variable, " = ::simt::static_shared<", element,
             extents, alignment, ">(&simt_key_", variable, "); "});
      }
      name = after + 1;
    }
    // The lines that follow keep their numbers.
    declarations.append(static_cast<std::size_t>(tokens_[end].line - tokens_[begin].line), '\n');
    edits_.push_back({begin_of(begin), end_of(end), declarations});
  }

  /// The name of the first variable: the last identifier before [ , or the end, outside template arguments.
  std::size_t first_variable(std::size_t type, std::size_t end) const {
    int angles = 0;
    for (std::size_t i = type; i <= end; ++i) {
      if (is(i, "<")) ++angles;
      if (is(i, ">")) --angles;
      if (angles > 0 || !(is(i, "[") || is(i, ",") || is(i, "=") || i == end)) continue;
      if (i < type + 2 || tokens_[i - 1].kind != Token::Kind::identifier) break;
      return i - 1;
    }
    fail(type, "shared memory is declared as in `__shared__ float tile[32][33];`");
  }

  /// The comma or the end after the extents of a variable.
  std::size_t end_of_declarator(std::size_t extents, std::size_t end) const {
    std::size_t i = extents;
    while (is(i, "[")) i = closing(i) + 1;
    if (is(i, "="))
      fail(i, "shared memory cannot have initial values: a thread writes them, then __syncthreads()");
    if (i != end && !is(i, ",")) fail(i, "shared memory is declared as in `__shared__ float tile[32][33];`");
    return i;
  }

  void replace(std::size_t token, std::string text) {
    edits_.push_back({begin_of(token), end_of(token), std::move(text)});
  }

  std::string apply_edits() {
    std::stable_sort(edits_.begin(), edits_.end(),
                     [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
    std::string result;
    std::size_t at = 0;
    for (const Edit& edit : edits_) {
      if (edit.begin < at) {
        const auto end = source_.begin() + static_cast<std::ptrdiff_t>(edit.begin);
        throw TranslationError(static_cast<int>(std::count(source_.begin(), end, '\n')) + 1,
                               "a launch and a declaration of shared memory overlap");
      }
      result += source_.substr(at, edit.begin - at);
      result += edit.text;
      at = edit.end;
    }
    return result += source_.substr(at);
  }

  std::string_view source_;
  std::vector<Token> tokens_;
  std::vector<std::size_t> closing_;  // of each bracket, the token that closes it; else their number
  std::vector<bool> scopes_;          // the open braces: whether each belongs to a namespace
  std::size_t inner_scopes_ = 0;      // how many do not
  std::vector<Edit> edits_;
};

}  // namespace

std::string translate(std::string_view source) { return Translator(source).run(); }

std::string line_directive(std::string_view file) {
  std::string directive = "#line 1 \"";
  for (const char c : file) {
    if (c == '"' || c == '\\') directive += '\\';
    directive += c == '\n' ? "\\n" : std::string(1, c);
  }
  return directive + "\"\n";
}

}  // namespace simt
