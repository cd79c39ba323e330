#include "modules/cli/course/plugin.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

#include "kernels/simt/translate/translate.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/isolation.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> options_of(const CourseTools& tools, PluginKind kind) {
  switch (kind) {
    case PluginKind::host:
      // Not -O1, with which g++ takes twice as long.
      return {"-Og", "-fsanitize=address,undefined"};
    case PluginKind::memory:
      return {"-O1", "-fsanitize=address"};
    case PluginKind::races:
      return {"-O1", "-fsanitize=thread"};
    case PluginKind::counters:
      return tools.counters_flags;
    case PluginKind::times:
    case PluginKind::exported_cpu:
    case PluginKind::exported_cuda:
      return {"-O2"};
  }
  return {};
}

bool is_for_device(PluginKind kind) {
  return kind != PluginKind::host && kind != PluginKind::times && kind != PluginKind::exported_cpu;
}

/// Writes the source as the host's compiler takes it.
/// @throws simt::TranslationError
fs::path prepare(const fs::path& source, const fs::path& folder, const std::string& name) {
  const std::string text = read_text(source);
  fs::path prepared = folder / fmt::format("{}.{}.cpp", name, source.stem().string());
  write_text(prepared, simt::line_directive(source.string()) +
                           (source.extension() == ".cu" ? simt::translate(text) : text));
  return prepared;
}

/// The headers of modules, one by one, as the same folders have the solutions.
std::vector<fs::path> headers_of_modules(const fs::path& modules) {
  std::vector<fs::path> headers;
  for (const auto& folder : fs::directory_iterator(modules)) {
    if (!fs::exists(folder.path() / "module.json")) continue;
    for (const auto& file : fs::directory_iterator(folder)) {
      if (file.path().extension() == ".h") headers.push_back(file.path());
    }
  }
  return headers;
}

/// The folder that the compiler is installed in, with its libraries; empty if that is the system's.
fs::path folder_of_compiler(const fs::path& compiler, const fs::path& source) {
  if (is_of_the_system(compiler)) return {};
  fs::path folder = compiler.parent_path().parent_path();
  if (is_below(source, folder)) {
    throw std::runtime_error(fmt::format(
        "{} is in {}, as the repository is, which students' code must not see; configure the build "
        "with a compiler elsewhere",
        compiler.string(), folder.string()));
  }
  return folder;
}

/// The folder of a source, or itself alone if solutions are in that folder.
fs::path visible_with(const fs::path& source, const CourseTools& tools) {
  return is_below(source, tools.source / "modules") ? source : source.parent_path();
}

}  // namespace

CourseTools read_course_tools(const fs::path& build_folder) {
  const fs::path folder = build_folder / "course";
  if (!fs::exists(folder / "course.json")) {
    throw std::runtime_error(
        fmt::format("the build in {} has no course; TITO_PRESET=emulated chooses the one that has",
                    build_folder.string()));
  }
  const nlohmann::json json = nlohmann::json::parse(read_text(folder / "course.json"));
  const fs::path source = json.at("source").get<std::string>();
  if (is_of_the_system(source / "modules")) {
    throw std::runtime_error(
        fmt::format("the repository is in {}, and students' code sees the folders of the system; move it, to "
                    "a home folder",
                    source.string()));
  }
  fs::path compiler = json.at("compiler").get<std::string>();
  // The compilers of the system can be links that tell by their name what they are, such as ccache's.
  if (!is_of_the_system(compiler)) compiler = fs::weakly_canonical(compiler);
  std::vector<fs::path> headers = headers_of_modules(source / "modules"), toolchain;
  for (const std::string header_folder : json.at("headers")) headers.emplace_back(header_folder);
  if (fs::path folder = folder_of_compiler(compiler, source); !folder.empty()) toolchain.push_back(folder);
  return {.compiler = compiler,
          .flags = json.at("flags"),
          .device_flags = json.at("device_flags"),
          .counters_flags = json.at("counters_flags"),
          .counters_libraries = json.at("counters_libraries"),
          .folder = folder,
          .source = source,
          .headers = headers,
          .toolchain = toolchain};
}

Plugin build_plugin(const CourseTools& tools, PluginKind kind, const std::vector<fs::path>& sources,
                    const fs::path& folder, const std::string& name) {
  fs::create_directories(folder);
  Plugin plugin{.library = folder / (name + ".so"), .errors = ""};
  const fs::path log = folder / (name + ".log");
  std::vector<std::string> arguments = tools.flags;
  std::vector<fs::path> visible = tools.headers;
  visible.insert(visible.end(), tools.toolchain.begin(), tools.toolchain.end());
  const auto add = [&](const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  };
  add(options_of(tools, kind));
  if (is_for_device(kind)) add(tools.device_flags);
  add({"-o", plugin.library});
  for (const fs::path& source : sources) {
    visible.push_back(visible_with(source, tools));
    try {
      add({"-iquote", source.parent_path(), prepare(source, folder, name)});
    } catch (const simt::TranslationError& error) {
      return {.library = plugin.library,
              .errors = fmt::format("{}: error: {}", source.string(), error.what())};
    }
  }
  if (kind == PluginKind::counters) add(tools.counters_libraries);
  // A compiler can be a link to ccache, which ends without a home directory, even if it is switched off.
  const Ending ending = run_isolated({.program = tools.compiler,
                                      .arguments = arguments,
                                      .folder = folder,
                                      .log = log,
                                      .environment = {"TMPDIR=" + folder.string(), "HOME=" + folder.string(),
                                                      "CCACHE_DISABLE=1", "LC_ALL=C"},
                                      .report = {},
                                      .visible = visible},
                                     {.time = std::chrono::seconds(120)});
  if (ending.exit_code == 0 && ending.signal == 0) return plugin;
  const std::string errors = read_text(log);
  return {.library = plugin.library, .errors = errors.empty() ? "the compiler: " + describe(ending) : errors};
}

std::string first_error(const std::string& errors) {
  constexpr int kLines = 6;
  constexpr std::size_t kMost = 4000;  // a line can be as long as its author likes
  const std::size_t first = errors.find("error:");
  const std::size_t begin = first == std::string::npos ? 0 : errors.rfind('\n', first) + 1;
  std::size_t end = begin;
  for (int i = 0; i < kLines && end != std::string::npos; ++i) end = errors.find('\n', end + 1);
  return errors.substr(begin, std::min(end - begin, kMost));
}

}  // namespace tito
