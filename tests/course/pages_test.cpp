// tito module view: the lessons as pages, by themselves and in a browser.
#include "modules/cli/course/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "modules/cli/course/files.h"
#include "modules/cli/course/lesson.h"
#include "modules/cli/course/text.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using tinytorch::testing::build_folder;
using tinytorch::testing::ProgramRun;
using tinytorch::testing::run_program;

std::vector<Module> all_modules() {
  return read_modules(read_course_tools(build_folder()).source / "modules");
}

/// Drops the line that tito waits for another: other shards run at the same time.
ProgramRun run_tito(const std::string& arguments, const std::string& environment = "") {
  ProgramRun run =
      run_program(fmt::format("{} '{}' {} 2>&1", environment, (build_folder() / "tito").string(), arguments));
  if (run.output.starts_with("tito: waiting for another tito"))
    run.output.erase(0, run.output.find('\n') + 1);
  return run;
}

/// The first group of each match.
std::vector<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    found.push_back((*match)[1]);
  return found;
}

std::string decoded(const std::string& address) {
  std::string text;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (address[i] == '%') {
      text += static_cast<char>(std::stoi(address.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      text += address[i];
    }
  }
  return text;
}

class Pages : public tinytorch::testing::FileTest {
 protected:
  /// A directory whose name must be encoded in addresses.
  fs::path pages() const { return path("the pages #1"); }

  void make() const {
    const ProgramRun made = run_tito(fmt::format("module view --no-open -o '{}'", pages().string()));
    ASSERT_EQ(made.exit_code, 0) << made.output;
    EXPECT_EQ(made.output, (pages() / "index.html").string() + "\n");
  }

  /// All pages that were made.
  std::vector<fs::path> files() const {
    std::vector<fs::path> files{pages() / "index.html"};
    for (const Module& module : all_modules()) files.push_back(page_of(module, pages()));
    return files;
  }

  static void expect_target(const fs::path& page, const std::string& address) {
    const std::size_t hash = std::min(address.find('#'), address.size());
    const fs::path target = hash == 0 ? page : page.parent_path() / decoded(address.substr(0, hash));
    EXPECT_TRUE(fs::is_regular_file(target) || fs::is_directory(target)) << page << ": " << address;
    if (hash < address.size() && target.extension() == ".html") {
      EXPECT_THAT(read_text(target), HasSubstr(fmt::format("id=\"{}\"", address.substr(hash + 1))))
          << page << ": " << address;
    }
  }
};

TEST_F(Pages, ShowTheLessonsAndTheExercisesOfTheManifests) {
  make();
  const std::string index = read_text(pages() / "index.html");
  for (const Module& module : all_modules()) {
    const std::string page = read_text(page_of(module, pages()));
    const std::string readme = read_text(module.folder / "README.md");
    const std::string title = readme.substr(2, readme.find('\n') - 2);
    EXPECT_THAT(page, AllOf(HasSubstr("<title>" + escape_html(title) + "</title>"),
                            HasSubstr(fmt::format(">{}</td><td></td></tr></tfoot>", module.points()))));
    for (const Exercise& exercise : module.exercises) {
      EXPECT_THAT(page, HasSubstr(fmt::format(": <code>{}</code></td><td><a href=\"#{}\">{}</a>", exercise.id,
                                              anchor_of(exercise.section), escape_html(exercise.section))));
    }
    EXPECT_THAT(index, HasSubstr(fmt::format("<a href=\"{}/index.html\">", module.folder_name())));
    EXPECT_EQ(page.find("raw HTML omitted"), std::string::npos) << module.folder_name();
  }
}

TEST_F(Pages, LeadFromModuleToModule) {
  make();
  const std::vector<Module> modules = all_modules();
  const std::string first = read_text(page_of(modules.front(), pages()));
  const std::string last = read_text(page_of(modules.back(), pages()));
  EXPECT_THAT(first, AllOf(HasSubstr("rel=\"next\" href=\"../02_tensor/index.html\""),
                           Not(HasSubstr("rel=\"prev\""))));
  EXPECT_THAT(
      last, AllOf(HasSubstr("rel=\"prev\" href=\"../15_mlops/index.html\""), Not(HasSubstr("rel=\"next\""))));
  EXPECT_THAT(read_text(page_of(find_module(modules, "03"), pages())),
              HasSubstr("needs <a href=\"../02_tensor/index.html\">02 "));
}

TEST_F(Pages, HaveLinksThatHoldAndIdsOfTheirOwn) {
  for (const Module& module : all_modules()) {
    for (const std::string& lesson :
         matches(read_text(module.folder / "README.md"), "\\]\\((\\.\\./[0-9][^)#]*)"))
      EXPECT_TRUE(fs::exists(module.folder / lesson)) << module.folder_name() << " links to " << lesson;
  }
  make();
  std::size_t links = 0;
  for (const fs::path& page : files()) {
    const std::string html = read_text(page);
    for (const std::string& address : matches(html, "(?:href|src)=\"([^\"]*)\"")) {
      if (address.starts_with("https://")) continue;
      expect_target(page, address);
      ++links;
    }
    const std::vector<std::string> ids = matches(html, " id=\"([^\"]*)\"");
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size()) << page;
  }
  EXPECT_GT(links, 150U);
}

