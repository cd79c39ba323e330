#pragma once

// CUDA does not work in a child process of one that initialized it.
namespace tinytorch::cuda {

/// Makes require_not_forked() fail in child processes from now on. Called once, when CUDA is initialized.
void register_fork_handler();

/// @throws DeviceError  this process was forked after CUDA was initialized
void require_not_forked();

}  // namespace tinytorch::cuda
