// Times TinyTorch's rows: prints them as a table or as JSON, or answers requests for them (./tito benchmark).
#include <exception>
#include <iostream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tinytorch/tinytorch.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "modules/cli/output.h"
#include "tests/benchmarks/cases.h"

namespace benchmarks {
namespace {

constexpr int kUsageError = 2;

struct Arguments {
  std::string backend = "cpu", pattern;
  int threads = 0;
  bool list = false, serve = false;
};

std::vector<Case> all_cases(tinytorch::Device device) {
  std::vector<Case> cases = device.type == tinytorch::DeviceType::cpu ? machine_cases() : std::vector<Case>();
  for (auto* more : {step_cases, op_cases, optimizer_cases}) {
    for (Case& each : more(device)) cases.push_back(std::move(each));
  }
  return cases;
}

int print_list(const std::vector<Case>& cases) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Case& each : cases) rows.push_back(each.row);
  std::cout << rows.dump() << '\n';
  return 0;
}

void print_time(const Case& each) {
  const Prepared prepared = each.prepare();
  prepared.call();  // fills caches
  const double seconds = seconds_per_call(prepared.call);
  std::string rate;
  if (each.row.operations > 0) {
    rate = fmt::format("{:8.1f} GF/s", each.row.operations / seconds / 1e9);
  } else if (prepared.bytes > 0) {
    rate = fmt::format("{:8.1f} GB/s", prepared.bytes / seconds / 1e9);
  }
  fmt::print("{:<70} {:>12.2f} us {}\n", each.row.name, seconds * 1e6, rate);
  std::fflush(stdout);
}

/// @return  1 if a row failed, else 0
int print_times(const std::vector<Case>& cases) {
  int code = 0;
  for (const Case& each : cases) {
    try {
      print_time(each);
    } catch (const std::exception& error) {
      fmt::print("{:<70} failed: {}\n", each.row.name, error.what());
      code = 1;
    }
  }
  return code;
}

int serve_cases(const std::vector<Case>& cases) {
  return serve([&](const Row& row) {
    for (const Case& each : cases) {
      if (each.row.name == row.name) return each.prepare();
    }
    return Prepared();
  });
}

int run(const Arguments& arguments) {
  if (arguments.threads > 0) tinytorch::set_num_threads(arguments.threads);
  const tinytorch::Device device = tinytorch::Device::parse(arguments.backend);
  if (!tinytorch::is_available(device)) {
    std::cerr << "backend " << to_string(device)
              << " is not available: " << tinytorch::unavailable_reason(device.type) << '\n';
    return kUsageError;
  }
  std::vector<Case> cases = all_cases(device);
  const std::regex pattern(arguments.pattern);
  std::erase_if(cases, [&](const Case& each) {
    return each.row.group != kMachine && !std::regex_search(each.row.name, pattern);
  });
  if (arguments.list) return print_list(cases);
  return arguments.serve ? serve_cases(cases) : print_times(cases);
}

}  // namespace
}  // namespace benchmarks

int main(int argc, char** argv) {
  benchmarks::Arguments arguments;
  CLI::App app{"Times TinyTorch's ops and training steps; `./tito benchmark` compares them", "benchmarks"};
  app.add_option("--backend", arguments.backend, "cpu or cuda");
  app.add_option("-k", arguments.pattern,
                 "only rows in whose names this regular expression is found, and those of the machine");
  app.add_option("--threads", arguments.threads, "threads of the CPU kernels")->check(CLI::PositiveNumber);
  app.add_flag("--list", arguments.list, "print the rows as JSON, and time nothing");
  app.add_flag("--serve", arguments.serve, "time each row that a line of standard input names, as JSON");
  try {
    app.parse(argc, argv);
    return tito::flush_output(benchmarks::run(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : benchmarks::kUsageError;
  } catch (const std::exception& error) {
    std::cerr << "benchmarks: " << error.what() << '\n';
    return benchmarks::kUsageError;
  }
}