TEST_F(Pages, OfAModuleAreNamedAndReplaced) {
  const std::string arguments = fmt::format("module view layers --no-open --output '{}'", pages().string());
  EXPECT_EQ(run_tito(arguments).output, (pages() / "04_layers/index.html").string() + "\n");
  write_text(pages() / "04_layers/index.html", "");
  EXPECT_EQ(run_tito(arguments).exit_code, 0);
  EXPECT_THAT(read_text(pages() / "04_layers/index.html"), HasSubstr("<h1"));
  EXPECT_EQ(run_tito("module view 04 --no-open").output,
            (build_folder() / "course/pages/04_layers/index.html").string() + "\n");
  const ProgramRun unknown = run_tito("module view 77 --no-open");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.output, HasSubstr("there is no module '77'"));
}

TEST_F(Pages, HaveSolutionsAndRubricsForInstructorsOnly) {
  make();
  const std::string page = read_text(pages() / "03_activations/index.html");
  EXPECT_THAT(page, Not(HasSubstr("SOLUTION")));
  EXPECT_THAT(page, Not(HasSubstr("id=\"rubric\"")));
  const ProgramRun run =
      run_tito(fmt::format("module view 03 --no-open --solutions -o '{}'", pages().string()));
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(read_text(pages() / "03_activations/index.html"),
              AllOf(HasSubstr("<h3>activations_dev.cpp</h3>"), HasSubstr("BEGIN SOLUTION"),
                    HasSubstr("<h3>activations_dev.cu</h3>"), HasSubstr("id=\"rubric\"")));
  EXPECT_THAT(run_tito("module view 03 --solutions").output, HasSubstr("--solutions requires --output"));
}

TEST_F(Pages, ReplaceNoOtherFiles) {
  write("mine", "index.html");
  const ProgramRun other = run_tito(fmt::format("module view --no-open -o '{}'", folder().string()));
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.output,
              HasSubstr("has files that are no lessons' pages; --output takes an empty or a new directory"));
  EXPECT_EQ(content_of(path("index.html")), "mine");
  EXPECT_EQ(files_in_folder(), 1U);
  const ProgramRun file = run_tito(fmt::format("module view --no-open -o '{}'", path("index.html")));
  EXPECT_EQ(file.exit_code, 1);
  EXPECT_THAT(file.output, HasSubstr("index.html is no directory"));
}

TEST_F(Pages, NeedHighlightAndATemporaryDirectory) {
  const auto expect_error = [&](const std::string& environment, const std::string& message) {
    const ProgramRun run =
        run_tito(fmt::format("module view --no-open -o '{}'", pages().string()), environment);
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, HasSubstr(message));
  };
  expect_error("PATH=/none", "colored with highlight, which is not here: apt-get install highlight");
  expect_error("TMPDIR=/proc", "no temporary directory /proc/tito-");
  write_text(path("highlight"), "#!/bin/sh\necho why >&2\nexit 3\n");
  fs::permissions(path("highlight"), fs::perms::owner_all);
  expect_error(fmt::format("PATH='{}'", folder().string()), "highlight failed (exit code 3): why");
}

