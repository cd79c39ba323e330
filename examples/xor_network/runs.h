#pragma once

#include "examples/xor_network/report.h"
#include "examples/xor_network/settings.h"

/// Trains one model and tells the report of it.
using Train = void(const Settings& settings, Report& report);

/// The program: reads the flags, trains as they say, and returns the exit code.
int run(int argc, char** argv, Train& train);
