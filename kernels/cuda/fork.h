#pragma once

// CUDA does not work in a child process of one that initialized it.
namespace tinytorch::cuda {

/// Makes is_forked() true in child processes from now on. Called once, when CUDA is initialized.
void register_fork_handler();

/// True if this process was forked after CUDA was initialized. Then what its parent made is not destroyed.
bool is_forked() noexcept;

/// @throws DeviceError  is_forked()
void require_not_forked();

}  // namespace tinytorch::cuda