TEST_F(Pages, OpenInABrowserOnATerminalWithADisplay) {
  const fs::path opener = path("xdg-open"), opened = path("opened");
  write_text(opener, fmt::format("#!/bin/sh\necho \"$1\" >'{}'\nexit 7\n", opened.string()));
  fs::permissions(opener, fs::perms::owner_all);
  const std::string display =
      fmt::format("unset WAYLAND_DISPLAY; PATH='{}':\"$PATH\" DISPLAY=:0", folder().string());
  const std::string page = (build_folder() / "course/pages/03_activations/index.html").string();
  const auto view = [&](const std::string& environment, const std::string& option) {
    fs::remove(opened);
    write_text(path("view.sh"), fmt::format("{} '{}' module view 03 {}\n", environment,
                                            (build_folder() / "tito").string(), option));
    return run_program(fmt::format("script -qec 'sh {}' /dev/null </dev/null 2>&1", path("view.sh")));
  };
  const ProgramRun run = view(display, "");
  EXPECT_EQ(run.exit_code, 7) << run.output;
  EXPECT_THAT(run.output, HasSubstr(page));
  EXPECT_EQ(content_of(opened), page + "\n");
  EXPECT_EQ(view(display, "--no-open").exit_code, 0);
  EXPECT_FALSE(fs::exists(opened));
  EXPECT_EQ(view("unset DISPLAY;" + display.substr(0, display.find(" DISPLAY")), "").exit_code, 0);
  EXPECT_FALSE(fs::exists(opened));
  EXPECT_EQ(run_program(fmt::format("{} '{}' module view 03", display, (build_folder() / "tito").string()))
                .exit_code,
            0)
      << "no terminal";
  EXPECT_FALSE(fs::exists(opened));
  fs::remove(opener);
  const fs::path tools = path("tools");
  fs::create_directories(tools);
  fs::create_symlink("/usr/bin/highlight", tools / "highlight");
  const ProgramRun without = view(fmt::format("PATH='{}' DISPLAY=:0", tools.string()), "");
  EXPECT_EQ(without.exit_code, 0) << without.output;
  EXPECT_THAT(without.output,
              HasSubstr("there is no xdg-open to open it in a browser: apt-get install xdg-utils"));
}

class Lessons : public tinytorch::testing::FileTest {
 protected:
  Lesson convert(const std::string& markdown) const {
    return read_lesson(write(markdown, "README.md"),
                       [](const fs::path& target) { return "<" + target.filename().string() + ">"; });
  }
  void expect_error(const std::string& markdown, const std::string& message) const {
    try {
      convert(markdown);
      ADD_FAILURE() << "no error for " << markdown;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), path("README.md") + " " + message);
    }
  }
};

TEST_F(Lessons, HaveTitleHeadingsTablesAndFormulas) {
  const Lesson lesson =
      convert("# 07: `Sums` & more\n\n## 1. A *long* sum\n\n    s = Σ xᵢ < 1\n\n| a |\n| --- |\n| 1 |\n");
  EXPECT_EQ(lesson.title, "07: Sums & more");
  EXPECT_THAT(lesson.html,
              AllOf(Not(HasSubstr("<h1")), HasSubstr("<h2 id=\"1-a-long-sum\">"), HasSubstr("<em>long</em>"),
                    HasSubstr("<pre><code>s = Σ xᵢ &lt; 1\n</code></pre>"), HasSubstr("<td>1</td>")));
}

TEST_F(Lessons, ShowHtmlAsText) {
  const Lesson lesson =
      convert("# A <script>b</script>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b>y</b>\n");
  EXPECT_THAT(lesson.html,
              AllOf(HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"), HasSubstr("&lt;b&gt;y&lt;/b&gt;"),
                    Not(HasSubstr("<script")), Not(HasSubstr("javascript:"))));
}

