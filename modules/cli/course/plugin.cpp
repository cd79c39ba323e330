#include "modules/cli/course/plugin.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "kernels/simt/translate/translate.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/isolation.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> options_of(const CourseTools& tools, PluginKind kind) {
  switch (kind) {
    case PluginKind::host:
      return {"-O1", "-fsanitize=address,undefined"};
    case PluginKind::memory:
      return {"-O1", "-fsanitize=address"};
    case PluginKind::races:
      return {"-O1", "-fsanitize=thread"};
    case PluginKind::counters:
      return tools.counters_flags;
    case PluginKind::exported_cpu:
    case PluginKind::exported_cuda:
      return {"-O2"};
  }
  return {};
}

bool is_for_device(PluginKind kind) { return kind != PluginKind::host && kind != PluginKind::exported_cpu; }

/// Writes the source as the host's compiler takes it.
/// @throws simt::TranslationError
fs::path prepare(const fs::path& source, const fs::path& folder, const std::string& name) {
  const std::string text = read_text(source);
  fs::path prepared = folder / fmt::format("{}.{}.cpp", name, source.stem().string());
  write_text(prepared, fmt::format("#line 1 \"{}\"\n", source.string()) +
                           (source.extension() == ".cu" ? simt::translate(text) : text));
  return prepared;
}

/// Solutions and mistakes: in the sources, in what the course's own tests build, and in the history.
std::vector<fs::path> hidden_in(const fs::path& source, const fs::path& course) {
  std::vector<fs::path> hidden{course / "verify", source / ".git"};
  for (const auto& folder : fs::directory_iterator(source / "modules")) {
    if (!fs::exists(folder.path() / "module.json")) continue;
    const std::string number = folder.path().filename().string().substr(0, 2);
    hidden.push_back(source / "tests" / ("module_" + number) / "mistakes");
    for (const auto& file : fs::directory_iterator(folder)) {
      if (file.path().stem().string().ends_with("_dev")) hidden.push_back(file.path());
    }
  }
  return hidden;
}

}  // namespace

CourseTools read_course_tools(const fs::path& build_folder) {
  const fs::path folder = build_folder / "course";
  const nlohmann::json json = nlohmann::json::parse(read_text(folder / "course.json"));
  const fs::path source = json.at("source").get<std::string>();
  return {.compiler = json.at("compiler").get<std::string>(),
          .flags = json.at("flags"),
          .device_flags = json.at("device_flags"),
          .counters_flags = json.at("counters_flags"),
          .counters_libraries = json.at("counters_libraries"),
          .folder = folder,
          .source = source,
          .hidden = hidden_in(source, folder)};
}

Plugin build_plugin(const CourseTools& tools, PluginKind kind, const std::vector<fs::path>& sources,
                    const fs::path& folder, const std::string& name) {
  fs::create_directories(folder);
  Plugin plugin{.library = folder / (name + ".so"), .errors = ""};
  const fs::path log = folder / (name + ".log");
  std::vector<std::string> arguments = tools.flags;
  const auto add = [&](const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  };
  add(options_of(tools, kind));
  if (is_for_device(kind)) add(tools.device_flags);
  add({"-o", plugin.library});
  for (const fs::path& source : sources) {
    try {
      add({"-iquote", source.parent_path(), prepare(source, folder, name)});
    } catch (const simt::TranslationError& error) {
      return {.library = plugin.library,
              .errors = fmt::format("{}: error: {}", source.string(), error.what())};
    }
  }
  if (kind == PluginKind::counters) add(tools.counters_libraries);
  const Ending ending = run_isolated({.program = tools.compiler,
                                      .arguments = arguments,
                                      .folder = folder,
                                      .log = log,
                                      .environment = {"TMPDIR=" + folder.string(), "LC_ALL=C"},
                                      .report = {},
                                      .hidden = tools.hidden},
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
