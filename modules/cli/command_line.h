#pragma once

namespace tito {

/// Reads tito's arguments and runs the command that they name.
/// @return the exit code of the program
int run_command_line(int argc, char** argv);

}  // namespace tito
