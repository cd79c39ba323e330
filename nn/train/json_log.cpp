#include "nn/train/json_log.h"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/internal/file.h"

namespace tinytorch::nn {
namespace {

using OrderedJson = nlohmann::ordered_json;

// Numbers that JSON does not have become null.
OrderedJson json_number(double value) { return std::isfinite(value) ? OrderedJson(value) : OrderedJson(); }

OrderedJson event(const char* name, const TrainingState& state) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return {{"event", name}, {"time", now.count()}, {"step", state.steps}, {"epoch", state.epoch}};
}

// A path or a name need not be UTF-8, as JSON is.
std::string text_of(const OrderedJson& line) {
  return line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

/// False if a run that ended in the middle of a line wrote the file.
bool ends_with_a_line(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in || in.tellg() <= 0) return true;
  in.seekg(-1, std::ios::end);
  return in.get() == '\n';
}

const char* name_of(StopReason reason) {
  switch (reason) {
    case StopReason::completed:
      return "completed";
    case StopReason::no_progress:
      return "no progress";
    case StopReason::requested:
      return "requested";
    case StopReason::interrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace

JsonLog::JsonLog(const std::string& path) : path_(path) {
  const FileErrors file("JsonLog", path);
  const bool ends_a_line = ends_with_a_line(path);
  out_.open(path, std::ios::app);
  if (!out_) file.error("cannot be opened for writing");
  if (!ends_a_line) out_ << '\n';
}

void JsonLog::on_start(const TrainingState& state) {
  OrderedJson line = event("start", state);
  line["total_steps"] = state.total_steps;
  write(text_of(line));
}

void JsonLog::on_step(const TrainingState& state) {
  OrderedJson line = event("step", state);
  line["loss"] = json_number(state.loss);
  line["learning_rate"] = json_number(state.learning_rate);
  line["gradient_norm"] = json_number(state.gradient_norm);
  line["items"] = state.items;
  write(text_of(line));
}

void JsonLog::on_validation(const TrainingState& state, const Evaluation& evaluation) {
  OrderedJson line = event("validation", state);
  line["loss"] = json_number(evaluation.loss);
  line["items"] = evaluation.items;
  for (const auto& [name, value] : evaluation.metrics) line.emplace(name, json_number(value));
  write(text_of(line));
}

void JsonLog::on_checkpoint(const TrainingState& state, const std::string& path) {
  OrderedJson line = event("checkpoint", state);
  line["path"] = path;
  write(text_of(line));
}

void JsonLog::on_end(const TrainingState& state, StopReason reason) {
  OrderedJson line = event("end", state);
  line["reason"] = name_of(reason);
  write(text_of(line));
}

void JsonLog::write(const std::string& line) {
  out_ << line << '\n' << std::flush;
  if (!out_) fail<IoError>("JsonLog", "{}: a line cannot be written", path_);
}

}  // namespace tinytorch::nn
