// Draws the logs of training runs, with gnuplot, and traces of profiles.
#include "modules/cli/commands.h"
#include "modules/cli/course/files.h"
#include "modules/cli/flame_chart.h"
#include "modules/cli/process.h"
#include "modules/cli/run_log.h"
#include "modules/cli/scratch_directory.h"
#include "modules/cli/test_result.h"
#include "modules/cli/trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace tito {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPoints = 500;  // of a curve: the picture has not many more pixels

/// A line or the points of the picture.
struct Curve {
  std::string title;
  std::string style;
  std::vector<LoggedValue> values;
};

/// The means of neighbors, if there are more values than can be told apart.
std::vector<LoggedValue> thinned(const std::vector<LoggedValue>& values) {
  if (values.size() <= kMostPoints) return values;
  std::vector<LoggedValue> means;
  for (std::size_t i = 0; i < kMostPoints; ++i) {
    const std::size_t begin = i * values.size() / kMostPoints, end = (i + 1) * values.size() / kMostPoints;
    LoggedValue mean;
    for (std::size_t j = begin; j < end; ++j) {
      const double share = 1 / static_cast<double>(end - begin);
      mean.step += values[j].step * share;
      mean.seconds += values[j].seconds * share;
      mean.value += values[j].value * share;
    }
    means.push_back(mean);
  }
  return means;
}

/// The curves of each run, in the run's color.
std::vector<Curve> curves_of(const PlotOptions& options) {
  std::vector<Curve> curves;
  int color = 0;
  for (const std::string& path : options.inputs) {
    const RunLog log = read_run_log(path, options.key);
    if (log.steps.empty() && log.validations.empty()) {
      throw std::runtime_error(
          fmt::format("{} has no values of \"{}\"; it has {}", path, options.key,
                      log.keys.empty() ? "none at all" : fmt::format("{}", fmt::join(log.keys, ", "))));
    }
    ++color;
    if (!log.steps.empty()) {
      curves.push_back({log.name, fmt::format("with lines linecolor {}", color), thinned(log.steps)});
    }
    if (!log.validations.empty()) {
      curves.push_back({log.name + " (validation)",
                        fmt::format("with linespoints linecolor {} linewidth 2 pointtype 7", color),
                        thinned(log.validations)});
    }
  }
  return curves;
}

/// A text in gnuplot's single quotes, in which only they are special. Lines end statements.
std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : c == '\n' || c == '\r' ? " " : std::string(1, c);
  return result + "'";
}

std::string data_of(const Curve& curve, std::size_t index, bool by_seconds) {
  std::string text = fmt::format("$curve{} << END\n", index);
  for (const LoggedValue& value : curve.values) {
    text += fmt::format("{} {}\n", by_seconds ? value.seconds : value.step, value.value);
  }
  return text + "END\n";
}

std::string script_of(const std::vector<Curve>& curves, const PlotOptions& options,
                      const std::string& terminal, const fs::path& output) {
  std::string text = fmt::format(
      "set terminal {}\nset output {}\nset xlabel {}\nset ylabel {} noenhanced\nset key noenhanced\nset "
      "grid\n{}",
      terminal, in_quotes(output.string()), in_quotes(options.x), in_quotes(options.key),
      options.logarithmic ? "set logscale y\n" : "");
  std::vector<std::string> plots;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    text += data_of(curves[i], i, options.x == "seconds");
    plots.push_back(
        fmt::format("$curve{} using 1:2 {} title {}", i, curves[i].style, in_quotes(curves[i].title)));
  }
  return text + fmt::format("plot {}\n", fmt::join(plots, ", "));
}

fs::path find_gnuplot() {
  fs::path program = find_program("gnuplot");
  if (program.empty())
    throw std::runtime_error("plot draws with gnuplot, which is not here: apt-get install gnuplot-nox");
  return program;
}

/// Lets gnuplot draw, and moves the picture to its place when it is whole.
void draw(const fs::path& gnuplot, const std::vector<Curve>& curves, const PlotOptions& options,
          const std::string& terminal, const fs::path& output) {
  const ScratchDirectory scratch;
  const fs::path script = scratch.path() / "script", log = scratch.path() / "log",
                 part = output.string() + ".part";
  std::ofstream file(script);
  file << script_of(curves, options, terminal, part) << std::flush;
  if (!file) throw std::runtime_error(fmt::format("{} cannot be written", script.string()));
  const Ending ending = run_logged(gnuplot, {script.string()}, log);
  if (ending.exit_code != 0 || ending.signal != 0 || !fs::exists(part)) {
    print_end_of(log);
    fs::remove(part);
    throw std::runtime_error(
        fmt::format("gnuplot failed to draw {} ({})", output.string(), describe(ending)));
  }
  fs::rename(part, output);
  fmt::print("{}\n", output.string());
}

void draw_trace(const PlotOptions& options) {
  const std::string& path = options.inputs.front();
  const fs::path output = options.output + ".svg";
  write_text(output, flame_chart(read_trace(path), path));
  fmt::print("{}\n", output.string());
}

}  // namespace

int plot_files(const PlotOptions& options) {
  const fs::path folder = fs::path(options.output).parent_path();
  std::error_code ignored;  // what cannot be looked at is no directory for pictures either
  if (!folder.empty() && !fs::is_directory(folder, ignored))
    throw std::runtime_error(fmt::format("there is no directory {} for the pictures", folder.string()));
  // What is no file, such as a pipe, can be read only once.
  const auto trace = std::find_if(options.inputs.begin(), options.inputs.end(), [](const std::string& input) {
    std::error_code unknown;
    return fs::is_regular_file(input, unknown) && is_trace(input);
  });
  if (trace != options.inputs.end()) {
    if (options.inputs.size() > 1)
      throw std::runtime_error(fmt::format("{} is a trace; draw it alone, without other files", *trace));
    draw_trace(options);
    return EXIT_SUCCESS;
  }
  const fs::path gnuplot = find_gnuplot();
  const std::vector<Curve> curves = curves_of(options);
  draw(gnuplot, curves, options, "pngcairo size 1200,800", options.output + ".png");
  draw(gnuplot, curves, options, "svg size 1200,800 background rgb 'white'", options.output + ".svg");
  return EXIT_SUCCESS;
}

}  // namespace tito
