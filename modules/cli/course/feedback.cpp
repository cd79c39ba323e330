#include "modules/cli/course/feedback.h"

#include <fmt/format.h>

#include <sstream>

#include "modules/cli/course/files.h"
#include "modules/cli/course/grading.h"
#include "modules/cli/course/text.h"

namespace tito {
namespace {

constexpr const char* kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{0}</title>
<style>
body {{ font-family: sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ border-top: 1px solid #bbb; padding: 0.4em; text-align: left; vertical-align: top; white-space: pre-line; }}
td:last-child, th:last-child {{ text-align: right; white-space: nowrap; }}
pre {{ white-space: pre-wrap; background: #f4f4f4; padding: 0.5em; }}
</style>
</head>
<body>
<h1>{0}</h1>
)";

/// What to do about a failure.
std::string advice(const Module& module, const Exercise& exercise, const Failure& failure) {
  std::string html;
  const std::string check = failure.check.empty() || failure.is_todo ? "" : "Check " + failure.check + ": ";
  html += '\n' + escape_html(check + failure.message);
  for (const Check& each : exercise.checks) {
    if (!failure.is_todo && each.name == failure.check) html += "\nHint: " + escape_html(each.hint);
  }
  return html + fmt::format("\nRead section &quot;{}&quot; of modules/{}/README.md.",
                            escape_html(exercise.section), escape_html(module.folder_name()));
}

std::string row(const Module& module, const Exercise& exercise, const ModuleGrade& grade) {
  const auto failure = grade.result.failures.find(exercise.id);
  const bool failed = failure != grade.result.failures.end();
  return fmt::format("<tr><td>{}{}</td><td>{} / {}</td></tr>\n", escape_html(exercise.title),
                     failed ? advice(module, exercise, failure->second) : "", failed ? 0 : exercise.points,
                     exercise.points);
}

std::string questions_of(const Module& module) {
  std::string html;
  for (const std::string& question : questions_in(read_text(module.folder / "README.md")))
    html += fmt::format("<tr><td>{}</td><td>open</td></tr>\n", escape_html(question));
  if (html.empty()) return "";
  return "<h3>Questions, which a person grades</h3>\n<table>\n" + html + "</table>\n";
}

std::string section_of(const Module& module, const ModuleGrade& grade) {
  std::string html =
      fmt::format("<h2>{}: {}</h2>\n", escape_html(module.folder_name()), escape_html(module.title));
  if (!grade.errors.empty())
    html += fmt::format("<p>It does not compile:</p>\n<pre>{}</pre>\n", escape_html(grade.errors));
  html += "<table>\n<tr><th>Exercise</th><th>Points</th></tr>\n";
  for (const Exercise& exercise : module.exercises) html += row(module, exercise, grade);
  html += fmt::format("<tr><th>Together</th><th>{} / {}</th></tr>\n</table>\n", grade.result.points(module),
                      module.points());
  return html + questions_of(module);
}

}  // namespace

std::vector<std::string> questions_in(const std::string& lesson) {
  std::vector<std::string> questions;
  std::istringstream lines(lesson);
  bool within = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) {
      within = line == "## Questions";
      continue;
    }
    const std::size_t digits = line.find_first_not_of("0123456789"), text = line.find_first_not_of(' ');
    if (!within || text == std::string::npos) continue;
    if (digits > 0 && digits != std::string::npos && line[digits] == '.') {
      questions.push_back(line);
    } else if (!questions.empty()) {
      questions.back() += ' ' + line.substr(text);
    }
  }
  return questions;
}

std::string feedback_page(const std::string& student, const std::vector<Module>& modules, const Grade& grade,
                          const std::vector<std::string>& refusals) {
  std::string html = fmt::format(kHead, escape_html(student)), sections;
  int points = 0, most = 0;
  for (const Module& module : modules) {
    const auto graded = grade.find(module.folder_name());
    if (graded == grade.end()) continue;
    points += graded->second.result.points(module);
    most += module.points();
    sections += section_of(module, graded->second);
  }
  html += fmt::format("<p>{} of {} points</p>\n", points, most);
  if (sections.empty()) html += "<p>The submission has no file of the course.</p>\n";
  if (!refusals.empty()) {
    html += "<p>Not taken from the submission:</p>\n<ul>\n";
    for (const std::string& refusal : refusals) html += fmt::format("<li>{}</li>\n", escape_html(refusal));
    html += "</ul>\n";
  }
  return html + sections + "</body>\n</html>\n";
}

std::string points_table(const std::vector<Module>& modules, const std::map<std::string, Grade>& grades) {
  std::vector<const Module*> graded;
  for (const Module& module : modules) {
    for (const auto& [student, grade] : grades) {
      if (!grade.contains(module.folder_name())) continue;
      graded.push_back(&module);
      break;
    }
  }
  std::string table = "student";
  for (const Module* module : graded) {
    for (const Exercise& exercise : module->exercises)
      table += ',' + csv_field(module->folder_name() + '/' + exercise.id);
    table += ',' + csv_field(module->folder_name());
  }
  table += ",total\r\n";
  for (const auto& [student, grade] : grades) {
    table += csv_field(student);
    for (const Module* module : graded) {
      const auto found = grade.find(module->folder_name());
      const ModuleResult result = found == grade.end() ? ModuleResult{} : found->second.result;
      for (const Exercise& exercise : module->exercises)
        table += fmt::format(",{}", result.has_passed(exercise.id) ? exercise.points : 0);
      table += fmt::format(",{}", result.points(*module));
    }
    table += fmt::format(",{}\r\n", points_of(modules, grade));
  }
  return table;
}

}  // namespace tito
