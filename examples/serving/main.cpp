// Serves a model: answers requests, watches the answers and the data, and takes a bad version back.

#include <tinytorch/tinytorch.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "examples/common/program.h"
#include "examples/serving/model.h"
#include "examples/serving/service.h"

using namespace tinytorch;

namespace {

struct Settings {
  std::string requests, deploy, save;
  std::int64_t deploy_after = 200, epochs = 20;
  ServiceOptions service;
};

void add_flags(CLI::App& app, Settings& settings) {
  app.add_option("--requests", settings.requests,
                 "A file with a request a line, or - for standard input: two readings, and the kind, 0 to 2, "
                 "if it is known; by default the program makes its own, whose second reading drifts");
  app.add_option("--deploy", settings.deploy,
                 "A .safetensors file of weights, such as --save wrote: the next version; by default, of the "
                 "program's own requests, one that was not trained")
      ->check(CLI::ExistingFile);
  app.add_option("--deploy-after", settings.deploy_after, "Requests before the next version is live")
      ->check(examples::not_negative)
      ->capture_default_str();
  app.add_option("--epochs", settings.epochs, "Passes over the training data; 0 trains nothing")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  app.add_option("--window", settings.service.window, "Watch so many of the last requests")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--save", settings.save, "Write the weights of the first version to this file");
}

/// Requests of known kind: at first like the training data, then with a second reading that drifts.
std::string own_requests(std::uint64_t seed) {
  Generator generator(seed + 1);
  std::ostringstream lines;
  for (const double shift : {0.0, 1.0}) {
    const Parts parts = make_parts(400, shift, generator);
    const std::vector<float> readings = parts.readings.to_vector<float>();
    const std::vector<std::int64_t> kinds = parts.kinds.to_vector<std::int64_t>();
    for (std::size_t i = 0; i < kinds.size(); ++i)
      lines << readings[2 * i] << ' ' << readings[2 * i + 1] << ' ' << kinds[i] << '\n';
  }
  return lines.str();
}

/// Reads a line. Of one that is too long for a request it keeps a beginning that is.
bool read_line(std::istream& in, std::string& line) {
  line.clear();
  char c = 0;
  while (in.get(c) && c != '\n') {
    if (line.size() <= kLongestRequest) line += c;
  }
  return in || !line.empty();
}

void serve(std::istream& requests, Service& service, const Settings& settings, nn::Sequential* next,
           const examples::Program& program) {
  std::int64_t lines = 0, served = 0;
  for (std::string line; read_line(requests, line);) {
    ++lines;
    if (next != nullptr && served == settings.deploy_after)
      service.deploy("version 2", std::move(*std::exchange(next, nullptr)), program.device);
    try {
      const std::string answer = service.answer(parse_request(line));
      ++served;
      if (!program.quiet) std::cout << answer << '\n';
    } catch (const std::invalid_argument& error) {
      std::cout << "line " << lines << ": " << error.what() << '\n';
    }
  }
  if (requests.bad()) throw std::runtime_error("the requests could not be read to their end");
  std::cout << served << " of " << lines << " requests answered\n";
}

/// @param next  the version after the first one; null: there is none
int run(const examples::Program& program, const Settings& settings) {
  Generator generator(program.seed);
  const Parts parts = make_parts(1000, 0, generator);
  nn::Sequential model = make_model(generator), next = make_model(generator);
  if (!settings.deploy.empty()) next.load_state_dict(load_safetensors(settings.deploy));
  std::ifstream file;
  if (!settings.requests.empty() && settings.requests != "-") {
    file.open(settings.requests);
    if (!file) throw std::runtime_error(settings.requests + " cannot be read");
  }
  train(model, parts, program.quick ? std::min<std::int64_t>(settings.epochs, 5) : settings.epochs,
        program.device, program.seed);
  if (!settings.save.empty()) save_safetensors(settings.save, model.state_dict());

  Service service(parts.readings, settings.service, std::cout);
  service.deploy("version 1", std::move(model), program.device);
  std::istringstream own(settings.requests.empty() ? own_requests(program.seed) : "");
  std::istream& requests = settings.requests.empty() ? own : settings.requests == "-" ? std::cin : file;
  const bool has_next = settings.requests.empty() || !settings.deploy.empty();
  serve(requests, service, settings, has_next ? &next : nullptr, program);
  service.report();
  return examples::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Program program("serving", "Serves a model, and watches it.");
  Settings settings;
  program.add_training_flags();
  add_flags(*program.app, settings);
  return program.run(argc, argv, [&] { return run(program, settings); });
}
