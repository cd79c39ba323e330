#include "tests/cli/fake_build.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace tinytorch::testing {

namespace fs = std::filesystem;

FakeBuild::FakeBuild() {
  fs::copy_file(build_folder() / "tito", folder_.path() / "tito");
  // What tito asks about this machine is the real one's.
  std::ofstream(folder_.path() / "programs.txt")
      << "tool\tdevices\t" << (build_folder() / "modules/cli/devices").string() << "\t\n";
}

void FakeBuild::add_example(const std::string& name, const std::string& body,
                            const std::string& description) {
  add_program("example", name, body, description);
}

void FakeBuild::add_suite(const std::string& name, const std::string& body, const std::string& backends) {
  add_program("suite", name, body, backends);
}

void FakeBuild::add_fuzzer(const std::string& name, const std::string& body) {
  add_program("fuzzer", name, body, "/seeds");
}

void FakeBuild::add_tool(const std::string& name, const std::string& body) {
  add_program("tool", name, body, "");
}

ProgramRun FakeBuild::tito(const std::string& arguments) const {
  return run_program((folder_.path() / "tito").string() + " " + arguments);
}

void FakeBuild::add_program(const std::string& kind, const std::string& name, const std::string& body,
                            const std::string& note) {
  folder_.add_script(name, body);
  std::ofstream(folder_.path() / "programs.txt", std::ios::app)
      << kind << '\t' << name << '\t' << name << '\t' << note << '\n';
}

std::string reporting_suite(int passed, int failed) {
  std::string tests, log;
  const auto add = [&](const std::string& name, bool failing) {
    tests += tests.empty() ? "" : ",";
    tests += R"({"name": ")" + name + R"(", "status": "RUN", "result": "COMPLETED")";
    tests += failing ? R"(, "failures": [{"failure": "why", "type": ""}]})" : "}";
    log += "echo '[ RUN      ] S." + name + "'\necho 'inside " + name + "'\n";
    log += failing ? "echo '[  FAILED  ] S." + name + " (0 ms)'\n"
                   : "echo '[       OK ] S." + name + " (0 ms)'\n";
  };
  for (int i = 0; i < passed; ++i) add("Passing" + std::to_string(i), false);
  for (int i = 0; i < failed; ++i) add("Failing" + std::to_string(i), true);
  return log +
         R"(for word; do case $word in --gtest_output=json:*) report=${word#--gtest_output=json:} ;; esac; done
cat > "$report" <<'END'
{"testsuites": [{"name": "S", "testsuite": [)" +
         tests + R"(]}]}
END
exit )" + (failed > 0 ? "1" : "0");
}

}  // namespace tinytorch::testing