TEST_F(Lessons, HaveColoredCode) {
  const Lesson lesson =
      convert("# A\n\n```cpp\nif (a < b) f(\"<b>\");  // why\n```\n\n```cuda\nint i;\n```\n\n```\nif\n```\n");
  EXPECT_THAT(lesson.html, AllOf(HasSubstr("<pre class=\"cpp\"><code><span class=\"hl kwa\">if</span>"),
                                 HasSubstr("&lt;b&gt;"), HasSubstr("<span class=\"hl slc\">// why</span>"),
                                 HasSubstr("<span class=\"hl kwb\">int</span>"),
                                 HasSubstr("<pre><code>if\n</code></pre>")));
}

TEST_F(Lessons, LinkAndShowFilesThatExist) {
  write("<svg viewBox=\"0 0 380 190\"/>", "a.svg");
  const Lesson lesson = convert("# A\n\n![b](a.svg) [c](a.svg#d) [e](#a) [f](https://example.org/)\n");
  EXPECT_THAT(lesson.figures, ElementsAre("a.svg"));
  EXPECT_THAT(
      lesson.html,
      AllOf(
          HasSubstr("<span class=\"figure\" style=\"--width: 380px\"><img src=\"a.svg\" alt=\"b\" /></span>"),
          HasSubstr("href=\"%3Ca.svg%3E#d\""), HasSubstr("href=\"#a\""),
          HasSubstr("href=\"https://example.org/\"")));
  expect_error("# A\n\n[c](b.h#d)\n", "links to b.h#d, which does not exist");
  expect_error("# A\n\n![c](b.svg)\n", "shows b.svg, which is no file beside it");
  expect_error("# A\n\n![c](../a.svg)\n", "shows ../a.svg, which is no file beside it");
  expect_error("A\n", "has no title, a line that begins with #");
}

TEST_F(Lessons, LinkToOtherLessonsAsPages) {
  const std::string exercise =
      R"([{"id": "a", "title": "A", "points": 1, "source": "a.cpp", "section": "1. B",
      "checks": [{"name": "C", "hint": "D"}], "mistakes": [{"name": "e", "check": "C"}]}])";
  for (const auto& [number, name, text] :
       {std::tuple(1, "one", "# One\n\n[two](../02_two/README.md#1-b), [source](<../../a b.h>)\n"),
        std::tuple(2, "two", "# Two\n\n## 1. B\n\n[one](../01_one)\n")}) {
    const fs::path module = path(fmt::format("modules/{:02}_{}", number, name));
    fs::create_directories(module);
    write_text(
        module / "module.json",
        fmt::format(
            R"({{"number": {}, "name": "{}", "title": "T", "hours": 1, "needs": [], "slots": ["sum"], "exercises": {}}})",
            number, name, exercise));
    write_text(module / "README.md", text);
  }
  write("int i;", "a b.h");
  write_pages(read_course_tools(build_folder()), read_modules(path("modules")), path("pages"),
              Readers::students);
  EXPECT_THAT(read_text(path("pages/01_one/index.html")),
              AllOf(HasSubstr("href=\"../02_two/index.html#1-b\""), HasSubstr("href=\"../../a%20b.h\"")));
  EXPECT_THAT(read_text(path("pages/02_two/index.html")), HasSubstr("href=\"../01_one/index.html\">one"));
}

/// Tells the page that holds this one in a frame what is wrong.
constexpr std::string_view kScript = R"(<script>
const errors = [];
addEventListener('error', event => errors.push(event.message || event.target.src || event.target.href), true);
addEventListener('load', () => parent.postMessage({
  page: document.title, width: innerWidth, errors,
  inner: document.scrollingElement.scrollWidth, outer: document.scrollingElement.clientWidth,
  figures: document.images.length,
  broken: [...document.images].filter(image => image.naturalWidth === 0).length,
  links: [...document.links].map(link => link.href).filter(address => address.startsWith('file://'))
}, '*'));
</script>)";

