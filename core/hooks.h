#pragma once

#include <string>

#include "core/hook.h"

/// Functions of the host that a plug-in can replace by its own; see core/plugin.h.
namespace tinytorch::hooks {

/// What a program says to begin with: `./tito ops --providers` greets TinyTorch, with its version.
inline constinit Hook<std::string(const std::string& name)> greeting{
    "greeting", [](const std::string& name) { return "Hello, " + name + "!"; }};

}  // namespace tinytorch::hooks
