  const int blocks = std::min((n + kThreads - 1) / kThreads, kMostBlocks);
  axpy_kernel<<<blocks, kThreads, 0, stream>>>(a, x, y, n);
