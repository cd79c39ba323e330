#include "kernels/simt/translate/translate.h"

#include "kernels/simt/translate/tokens.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace simt {
namespace {

/// A source and its tokens, with the text between them.
class Translator {
 public:
  explicit Translator(std::string_view source) : source_(source), tokens_(tokens_of(source)) {}

  std::string run() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
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
  /// The tokens [first, last) on one line, with a space only where two words would become one.
  std::string text(std::size_t first, std::size_t last) const {
    const auto is_word = [&](std::size_t i) { return tokens_[i].kind != Token::Kind::punctuation; };
    std::string joined;
    for (std::size_t i = first; i < last; ++i) {
      if (i > first && is_word(i) && is_word(i - 1)) joined += ' ';
      joined += tokens_[i].text;
    }
    return joined;
  }
  bool is(std::size_t token, std::string_view text) const {
    return token < tokens_.size() && tokens_[token].is(text);
  }

  /// The token at which what `open` opens is closed.
  std::size_t closing(std::size_t open) const {
    constexpr std::string_view kOpen = "([{", kClose = ")]}";
    int depth = 0;
    for (std::size_t i = open; i < tokens_.size(); ++i) {
      const char c = tokens_[i].text.front();
      if (tokens_[i].kind != Token::Kind::punctuation) continue;
      if (kOpen.find(c) != std::string_view::npos) ++depth;
      if (kClose.find(c) != std::string_view::npos && --depth == 0) return i;
    }
    fail(open, "'" + std::string(tokens_[open].text) + "' is never closed");
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
      if (is(i, ";") || is(i, "}")) break;
    }
    fail(close, "the template arguments before <<< have no '<'");
  }

  std::size_t end_of_configuration(std::size_t chevrons) const {
    for (std::size_t i = chevrons + 1; i < tokens_.size(); ++i) {
      if (is(i, ">>>")) return i;
      if (is(i, "(") || is(i, "[") || is(i, "{")) i = closing(i);
      if (is(i, ";") || is(i, "<<<")) break;
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
    if (is_at_namespace_scope(begin)) fail(keyword, "declare shared memory in the kernel that uses it");
    std::size_t end = keyword;
    while (end < tokens_.size() && !is(end, ";")) {
      if (is(end, "{"))
        fail(keyword, "shared memory of an unnamed type or with initial values is not supported");
      ++end;
    }
    if (end == tokens_.size()) fail(keyword, "a declaration of shared memory has to end with ;");
    declare(begin, keyword + 1, end, qualifiers, is_extern);
  }

  /// Whether every open brace before the token belongs to a namespace.
  bool is_at_namespace_scope(std::size_t token) const {
    std::vector<bool> of_namespace;
    for (std::size_t i = 0; i < token; ++i) {
      if (is(i, "}") && !of_namespace.empty()) of_namespace.pop_back();
      if (is(i, "{")) of_namespace.push_back(follows_namespace(i));
    }
    return std::all_of(of_namespace.begin(), of_namespace.end(),
                       [](bool is_namespace) { return is_namespace; });
  }
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
    while (name < end) {
      const std::size_t after = end_of_declarator(name + 1, end);
      const std::string variable(tokens_[name].text), extents = text(name + 1, after);
      if (is_extern) {
        declarations += element + "* " + variable + " = dynamic_shared<" + element + ">(); ";
      } else {
        declarations += "static char simt_key_" + variable + "; auto& " + variable +
                        " = ::simt::static_shared<" + element + extents + alignment + ">(&simt_key_" +
                        variable + "); ";
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
      result += source_.substr(at, edit.begin - at);
      result += edit.text;
      at = edit.end;
    }
    return result += source_.substr(at);
  }

  std::string_view source_;
  std::vector<Token> tokens_;
  std::vector<Edit> edits_;
};

}  // namespace

std::string translate(std::string_view source) { return Translator(source).run(); }

}  // namespace simt
