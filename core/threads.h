#pragma once

namespace tinytorch {

/// The number of threads that CPU kernels use when the calling thread calls an op: OMP_NUM_THREADS, or the
/// number of processors; 1 in a build without OpenMP. Results do not depend on it.
int num_threads();

/// Sets num_threads() of the calling thread. Programs that call ops in several threads of their own divide
/// the processors among them.
/// ```cpp
/// std::thread worker([] {
///   set_num_threads(1);
///   const Tensor y = relu(randn({100, 100}));
/// });
/// worker.join();
/// ```
/// @throws ValueError  threads < 1
void set_num_threads(int threads);

}  // namespace tinytorch
