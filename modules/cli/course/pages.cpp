#include "modules/cli/course/pages.h"

#include "modules/cli/course/files.h"
#include "modules/cli/course/html.h"
#include "modules/cli/course/lesson.h"
#include "modules/cli/course/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// By which the pages are known as such when they are replaced.
constexpr const char* kGenerator = "<meta name=\"generator\" content=\"tito module view\">";

/// @throws std::runtime_error  files that are no pages would be replaced
void require_no_other_files(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  if (!fs::is_directory(folder)) throw std::runtime_error(fmt::format("{} is no directory", folder.string()));
  const fs::path index = folder / "index.html";
  if (fs::is_empty(folder) || (fs::exists(index) && read_text(index).find(kGenerator) != std::string::npos))
    return;
  throw std::runtime_error(
      fmt::format("{} has files that are no lessons' pages; --output takes an empty or a new directory",
                  folder.string()));
}

std::string page_html(const std::string& title, const std::string& root, const std::string& body) {
  return fmt::format(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{}
<title>{}</title>
<link rel="stylesheet" href="{}pages.css">
</head>
<body>
{}</body>
</html>
)",
                     kGenerator, escape_html(title), root, body);
}

std::string numbered_title(const Module& module) {
  return fmt::format("{:02} {}", module.number, escape_html(module.title));
}

/// A path as an address: bytes with a meaning there, and those beyond ASCII, are encoded (RFC 3986).
std::string address_from(const fs::path& path) {
  std::string address;
  for (const char c : path.generic_string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("/._-~+").find(c) != std::string_view::npos) {
      address += c;
    } else {
      address += fmt::format("%{:02X}", byte);
    }
  }
  return address;
}

/// A lesson's page, made from the lesson and the manifest.
class Page {
 public:
  Page(const std::vector<Module>& modules, std::size_t index, const fs::path& folder, Readers readers)
      : modules_(modules),
        index_(index),
        module_(modules[index]),
        file_(page_of(module_, folder)),
        readers_(readers) {}

  void write() const {
    const Lesson lesson = read("README.md");
    fs::create_directories(file_.parent_path());
    for (const std::string& figure : lesson.figures)
      write_text(file_.parent_path() / figure, read_text(module_.folder / figure));
    const std::string heading = fmt::format("<h1>{}</h1>\n", escape_html(lesson.title));
    const std::string more = readers_ == Readers::instructors ? solutions() + rubric() : "";
    const std::string main = "<main>\n" + heading + facts() + lesson.html + exercises() + more + "</main>\n";
    write_text(file_, page_html(lesson.title, "../", neighbors() + main + neighbors()));
  }

 private:
  Lesson read(const char* file) const {
    return read_lesson(module_.folder / file, [this](const fs::path& target) { return address_of(target); });
  }

  /// A module's lesson is a page. All else stays where it is.
  std::string address_of(const fs::path& target) const {
    for (const Module& module : modules_) {
      if (fs::equivalent(target, module.folder) || fs::equivalent(target, module.folder / "README.md"))
        return address_of(module);
    }
    return address_from(fs::proximate(fs::canonical(target), file_.parent_path()));
  }

  static std::string address_of(const Module& module) { return "../" + module.folder_name() + "/index.html"; }

  std::string neighbors() const {
    std::string html = "<nav>\n";
    if (index_ > 0) html += link_to(modules_[index_ - 1], "prev");
    html += "<a class=\"all\" href=\"../index.html\">All modules</a>\n";
    if (index_ + 1 < modules_.size()) html += link_to(modules_[index_ + 1], "next");
    return html + "</nav>\n";
  }

  static std::string link_to(const Module& module, const char* relation) {
    return fmt::format("<a rel=\"{}\" href=\"{}\">{}</a>\n", relation, address_of(module),
                       numbered_title(module));
  }

  std::string facts() const {
    std::string html =
        fmt::format(R"(<p class="facts">About {:g} hours · <a href="#exercises">{} exercises, {} points</a>)",
                    module_.hours, module_.exercises.size(), module_.points());
    for (const Module& module : modules_) {
      if (std::find(module_.needs.begin(), module_.needs.end(), module.number) != module_.needs.end())
        html += fmt::format(" · needs <a href=\"{}\">{}</a>", address_of(module), numbered_title(module));
    }
    return html + "</p>\n";
  }

  std::string exercises() const {
    std::string html = R"(<h2 id="exercises">Exercises</h2>
<table>
<thead><tr><th>exercise</th><th>section</th><th align="right">points</th><th>file</th></tr></thead>
<tbody>
)";
    for (const Exercise& each : module_.exercises)
      html += fmt::format(
          R"(<tr><td>{}: <code>{}</code></td><td><a href="#{}">{}</a></td><td align="right">{}</td><td><code>{}</code></td></tr>
)",
          escape_html(each.title), escape_html(each.id), anchor_of(each.section), escape_html(each.section),
          each.points, escape_html(each.source));
    return html + fmt::format(R"(</tbody>
<tfoot><tr><td colspan="2">all</td><td align="right">{}</td><td></td></tr></tfoot>
</table>
)",
                              module_.points());
  }

  std::string solutions() const {
    std::string html = "<h2 id=\"solutions\">Solutions</h2>\n";
    for (const std::string& source : module_.sources())
      html += fmt::format("<h3>{}</h3>\n<pre class=\"cpp\"><code>{}</code></pre>\n", escape_html(source),
                          highlight_cpp(read_text(module_.folder / source)));
    return html;
  }

  std::string rubric() const {
    return "<h2 id=\"rubric\">Rubric of the questions</h2>\n" + read("rubric.md").html;
  }

  const std::vector<Module>& modules_;
  std::size_t index_;
  const Module& module_;
  fs::path file_;
  Readers readers_;
};

std::string index_html(const std::vector<Module>& modules) {
  std::string rows;
  int points = 0;
  for (const Module& module : modules) {
    rows += fmt::format(
        R"(<tr><td><a href="{}/index.html">{}</a></td><td align="right">{}</td><td align="right">{}</td><td align="right">{:g}</td></tr>
)",
        module.folder_name(), numbered_title(module), module.exercises.size(), module.points(), module.hours);
    points += module.points();
  }
  return page_html("TinyTorch: the course", "",
                   fmt::format(R"(<main>
<h1>TinyTorch: the course</h1>
<p>Write the parts of TinyTorch yourself. {} modules, {} points.</p>
<table>
<thead><tr><th>module</th><th align="right">exercises</th><th align="right">points</th><th align="right">hours</th></tr></thead>
<tbody>
{}</tbody>
</table>
</main>
)",
                               modules.size(), points, rows));
}

}  // namespace

fs::path page_of(const Module& module, const fs::path& folder) {
  return folder / module.folder_name() / "index.html";
}

void write_pages(const CourseTools& tools, const std::vector<Module>& modules, const fs::path& folder,
                 Readers readers) {
  require_no_other_files(folder);
  fs::create_directories(folder);
  const fs::path root = fs::canonical(folder);
  // First: it marks the directory as one of pages, should the rest fail.
  write_text(root / "index.html", index_html(modules));
  write_text(root / "pages.css", read_text(tools.source / "modules/cli/course/pages.css"));
  for (std::size_t i = 0; i < modules.size(); ++i) Page(modules, i, root, readers).write();
}

}  // namespace tito
