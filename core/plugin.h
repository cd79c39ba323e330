#pragma once

#include <string>

namespace tinytorch {

/// Loads a plug-in: a shared library with a function `extern "C" void tinytorch_plugin()`, which replaces
/// kernels by Kernel::replace(). `./tito ops --providers` shows them with this name. A plug-in is never
/// unloaded, as its kernels may be called until the end. It uses the functions of the program: link that with
/// the options that tinytorch_accept_plugins() of cmake/programs.cmake sets.
///
/// Those of the environment variable TINYTORCH_PLUGINS, as "name=path:name=path", are loaded before the first
/// kernel runs.
/// @throws IoError     the library cannot be loaded, or has no such function
/// @throws ValueError  the environment variable is malformed
/// @throws any exception of tinytorch_plugin()
void load_plugin(const std::string& name, const std::string& path);

}  // namespace tinytorch
