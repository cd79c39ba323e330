#pragma once

// Internal: where kernels come from.
namespace tinytorch {

/// The name of the plug-in that this thread is loading, or null. It stays valid.
const char* current_provider();

/// Loads those of the environment variable TINYTORCH_PLUGINS on the first call. Does nothing while this
/// thread loads one.
/// @throws ValueError, IoError  as load_plugin()
void load_plugins_of_environment();

}  // namespace tinytorch
