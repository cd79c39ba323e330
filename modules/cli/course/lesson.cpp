#include "modules/cli/course/lesson.h"

#include "modules/cli/course/files.h"
#include "modules/cli/course/html.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace tito {
namespace {

namespace fs = std::filesystem;

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeParser {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct FreeIterator {
  void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};
using Document = std::unique_ptr<cmark_node, FreeNode>;
using Parser = std::unique_ptr<cmark_parser, FreeParser>;

Parser make_parser() {
  cmark_gfm_core_extensions_ensure_registered();
  Parser parser(cmark_parser_new(CMARK_OPT_DEFAULT));
  cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension("table"));
  return parser;
}

/// A node and all below it, parents first.
std::vector<cmark_node*> nodes_of(cmark_node* root) {
  std::vector<cmark_node*> nodes;
  const std::unique_ptr<cmark_iter, FreeIterator> iterator(cmark_iter_new(root));
  for (cmark_event_type event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(iterator.get())) {
    if (event == CMARK_EVENT_ENTER) nodes.push_back(cmark_iter_get_node(iterator.get()));
  }
  return nodes;
}

std::string plain_text(cmark_node* root) {
  std::string text;
  for (cmark_node* node : nodes_of(root)) {
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) text += cmark_node_get_literal(node);
  }
  return text;
}

/// Replaces a node, and frees it.
void replace_node(cmark_node* node, cmark_node* other) {
  cmark_node_replace(node, other);
  cmark_node_free(node);
}

/// A node that is written as it is.
cmark_node* raw_html(const std::string& before, const std::string& after) {
  cmark_node* node = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
  cmark_node_set_on_enter(node, before.c_str());
  cmark_node_set_on_exit(node, after.c_str());
  return node;
}

/// Whether a link to it leads to a lesson, there or not: ../04_layers/README.md.
bool is_lesson(const fs::path& target) {
  const fs::path folder = target.filename() == "README.md" ? target.parent_path() : target;
  const std::string name = folder.filename().string();
  return name.size() > 3 && name.find_first_not_of("0123456789") == 2 && name[2] == '_';
}

/// The width of an SVG in its own units, for which the size of its text was chosen.
int figure_width(const std::string& svg) {
  constexpr std::string_view kViewBox = "viewBox=\"0 0 ";
  const std::size_t begin = svg.find(kViewBox);
  const int width = begin == std::string::npos ? 0 : std::atoi(svg.c_str() + begin + kViewBox.size());
  return width > 0 ? width : 600;
}

/// Converts one lesson.
class Converter {
 public:
  Converter(const fs::path& readme, const AddressOf& address_of) : readme_(readme), address_of_(address_of) {}

  Lesson run() {
    const Parser parser = make_parser();
    const std::string text = read_text(readme_);
    cmark_parser_feed(parser.get(), text.data(), text.size());
    const Document document(cmark_parser_finish(parser.get()));
    // A node that is replaced is a leaf, or its children move to the new one.
    for (cmark_node* node : nodes_of(document.get())) convert(node);
    if (lesson_.title.empty()) fail("has no title, a line that begins with #");
    const std::unique_ptr<char, FreeText> html(cmark_render_html(
        document.get(), CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser.get())));
    lesson_.html = html.get();
    return std::move(lesson_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(fmt::format("{} {}", readme_.string(), what));
  }

  void convert(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_HEADING:
        return convert_heading(node);
      case CMARK_NODE_CODE_BLOCK:
        return convert_code(node);
      case CMARK_NODE_HTML_BLOCK:
        return show_as_text(node, CMARK_NODE_CODE_BLOCK);
      case CMARK_NODE_HTML_INLINE:
        return show_as_text(node, CMARK_NODE_TEXT);
      case CMARK_NODE_LINK:
        return convert_link(node);
      case CMARK_NODE_IMAGE:
        return add_figure(node);
      default:
        return;
    }
  }

  void convert_heading(cmark_node* heading) {
    const std::string text = plain_text(heading);
    const int level = cmark_node_get_heading_level(heading);
    if (lesson_.title.empty() && level == 1) {
      lesson_.title = text;
      cmark_node_unlink(heading);
      title_.reset(heading);
      return;
    }
    cmark_node* const with_id =
        raw_html(fmt::format("<h{} id=\"{}\">", level, anchor_of(text)), fmt::format("</h{}>", level));
    while (cmark_node* child = cmark_node_first_child(heading)) cmark_node_append_child(with_id, child);
    replace_node(heading, with_id);
  }

  static void convert_code(cmark_node* code) {
    const std::string language = cmark_node_get_fence_info(code);
    if (language != "cpp" && language != "cuda") return;
    replace_node(code, raw_html("<pre class=\"cpp\"><code>" + highlight_cpp(cmark_node_get_literal(code)),
                                "</code></pre>"));
  }

  static void show_as_text(cmark_node* html, cmark_node_type type) {
    cmark_node* const text = cmark_node_new(type);
    cmark_node_set_literal(text, cmark_node_get_literal(html));
    replace_node(html, text);
  }

  static void keep_the_words(cmark_node* link) {
    cmark_node* const words = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);
    while (cmark_node* child = cmark_node_first_child(link)) cmark_node_append_child(words, child);
    replace_node(link, words);
  }

  void convert_link(cmark_node* link) const {
    const std::string url = cmark_node_get_url(link);
    const bool is_outside = url.find(':') != std::string::npos;
    if (is_outside || url.starts_with('#')) return;
    const std::size_t hash = std::min(url.find('#'), url.size());
    const fs::path target = readme_.parent_path() / url.substr(0, hash);
    // A release has some of the lessons.
    if (!fs::exists(target) && is_lesson(target)) return keep_the_words(link);
    if (!fs::exists(target)) fail(fmt::format("links to {}, which does not exist", url));
    cmark_node_set_url(link, (address_of_(target) + url.substr(hash)).c_str());
  }

  void add_figure(cmark_node* image) {
    const std::string name = cmark_node_get_url(image);
    if (fs::path(name).filename() != name || !fs::is_regular_file(readme_.parent_path() / name))
      fail(fmt::format("shows {}, which is no file beside it", name));
    lesson_.figures.push_back(name);
    // Around it, as a narrow page scrolls it.
    cmark_node* const scrolled = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);
    const int width = figure_width(read_text(readme_.parent_path() / name));
    cmark_node_set_on_enter(scrolled,
                            fmt::format("<span class=\"figure\" style=\"--width: {}px\">", width).c_str());
    cmark_node_set_on_exit(scrolled, "</span>");
    cmark_node_replace(image, scrolled);
    cmark_node_append_child(scrolled, image);
  }

  fs::path readme_;
  const AddressOf& address_of_;
  Lesson lesson_;
  Document title_;  // taken out of the lesson
};

}  // namespace

Lesson read_lesson(const fs::path& readme, const AddressOf& address_of) {
  return Converter(readme, address_of).run();
}

std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      anchor += static_cast<char>(std::tolower(byte));
    } else if (!anchor.empty() && anchor.back() != '-') {
      anchor += '-';
    }
  }
  while (anchor.ends_with('-')) anchor.pop_back();
  return anchor;
}

}  // namespace tito
