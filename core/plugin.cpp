#include "core/plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <mutex>
#include <set>
#include <sstream>

#include "core/internal/format.h"
#include "core/internal/provider.h"

namespace tinytorch {
namespace {

thread_local const char* provider = nullptr;

/// Sets the provider while a plug-in is loaded.
class ProviderScope {
 public:
  explicit ProviderScope(const char* name) : previous_(provider) { provider = name; }
  ~ProviderScope() { provider = previous_; }
  ProviderScope(const ProviderScope&) = delete;
  ProviderScope& operator=(const ProviderScope&) = delete;

 private:
  const char* previous_;
};

/// The same text, for as long as the program runs.
const char* kept(const std::string& name) {
  static std::mutex mutex;
  static std::set<std::string> names;
  const std::lock_guard lock(mutex);
  return names.insert(name).first->c_str();
}

}  // namespace

const char* current_provider() { return provider; }

void load_plugin(const std::string& name, const std::string& path) {
  const ProviderScope scope(kept(name));
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail<IoError>("load_plugin", "{}", dlerror());
  void* const function = dlsym(library, "tinytorch_plugin");
  if (function == nullptr) fail<IoError>("load_plugin", "{} has no function tinytorch_plugin()", path);
  reinterpret_cast<void (*)()>(function)();
}

void load_plugins_of_environment() {
  if (provider != nullptr) return;  // it replaces a kernel
  static std::once_flag once;
  std::call_once(once, [] {
    const char* const variable = std::getenv("TINYTORCH_PLUGINS");
    std::istringstream entries(variable == nullptr ? "" : variable);
    for (std::string entry; std::getline(entries, entry, ':');) {
      const std::size_t equals = entry.find('=');
      if (equals == 0 || equals == std::string::npos)
        fail<ValueError>("load_plugin", "TINYTORCH_PLUGINS: '{}' is not of the form name=path", entry);
      load_plugin(entry.substr(0, equals), entry.substr(equals + 1));
    }
  });
}

}  // namespace tinytorch
