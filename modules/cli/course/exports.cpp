#include "modules/cli/course/exports.h"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

#include "modules/cli/course/files.h"
#include "modules/cli/course/nvcc.h"
#include "modules/cli/course/results.h"
#include "modules/cli/course/text.h"
#include "modules/cli/process.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

fs::path folder_of_exports(const fs::path& student) { return fs::absolute(student) / "exported"; }

/// A plug-in that the description names; empty if it names none.
/// @throws std::runtime_error  it is missing
fs::path find_plugin(const nlohmann::json& description, const fs::path& folder, const char* name) {
  if (!description.at(name).get<bool>()) return {};
  fs::path file = folder / (std::string(name) + ".so");
  if (!fs::is_regular_file(file)) throw std::runtime_error(file.string() + " is missing");
  return file;
}

/// The sources of this extension: the student's, and what puts their functions into the slots.
std::vector<fs::path> sources_of(const Module& module, const fs::path& copy, const char* extension) {
  std::vector<fs::path> sources = module.sources_in(copy, extension);
  const fs::path slots = module.folder / (std::string("slots") + extension);
  if (sources.empty() || !fs::exists(slots)) return {};
  sources.push_back(slots);
  return sources;
}

/// What nvcc says of the kernels of a copy, where it is installed.
std::string errors_of_nvcc(const CourseTools& tools, const Module& module, const fs::path& copy) {
  const fs::path nvcc = find_nvcc();
  if (nvcc.empty()) return "";
  return errors_of_nvcc(tools, nvcc, module.sources_in(copy, ".cu"), fs::absolute(copy / "build"));
}

/// Removes the compiled plug-ins of a module except these.
void remove_others(const fs::path& folder, const fs::path& in_force) {
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    if (entry.is_directory() && entry.path() != in_force) fs::remove_all(entry.path());
  }
}

/// A subfolder that there is not, named by a number.
fs::path unused_folder(const fs::path& folder) {
  int number = 1;
  while (fs::exists(folder / std::to_string(number))) ++number;
  return folder / std::to_string(number);
}

void sort_by_module(std::vector<Export>& exports) {
  std::sort(exports.begin(), exports.end(),
            [](const Export& a, const Export& b) { return a.module < b.module; });
}

}  // namespace

std::vector<Export> read_exports(const CourseTools& tools, const fs::path& student) {
  const std::string framework = code_of_framework(tools);
  std::vector<Export> exports;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder_of_exports(student), missing)) {
    const fs::path description = entry.path() / "export.json";
    if (!fs::exists(description)) continue;  // it was never installed
    try {
      const nlohmann::json json = nlohmann::json::parse(read_text(description));
      if (json.at("framework") != framework) continue;
      // Of the name only the last part counts: it is a folder in this one.
      const fs::path folder = entry.path() / fs::path(json.at("folder").get<std::string>()).filename();
      exports.push_back({.module = entry.path().filename().string(),
                         .code = json.at("code"),
                         .framework = framework,
                         .cpu = find_plugin(json, folder, "cpu"),
                         .cuda = find_plugin(json, folder, "cuda"),
                         .tests = json.at("tests"),
                         .folder = folder});
    } catch (const std::exception&) {
      continue;  // damaged: it is exported anew
    }
  }
  sort_by_module(exports);
  return exports;
}

Candidate build_candidate(const CourseTools& tools, const Module& module, const fs::path& student,
                          const std::string& code) {
  Export plugins{.module = module.folder_name(), .code = code, .framework = code_of_framework(tools)};
  plugins.folder = unused_folder(folder_of_exports(student) / module.folder_name());
  for (const auto& [kind, extension, plugin] :
       {std::tuple(PluginKind::exported_cpu, ".cpp", &plugins.cpu),
        std::tuple(PluginKind::exported_cuda, ".cu", &plugins.cuda)}) {
    const std::vector<fs::path> sources = sources_of(module, student / module.folder_name(), extension);
    if (sources.empty()) continue;
    const bool cuda = kind == PluginKind::exported_cuda;
    const Plugin built = build_plugin(tools, kind, sources, plugins.folder, cuda ? "cuda" : "cpu");
    if (!built.ok()) {
      discard(plugins);
      return {.plugins = plugins, .errors = built.errors};
    }
    *plugin = built.library;
  }
  if (const std::string errors = errors_of_nvcc(tools, module, student / module.folder_name());
      !errors.empty()) {
    discard(plugins);
    return {.plugins = plugins, .errors = errors};
  }
  if (code_of(tools, module, student / module.folder_name()) != code) {
    discard(plugins);
    throw std::runtime_error(
        module.folder_name() +
        " changed since its exercises were checked, or while it was compiled; run this again");
  }
  return {.plugins = plugins, .errors = ""};
}

void discard(const Export& compiled) { fs::remove_all(compiled.folder); }

void install(const fs::path& student, const Export& compiled) {
  const fs::path folder = folder_of_exports(student) / compiled.module;
  const nlohmann::json json{{"code", compiled.code},
                            {"framework", compiled.framework},
                            {"folder", compiled.folder.filename().string()},
                            {"cpu", !compiled.cpu.empty()},
                            {"cuda", !compiled.cuda.empty()},
                            {"tests", compiled.tests}};
  write_text(folder / "export.json", json.dump() + '\n');
  remove_others(folder, compiled.folder);
}

std::vector<Export> with_candidate(std::vector<Export> exports, const Export& candidate) {
  std::erase_if(exports, [&](const Export& each) { return each.module == candidate.module; });
  exports.push_back(candidate);
  sort_by_module(exports);
  return exports;
}

std::string how_to_run(const CourseTools& tools, const fs::path& student) {
  std::error_code missing;
  if (fs::equivalent(student, tools.source / "student", missing))
    return "`./tito run` and `./tito ops --providers` now run on your exported modules\n";
  const std::vector<Export> exports = read_exports(tools, student);
  const std::string all = plugins_variable(exports, true), cpu = plugins_variable(exports, false);
  std::string text =
      "programs run on your exported modules with\n  TINYTORCH_PLUGINS=" + shell_quoted(all) + '\n';
  if (cpu != all) text += "those without CUDA kernels, with\n  TINYTORCH_PLUGINS=" + shell_quoted(cpu) + '\n';
  return text;
}

std::string plugins_variable(const std::vector<Export>& exports, bool cuda) {
  std::string variable;
  for (const Export& each : exports) {
    for (const fs::path& plugin : {each.cpu, cuda ? each.cuda : fs::path()}) {
      if (plugin.string().find(':') != std::string::npos)
        throw std::runtime_error(plugin.string() +
                                 ": plug-ins cannot be in a directory with a colon in its name");
      if (!plugin.empty()) variable += (variable.empty() ? "" : ":") + each.module + '=' + plugin.string();
    }
  }
  return variable;
}

}  // namespace tito
