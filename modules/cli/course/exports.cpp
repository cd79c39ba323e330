#include "modules/cli/course/exports.h"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <tuple>

#include "modules/cli/course/files.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

fs::path folder_of_exports(const fs::path& student) { return fs::absolute(student) / "exported"; }

fs::path if_there(const fs::path& file) { return fs::exists(file) ? file : fs::path(); }

/// The sources of this extension: the student's, and what puts their functions into the slots.
std::vector<fs::path> sources_of(const Module& module, const fs::path& copy, const char* extension) {
  std::vector<fs::path> sources;
  for (const std::string& name : module.sources()) {
    if (fs::path(name).extension() == extension) sources.push_back(fs::absolute(copy / name));
  }
  const fs::path slots = module.folder / (std::string("slots") + extension);
  if (sources.empty() || !fs::exists(slots)) return {};
  sources.push_back(slots);
  return sources;
}

}  // namespace

std::vector<Export> read_exports(const fs::path& student) {
  std::vector<Export> exports;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder_of_exports(student), missing)) {
    const fs::path folder = entry.path(), description = folder / "export.json";
    if (!fs::exists(description)) continue;  // it ended before it was whole
    try {
      exports.push_back({.module = folder.filename().string(),
                         .code = nlohmann::json::parse(read_text(description)).at("code"),
                         .cpu = if_there(folder / "cpu.so"),
                         .cuda = if_there(folder / "cuda.so")});
    } catch (const std::exception&) {
      continue;  // damaged: it is exported anew
    }
  }
  std::sort(exports.begin(), exports.end(),
            [](const Export& a, const Export& b) { return a.module < b.module; });
  return exports;
}

std::string export_module(const CourseTools& tools, const Module& module, const fs::path& student,
                          const std::string& code) {
  const fs::path copy = student / module.folder_name(),
                 folder = folder_of_exports(student) / module.folder_name();
  fs::remove_all(folder);
  for (const auto& [kind, extension, name] : {std::tuple(PluginKind::exported_cpu, ".cpp", "cpu"),
                                              std::tuple(PluginKind::exported_cuda, ".cu", "cuda")}) {
    const std::vector<fs::path> sources = sources_of(module, copy, extension);
    if (sources.empty()) continue;
    const Plugin plugin = build_plugin(tools, kind, sources, folder, name);
    if (!plugin.ok()) return plugin.errors;
  }
  write_text(folder / "export.json", nlohmann::json{{"code", code}}.dump() + '\n');
  return "";
}

std::string plugins_variable(const std::vector<Export>& exports, bool cuda) {
  std::string variable;
  for (const Export& each : exports) {
    for (const fs::path& plugin : {each.cpu, cuda ? each.cuda : fs::path()}) {
      if (!plugin.empty()) variable += (variable.empty() ? "" : ":") + each.module + '=' + plugin.string();
    }
  }
  return variable;
}

}  // namespace tito