/// The pages in Chromium, all at once: each is a frame, whose script tells this page what it finds.
class PagesInABrowser : public Pages {
 protected:
  void SetUp() override {
    if (run_program("command -v chromium").exit_code != 0) GTEST_SKIP() << "chromium is not installed";
  }

  static void add_script(const fs::path& page) {
    std::string html = read_text(page);
    const std::string head = "<head>\n";
    html.insert(html.find(head) + head.size(), kScript);
    write_text(page, html);
  }

  /// What the scripts of the pages tell, each at both widths.
  std::vector<nlohmann::json> look_at(const std::vector<fs::path>& pages) const {
    std::string html = R"(<!DOCTYPE html>
<meta charset="utf-8"><title>frames</title><pre id="findings"></pre><script>
addEventListener('message', event => {
  document.getElementById('findings').textContent += encodeURIComponent(JSON.stringify(event.data)) + '\n';
});
</script>)";
    for (const fs::path& page : pages) {
      add_script(page);
      std::string address = page.string();
      for (std::size_t i = 0; (i = address.find('#', i)) != std::string::npos;) address.replace(i, 1, "%23");
      for (const int width : {380, 1280})
        html +=
            fmt::format("<iframe src=\"file://{}\" width=\"{}\" height=\"800\"></iframe>\n", address, width);
    }
    write_text(path("frames.html"), html);
    const ProgramRun run = run_program(fmt::format(
        "timeout 300 chromium --headless --no-sandbox --disable-gpu --user-data-dir='{0}/profile' "
        "--virtual-time-budget=60000 --dump-dom 'file://{0}/frames.html' 2>'{0}/chromium.log'",
        folder().string()));
    EXPECT_EQ(run.exit_code, 0) << read_text(path("chromium.log"));
    std::vector<nlohmann::json> findings;
    for (std::size_t begin = 0; (begin = run.output.find("%7B", begin)) != std::string::npos;) {
      const std::size_t end = run.output.find_first_of("\n<", begin);
      findings.push_back(nlohmann::json::parse(decoded(run.output.substr(begin, end - begin))));
      begin = end;
    }
    return findings;
  }
};

TEST_F(PagesInABrowser, AreWholeAndFitTheirWidth) {
  make();
  const std::vector<nlohmann::json> findings = look_at(files());
  EXPECT_EQ(findings.size(), 2 * files().size());
  std::set<std::pair<std::string, int>> seen;
  int figures = 0;
  for (const nlohmann::json& finding : findings) {
    const std::string page =
        fmt::format("{} at {}", finding["page"].get<std::string>(), finding["width"].get<int>());
    EXPECT_EQ(finding["errors"].dump(), "[]") << page;
    EXPECT_EQ(finding["broken"], 0) << page;
    EXPECT_LE(finding["inner"].get<int>(), finding["outer"].get<int>()) << page;
    figures += finding["figures"].get<int>();
    for (const std::string link : finding["links"]) {
      const std::string target = decoded(link.substr(7, link.find('#') - 7));
      EXPECT_TRUE(fs::exists(target)) << page << ": " << link;
    }
    EXPECT_TRUE(seen.emplace(finding["page"], finding["width"]).second) << page;
  }
  EXPECT_GE(figures, 2 * static_cast<int>(all_modules().size()))
      << "each lesson has a figure, at both widths";
}

TEST_F(PagesInABrowser, AreSeenToBeBroken) {
  const fs::path page = write(
      "<html><head>\n<title>x</title></head><body><p style='width: 800px'>wide</p><img src='none.svg'>"
      "<script>undefined_function();</script></body></html>",
      "broken.html");
  const std::vector<nlohmann::json> findings = look_at({page});
  ASSERT_EQ(findings.size(), 2U);
  for (const nlohmann::json& finding : findings) {
    EXPECT_EQ(finding["broken"], 1);
    EXPECT_THAT(finding["errors"].dump(), AllOf(HasSubstr("none.svg"), HasSubstr("undefined_function")));
    EXPECT_EQ(finding["inner"].get<int>() > finding["outer"].get<int>(), finding["width"] == 380);
  }
}

}  // namespace
}  // namespace tito
