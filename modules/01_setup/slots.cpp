// Puts what module 01 wrote into the hooks of the framework.
#include "core/hooks.h"
#include "modules/01_setup/setup.h"

extern "C" void tinytorch_plugin() { tinytorch::hooks::greeting.replace(setup::greeting); }
